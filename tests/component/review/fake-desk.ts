/** The desk process's end of the port, played by a test: records what the renderer calls and answers it. */
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import { desk } from '../../../renderer/app/desk.ts';

export type Called = { method: string; params: { passphrase?: string; kind?: string; body?: unknown; case?: string } };

/** @param answer the value of an `ask` by its kind, or a refusal; @param refuse why a command is not taken */
export function playDesk(answer: (kind: string, body: unknown) => { value: unknown } | { refusal: { code: string } } = () => ({ value: { done: true } }), refuse: (kind: string) => { code: string } | null = () => null): Called[] {
  const called: Called[] = [];
  let hear: (data: unknown) => void = () => {};
  const port: DeskPort = {
    onMessage: (handler) => {
      hear = handler;
    },
    close: () => {},
    postMessage: (message) => {
      const frame = message as { t: string; n: number; method: string; params: Called['params'] };
      if (frame.t !== 'call') return;
      called.push({ method: frame.method, params: frame.params });
      const no = frame.method === 'command' ? refuse(frame.params.kind ?? '') : null;
      const said = frame.method === 'drafts' ? { value: [] } : frame.method === 'saveDraft' ? { value: { saved: true } } : no !== null ? { refusal: no } : frame.method === 'command' ? { value: { commandId: '0190a0b0-0000-7000-8000-00000000f001', decided: 'asked' } } : answer(frame.params.kind ?? '', frame.params.body);
      queueMicrotask(() => hear({ t: 'reply', n: frame.n, reply: 'value' in said ? { ok: true, value: said.value } : { ok: false, refusal: said.refusal } }));
    },
  };
  desk.attach(port);
  return called;
}

export const commands = (called: readonly Called[], kind: string): unknown[] => called.filter((one) => one.method === 'command' && one.params.kind === kind).map((one) => one.params.body);
export const asked = (called: readonly Called[], kind: string): unknown[] => called.filter((one) => one.method === 'ask' && one.params.kind === kind).map((one) => one.params.body);
