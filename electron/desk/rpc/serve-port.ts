import { deskMethods, deskTopics, type DeskHandlers, type DeskMethod, type DeskReply, type DeskTopic } from '#shared/protocol/desk-rpc.ts';
import { ToDesk, type DeskPort } from '#shared/protocol/desk-port.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { Publisher } from './publisher.ts';

const isMethod = (name: string): name is DeskMethod => Object.hasOwn(deskMethods, name);
const isTopic = (name: string): name is DeskTopic => Object.hasOwn(deskTopics, name);

/**
 * Answers one renderer's port. What does not parse is refused with a code and harms nobody; an error that is no
 * refusal is told to `report` and answered as `desk-failed`, so that no call is left without an answer.
 * @param barred why a method is not served now, or null; asked again before its answer goes out
 * @returns what ends the service
 */
export function servePort(port: DeskPort, handlers: DeskHandlers, publisher: Publisher, report: (error: unknown) => void, barred: (method: DeskMethod) => Refusal | null = () => null): () => void {
  const subscriptions = new Map<number, () => void>();
  let over = false;

  const reply = (n: number, answer: DeskReply<unknown>): void => {
    if (!over) port.postMessage({ t: 'reply', n, reply: answer });
  };
  const refuseCall = (n: number, refusal: Refusal): void => reply(n, { ok: false, refusal });

  async function call(n: number, name: string, given: unknown): Promise<void> {
    if (!isMethod(name)) return refuseCall(n, { code: 'method-unknown' });
    const before = barred(name);
    if (before !== null) return refuseCall(n, before);
    const params = deskMethods[name].params.safeParse(given);
    if (!params.success) {
      return refuseCall(n, { code: 'params-malformed', detail: { method: name, path: params.error.issues[0]?.path.join('.') ?? '' } });
    }
    try {
      // The parameters were parsed by the schema of this very method, which TypeScript cannot follow through the table.
      const answer = await handlers[name](params.data as never);
      // What was asked before the desk was locked is not read out after.
      const since = barred(name);
      if (since !== null) return refuseCall(n, since);
      reply(n, answer.ok ? { ok: true, value: deskMethods[name].value.parse(answer.value) } : { ok: false, refusal: answer.refusal });
    } catch (error) {
      const trouble = storeTroubleOf(error);
      if (trouble !== null) return refuseCall(n, trouble.refusal);
      report(error);
      refuseCall(n, { code: 'desk-failed' });
    }
  }

  function subscribe(n: number, name: string, given: unknown): void {
    if (!isTopic(name) || subscriptions.has(n)) return report(new Error(`no such topic or a number used twice: ${name.slice(0, 40)}`));
    const params = deskTopics[name].params.safeParse(given);
    if (!params.success) return report(params.error);
    const key = 'case' in params.data ? String(params.data.case) : 'topic' in params.data ? String(params.data.topic) : '';
    subscriptions.set(n, publisher.subscribe(name, key, (view) => {
      if (!over) port.postMessage({ t: 'view', n, view });
    }));
  }

  port.onMessage((data) => {
    const frame = ToDesk.safeParse(data);
    if (!frame.success) return report(frame.error);
    switch (frame.data.t) {
      case 'call':
        return void call(frame.data.n, frame.data.method, frame.data.params);
      case 'subscribe':
        return subscribe(frame.data.n, frame.data.topic, frame.data.params);
      case 'unsubscribe':
        subscriptions.get(frame.data.n)?.();
        return void subscriptions.delete(frame.data.n);
    }
  });

  return () => {
    over = true;
    for (const end of subscriptions.values()) end();
    subscriptions.clear();
    port.close();
  };
}
