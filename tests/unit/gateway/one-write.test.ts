import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket as NetSocket } from 'node:net';
import { Writable } from 'node:stream';
import { createServer as createHttpServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Backlog } from '../../../server/gateway/backlog.ts';
import { OneWrite, TakingAtOnceServer } from '../../../server/gateway/one-write.ts';

/** A connection that tells what left it together. */
function told() {
  const writes: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      writes.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join('+'));
      done();
    },
  });
  return { writes, socket, one: new OneWrite(socket as unknown as NetSocket) };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('what a desktop is told in one turn', () => {
  it('leaves in one write, however many promises lie between', async () => {
    const { writes, socket, one } = told();
    one.hold();
    socket.write('feed');
    void (async () => {
      for (let n = 0; n < 20; n += 1) await Promise.resolve();
      one.hold();
      socket.write('answer');
      one.release();
    })();
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toEqual(['feed+answer']);
  });

  it('leaves by itself where nothing follows, and the next turn is another', async () => {
    const { writes, socket, one } = told();
    one.hold();
    socket.write('feed');
    one.hold();
    socket.write('feed');
    await turn();
    one.hold();
    socket.write('feed');
    await turn();
    expect(writes).toEqual(['feed+feed', 'feed']);
  });

  it('is taken at once by the websocket, one after another, and arrives in that order', async () => {
    const http = createHttpServer();
    const server = new TakingAtOnceServer({ server: http });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    const [own] = (await once(server, 'connection')) as [WebSocket];
    const taken: number[] = [];
    for (let n = 0; n < 5; n += 1) own.send(`${n}`, {}, () => void taken.push(n));
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    await expect.poll(() => heard).toEqual(['0', '1', '2', '3', '4']);
    client.terminate();
    server.close();
    http.close();
  });
});

describe('what waits for one desktop', () => {
  it('[RB1] is told in bytes, and gives room again only once the desktop reads, or is gone', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
    reader.pause();
    const [socket] = (await once(server, 'connection')) as [NetSocket];
    const backlog = new Backlog(socket);
    await backlog.below(32_768);
    // More than the system takes in for one who does not read.
    while (backlog.bytes < 4_000_000) socket.write(Buffer.alloc(1_000_000));
    let room = false;
    const waiting = backlog.below(32_768).then(() => (room = true));
    await turn();
    expect(room).toBe(false);
    reader.resume();
    await waiting;
    expect(backlog.bytes).toBeLessThan(4_000_000);
    reader.pause();
    while (backlog.bytes < 4_000_000) socket.write(Buffer.alloc(1_000_000));
    const end = backlog.below(32_768);
    socket.destroy();
    await end;
    reader.destroy();
    server.close();
  });
});
