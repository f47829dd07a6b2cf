import { io } from 'socket.io-client';
import { Refusal } from '#shared/protocol/refusal.ts';
import { Goodbye, SOCKET } from '#shared/protocol/wire.ts';
import { LinkLost, type Connect } from './link.ts';

const ANSWER_MS = 15_000;

/** What a refused handshake carries in `data`, whichever of the two shapes. */
function refusalIn(data: unknown): Refusal | null {
  const goodbye = Goodbye.safeParse(data);
  if (goodbye.success) return goodbye.data.refusal;
  const refusal = Refusal.safeParse(data);
  return refusal.success ? refusal.data : null;
}

/** A Socket.IO connection: websocket only, no compression; reconnecting is the sync client's own business. */
export const connectSocket: Connect = (server, hello, handlers) => {
  const socket = io(server, {
    auth: hello,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: 10_000,
    autoConnect: false,
  });
  let over = false;
  let said: Refusal | null = null;
  const end = (refusal: Refusal | null): void => {
    if (over) return;
    over = true;
    socket.disconnect();
    handlers.down(refusal);
  };
  socket.on('connect', () => handlers.up());
  socket.on('connect_error', (error: Error & { data?: unknown }) => end(refusalIn(error.data)));
  socket.on('disconnect', () => end(said));
  socket.on(SOCKET.feed, (message: unknown) => handlers.feed(message));
  socket.on(SOCKET.live, (message: unknown) => handlers.live(message));
  socket.on(SOCKET.goodbye, (message: unknown) => {
    said = refusalIn(message);
    end(said);
  });
  socket.connect();
  return {
    request: async (kind, body) => {
      if (over) throw new LinkLost();
      try {
        return (await socket.timeout(ANSWER_MS).emitWithAck(SOCKET[kind], body)) as unknown;
      } catch (error) {
        throw new LinkLost(error);
      }
    },
    close: () => {
      over = true;
      socket.disconnect();
    },
  };
};
