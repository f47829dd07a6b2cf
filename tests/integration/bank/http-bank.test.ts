import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { BookOperation } from '#shared/protocol/bank.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A bank that answers whatever the test says, and counts the messages. */
async function fakeBank(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; count: () => number }> {
  let messages = 0;
  const server = createServer((request, response) => {
    messages++;
    request.resume().on('end', () => answer(request, response));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => messages };
}
const says = (status: number, body: string) => (_: IncomingMessage, response: ServerResponse): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

const fail = (): never => {
  throw new Error('no server');
};

const SECRET = 'a-secret-of-the-test';
const KEY = 'key-of-the-test';
const lock: BookOperation = { kind: 'card-lock', customerId: 'c', line: { cardId: 'd', reportedAt: '2026-11-21T02:00:00.000Z', lostAt: null } };
const refusal = (key: string): string => JSON.stringify({ kind: 'refused', key, code: 'not-allowed', reason: { zh: '不', en: 'no' }, changed: [] });

describe('the connector', () => {
  test.each([
    ['words that are no JSON', says(200, 'OK'), 'malformed'],
    ['an answer of another shape', says(200, '{"kind":"done"}'), 'malformed'],
    ["another key's outcome", says(200, refusal('another-key')), 'malformed'],
    ['a refused message', says(400, '{"code":"bad-request","text":{"zh":"a","en":"b"}}'), 'malformed'],
    ['an unknown status', says(418, '{}'), 'malformed'],
    ['a wrong secret', says(401, '{}'), 'secret-refused'],
    ['an internal error', says(500, '{}'), 'busy'],
    ['a page of a proxy', says(503, '<html>'), 'busy'],
    ['too many questions', says(429, '{}'), 'busy'],
    ['a redirect', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'malformed'],
    ['a broken connection', (request: IncomingMessage) => void request.socket.destroy(), 'cut-off'],
    ['half an answer', (request: IncomingMessage, response: ServerResponse) => { response.writeHead(200, { 'content-length': '1000' }).write('{"kind"', () => request.socket.destroy()); }, 'cut-off'],
    ['an answer without end', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).end(Buffer.alloc(5 * 1024 * 1024, 32)), 'malformed'],
  ])('[TP10] %s after an order is silence, and the order is sent once', async (_, answer, cause) => {
    const fake = await fakeBank(answer);
    const result = await makeHttpBank({ url: fake.url, secret: SECRET }).book(KEY, lock, []);
    expect(result).toMatchObject({ kind: 'no-answer', cause });
    expect(result.kind === 'no-answer' && result.text.zh !== '' && result.text.en !== '').toBe(true);
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect(fake.count()).toBe(1);
  });

  test('nobody there is unreachable', async () => {
    const gone = await fakeBank(() => {});
    servers[0]?.close();
    await once(servers[0] ?? fail(), 'close');
    servers.length = 0;
    expect(await makeHttpBank({ url: gone.url, secret: SECRET }).inquire(KEY)).toMatchObject({ kind: 'no-answer', cause: 'unreachable' });
  });

  test('waits no longer than told, for each kind of call apart', async () => {
    const fake = await fakeBank(() => {});
    const bank = makeHttpBank({ url: fake.url, secret: SECRET, timeouts: { lookup: 40, order: 60 } });
    expect(await bank.read({ customerId: 'c' })).toMatchObject({ kind: 'no-answer', cause: 'timeout' });
    expect(await bank.book(KEY, lock, [])).toMatchObject({ kind: 'no-answer', cause: 'timeout' });
  });

  test('sends the secret as a bearer, and the order under its key with its pins', async () => {
    const seen: { authorization?: string; body?: unknown } = {};
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        seen.authorization = request.headers.authorization;
        seen.body = JSON.parse(Buffer.concat(chunks).toString());
        says(200, refusal(KEY))(request, response);
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bank = makeHttpBank({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: SECRET });
    const expected = [{ fact: 'card.d.status', value: 'normal' }];
    expect(await bank.book(KEY, lock, expected)).toMatchObject({ kind: 'answer', value: { kind: 'refused', code: 'not-allowed' } });
    expect(seen).toEqual({ authorization: `Bearer ${SECRET}`, body: { ...lock, key: KEY, expected } });
  });

  test('a rejected question is an answer of its own kind', async () => {
    const fake = await fakeBank(says(404, '{"code":"unknown-customer","text":{"zh":"无","en":"none"}}'));
    expect(await makeHttpBank({ url: fake.url, secret: SECRET }).read({ customerId: 'c' })).toEqual({ kind: 'rejected', code: 'unknown-customer', text: { zh: '无', en: 'none' } });
  });
});
