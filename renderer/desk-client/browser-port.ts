import type { DeskPort } from '#shared/protocol/desk-port.ts';

/** A browser's MessagePort (handed over by the preload) as the port that both ends speak through. */
export function browserPort(port: MessagePort): DeskPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (handler) => {
      port.onmessage = (event: MessageEvent<unknown>) => handler(event.data);
    },
    close: () => port.close(),
  };
}
