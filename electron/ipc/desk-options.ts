/**
 * What the main process tells the desk process at its start: one JSON text, the last word of
 * `process.argv`. No secret travels this way; the passphrase comes over the port, from the person.
 */
import { z } from 'zod';

export const deskOptionsSchema = z.strictObject({
  /** Folder for this profile's files (database, spool). It exists and belongs to this person. */
  profileDir: z.string().min(1),
  /** Base address of the server, `http://host:port`; empty where none was given. */
  serverUrl: z.string(),
  /** Path of a SQLite addon to load in place of the package's own, or null. */
  nativeBinding: z.string().nullable(),
  /** Name of this workstation as supervisors see it. */
  workstation: z.string().min(1).max(100),
  /** Version of the desktop program. */
  version: z.string(),
});

export type DeskOptions = z.infer<typeof deskOptionsSchema>;

/**
 * Reads the options in the desk process.
 * @param argv `process.argv` of the desk process
 * @throws ZodError or SyntaxError when the main process and the desk process are not of one build
 */
export function readDeskOptions(argv: readonly string[]): DeskOptions {
  return deskOptionsSchema.parse(JSON.parse(argv.at(-1) ?? ''));
}

// What the desk process asks of the operating system's key store, which only the main process reaches (PR1). Narrow on
// purpose: 32 bytes in, an opaque text out, and back.

/** 32 bytes. */
const Secret = z.base64().length(44);
const Sealed = z.base64().min(1).max(4000);

/** From the desk process; `n` is its own counter. */
export const keyStoreRequestSchema = z.discriminatedUnion('ask', [
  z.strictObject({ kind: z.literal('key-store'), n: z.int(), ask: z.literal('seal'), secret: Secret }),
  z.strictObject({ kind: z.literal('key-store'), n: z.int(), ask: z.literal('open'), sealed: Sealed }),
]);
export type KeyStoreRequest = z.infer<typeof keyStoreRequestSchema>;

export const keyStoreAnswerSchema = z.discriminatedUnion('status', [
  /** `store`: what the system calls it. */
  z.strictObject({ status: z.literal('sealed'), store: z.string().max(40), sealed: Sealed }),
  /** `stale`: sealed under an older key of the store; better sealed anew. */
  z.strictObject({ status: z.literal('opened'), secret: Secret, stale: z.boolean() }),
  /** This machine has no real key store (now): `basic_text` counts as none. */
  z.strictObject({ status: z.literal('none') }),
  /** It has one, and it does not do this: another user's, or changed. */
  z.strictObject({ status: z.literal('refused') }),
]);
export type KeyStoreAnswer = z.infer<typeof keyStoreAnswerSchema>;

/** From the desk process: an address for the system's browser, where somebody signs in or out at the identity provider. */
export const openBrowserRequestSchema = z.strictObject({ kind: z.literal('open-browser'), n: z.int(), url: z.url({ protocol: /^https?$/ }).max(8000) });
export type OpenBrowserRequest = z.infer<typeof openBrowserRequestSchema>;

/** Messages from the main process to the desk process (`process.parentPort`). */
export const mainToDeskSchema = z.discriminatedUnion('kind', [
  /** A renderer's end of a new channel is in `event.ports[0]`; an older port is dead. */
  z.strictObject({ kind: z.literal('renderer-port'), generation: z.number().int() }),
  /** Finish writing, close files, exit. After three seconds the process is ended. */
  z.strictObject({ kind: z.literal('shutdown') }),
  /** The answer to the desk's request `n` of the key store. */
  z.strictObject({ kind: z.literal('key-store'), n: z.int(), answer: keyStoreAnswerSchema }),
  /** Whether the browser took the address of request `n`. */
  z.strictObject({ kind: z.literal('browser'), n: z.int(), opened: z.boolean() }),
]);

export type MainToDesk = z.infer<typeof mainToDeskSchema>;
