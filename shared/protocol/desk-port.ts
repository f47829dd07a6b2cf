/** The frames that pass between a renderer and the desk process, and the port that they pass by. Both ends parse what they receive as unknown. */
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** Renderer → desk. `n` is the renderer's own counter. */
export const ToDesk = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('call'), n: z.int(), method: z.string(), params: z.unknown() }),
  z.strictObject({ t: z.literal('subscribe'), n: z.int(), topic: z.string(), params: z.unknown() }),
  z.strictObject({ t: z.literal('unsubscribe'), n: z.int() }),
]);
export type ToDesk = z.infer<typeof ToDesk>;

export const Reply = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), refusal: Refusal }),
]);

/** Desk → renderer. */
export const FromDesk = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('reply'), n: z.int(), reply: Reply }),
  z.strictObject({ t: z.literal('view'), n: z.int(), view: z.unknown() }),
]);
export type FromDesk = z.infer<typeof FromDesk>;

/** The part of a MessagePort that both ends need; the browser's, Electron's and Node's all fit behind it. */
export type DeskPort = {
  postMessage(message: unknown): void;
  /** Calls back with each message's data, already unwrapped from its event. */
  onMessage(handler: (data: unknown) => void): void;
  close(): void;
};
