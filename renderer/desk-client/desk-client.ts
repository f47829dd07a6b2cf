import { deskMethods, deskTopics, type DeskCalls, type DeskMethod, type DeskReply, type DeskTopic, type MethodParams, type MethodValue, type TopicParams, type TopicView } from '#shared/protocol/desk-rpc.ts';
import { FromDesk, type DeskPort } from '#shared/protocol/desk-port.ts';

export type DeskClient = {
  /** One function per method of the contract. */
  readonly calls: DeskCalls;
  /**
   * Pushes the topic's view at once and after every change.
   * @returns a function that ends it.
   */
  subscribe<T extends DeskTopic>(topic: T, params: TopicParams<T>, onView: (view: TopicView<T>) => void): () => void;
  /** Speaks through this port from now on: the first one, or a new one after the desk process was restarted. */
  attach(port: DeskPort): void;
  /** The desk process went away: calls on their way are refused as `desk-lost`, subscriptions wait for the next port. */
  detach(): void;
};

type Waiting = { method: DeskMethod; settle: (reply: DeskReply<unknown>) => void; message: unknown };
type Subscribed = { topic: DeskTopic; params: unknown; onView: (view: unknown) => void };

/**
 * The renderer's end of the desk's RPC. Calls made before the first `attach` wait for it. What the desk sends is
 * parsed against the contract; what does not parse is a bug and throws.
 */
export function createDeskClient(): DeskClient {
  let port: DeskPort | null = null;
  let counter = 0;
  const waiting = new Map<number, Waiting>();
  const subscribed = new Map<number, Subscribed>();

  function receive(from: DeskPort, data: unknown): void {
    if (from !== port) return;
    const frame = FromDesk.parse(data);
    if (frame.t === 'reply') {
      const call = waiting.get(frame.n);
      if (call === undefined) return;
      waiting.delete(frame.n);
      call.settle(
        frame.reply.ok
          ? { ok: true, value: deskMethods[call.method].value.parse(frame.reply.value) }
          : { ok: false, refusal: frame.reply.refusal },
      );
      return;
    }
    const subscription = subscribed.get(frame.n);
    subscription?.onView(deskTopics[subscription.topic].view.parse(frame.view));
  }

  function call<M extends DeskMethod>(method: M, params: MethodParams<M>): Promise<DeskReply<MethodValue<M>>> {
    counter += 1;
    const n = counter;
    return new Promise((resolve) => {
      const message = { t: 'call', n, method, params };
      waiting.set(n, { method, message, settle: (reply) => resolve(reply as DeskReply<MethodValue<M>>) });
      port?.postMessage(message);
    });
  }

  const names = Object.keys(deskMethods) as DeskMethod[];
  const calls = Object.fromEntries(
    names.map((name) => [name, (params: never) => call(name, params)]),
  ) as unknown as DeskCalls;

  return {
    calls,
    subscribe(topic, params, onView) {
      counter += 1;
      const n = counter;
      subscribed.set(n, { topic, params, onView: onView as (view: unknown) => void });
      port?.postMessage({ t: 'subscribe', n, topic, params });
      return () => {
        subscribed.delete(n);
        port?.postMessage({ t: 'unsubscribe', n });
      };
    },
    attach(next) {
      port?.close();
      port = next;
      next.onMessage((data) => receive(next, data));
      for (const [n, { topic, params }] of subscribed) next.postMessage({ t: 'subscribe', n, topic, params });
      for (const { message } of waiting.values()) next.postMessage(message);
    },
    detach() {
      port = null;
      const lost = [...waiting.values()];
      waiting.clear();
      for (const { settle } of lost) settle({ ok: false, refusal: { code: 'desk-lost' } });
    },
  };
}
