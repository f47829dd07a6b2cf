import type { DeskPort } from '#shared/protocol/desk-port.ts';

/** The part of Electron's MessagePortMain that is used; its message event carries `data`. */
type ElectronPort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  start(): void;
  close(): void;
};

export function electronPort(port: ElectronPort): DeskPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (handler) => {
      port.on('message', ({ data }) => handler(data));
      port.start();
    },
    close: () => port.close(),
  };
}

/** The part of Node's MessagePort (`node:worker_threads`) that is used. */
type NodePort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  close(): void;
};

export function nodePort(port: NodePort): DeskPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', handler),
    close: () => port.close(),
  };
}
