import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BookOperation } from '#shared/protocol/bank.ts';
import type { Bank, LineState } from '../../../server/bank/bank.ts';
import { makeHttpBank, type HttpBankOptions } from '../../../server/bank/http-bank.ts';

/** What is repeated, what never is, and when the bank is not asked at all. */
const NOW = '2026-11-21T02:00:00.000Z';
const lock: BookOperation = { kind: 'card-lock', customerId: 'c', line: { cardId: 'd', reportedAt: NOW, lostAt: null } };
type Say = (response: ServerResponse, key: string) => void;
const json = (status: number, body: object): Say => (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const busy = json(503, {});
const gone: Say = (response) => void response.socket?.destroy();
const pong = json(200, { bankTime: NOW });
const refused: Say = (response, key) => json(200, { kind: 'refused', key, code: 'not-allowed', reason: { zh: '不', en: 'no' }, changed: [] })(response, key);

let server: Server;
let heard: string[];
/** What is said next, the first first; afterwards each call gets what is usual. */
let script: Say[];
const usual: Record<string, Say> = { ping: pong, book: refused, inquire: refused, close: refused, find: json(200, { matches: [], more: false }), verify: json(200, { ok: true }) };
const banks: Bank[] = [];
let opened = 0;
const key = (): string => `key-of-the-test-${++opened}`;

beforeEach(async () => {
  [heard, script] = [[], []];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const call = request.url!.replace('/v1/', '');
      heard.push(call);
      (script.shift() ?? usual[call]!)(response, (JSON.parse(Buffer.concat(chunks).toString()) as { key?: string }).key ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(banks.splice(0).map((bank) => bank.hangUp?.()));
  server.closeAllConnections();
  server.close();
});

function connector(more: Partial<HttpBankOptions> = {}): Bank {
  const bank = makeHttpBank({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secret: 'a-secret-of-the-test', ...more, circuit: { firstDelayMs: 1, ...more.circuit } });
  banks.push(bank);
  return bank;
}
/** Brings the line down: the bank says nothing but that it is busy. */
async function down(bank: Bank): Promise<void> {
  script = Array.from({ length: 5 }, () => busy);
  for (let n = 0; n < 5; n++) await bank.verify({ customerId: 'c', factor: 'name', answer: 'x' });
  heard.length = 0;
}

describe('repeating', () => {
  test.each<[string, (bank: Bank) => Promise<{ kind: string }>]>([
    ['a reading', (bank) => bank.find({ phone: '138' })],
    ['an inquiry', (bank) => bank.inquire(key())],
    ['closing the same key', (bank) => bank.close(key())],
  ])('%s is asked again, twice at most, where no answer came', async (_, ask) => {
    const bank = connector();
    script = [gone, busy];
    expect((await ask(bank)).kind).toBe('answer');
    expect(heard).toHaveLength(3);
    script = [gone, busy, gone, gone];
    expect((await ask(bank)).kind).toBe('no-answer');
    expect(heard).toHaveLength(6);
  });

  test.each<[string, (bank: Bank) => Promise<{ kind: string }>]>([
    ['[TP4] [TP10] an order', (bank) => bank.book(key(), lock, [])],
    ['a comparison that the bank may count', (bank) => bank.verify({ customerId: 'c', factor: 'servicePassword', answer: '1' })],
  ])('%s is never repeated', async (_, ask) => {
    for (const say of [gone, busy]) {
      heard.length = 0;
      script = [say];
      expect((await ask(connector())).kind).toBe('no-answer');
      expect(heard).toHaveLength(1);
    }
  });

  test('what is not better a moment later is not asked again: another shape, a refused secret', async () => {
    const bank = connector();
    for (const say of [json(200, { matches: 1 }), json(401, {}), json(404, { code: 'not-found', text: { zh: '无', en: 'none' } })]) {
      heard.length = 0;
      script = [say];
      expect((await bank.find({ phone: '138' })).kind).not.toBe('answer');
      expect(heard).toHaveLength(1);
    }
  });

  test('no repetition goes beyond the time that the caller gives', async () => {
    script = Array.from({ length: 10 }, (): Say => () => undefined);
    expect(await connector().find({ phone: '138' }, { timeoutMs: 60 })).toMatchObject({ kind: 'no-answer', cause: 'timeout' });
    expect(heard).toHaveLength(1);
  });
});

test('[FL6] readings that hang do not hold up an order', async () => {
  const bank = connector({ connections: 2 });
  let hanging = 0;
  const all = new Promise<void>((resolve) => {
    script = Array.from({ length: 2 }, (): Say => () => void ((hanging += 1) === 2 && resolve()));
  });
  const reads = Array.from({ length: 4 }, () => bank.find({ phone: '138' }, { timeoutMs: 400 }));
  await all;
  expect((await bank.book(key(), lock, [])).kind).toBe('answer');
  expect((await bank.ping()).kind).toBe('answer');
  await Promise.all(reads);
});

describe('[TP10] the breaker', () => {
  test('five failures in a row open it: nothing is asked, and an order is refused unsent, in both languages', async () => {
    const bank = connector();
    const told: LineState[] = [];
    bank.watchLine!((line) => told.push(line));
    await down(bank);
    expect(told).toEqual(['down']);
    expect(await bank.find({ phone: '138' })).toMatchObject({ kind: 'no-answer', cause: 'paused' });
    const never = await bank.book(key(), lock, []);
    expect(never).toMatchObject({ kind: 'not-sent', cause: 'paused', text: { zh: expect.stringContaining('没有入账') as string, en: expect.stringContaining('nothing was booked') as string } });
    expect(heard).toEqual([]);
  });

  test('an answer in between keeps it closed, also one that rejects', async () => {
    const bank = connector();
    script = [busy, busy, busy, busy, json(404, { code: 'not-found', text: { zh: '无', en: 'none' } }), busy, busy, busy, busy];
    for (let n = 0; n < 9; n++) await bank.verify({ customerId: 'c', factor: 'name', answer: 'x' });
    expect((await bank.ping()).kind).toBe('answer');
    expect(heard).toHaveLength(10);
  });

  test('afterwards a question that books nothing finds out, and only then the order goes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const bank = connector();
    const told: LineState[] = [];
    await down(bank);
    bank.watchLine!((line) => told.push(line));
    vi.setSystemTime(Date.now() + 6_000);
    script = [busy];
    expect(await bank.book(key(), lock, [])).toMatchObject({ kind: 'not-sent' });
    expect(heard).toEqual(['ping']);
    vi.setSystemTime(Date.now() + 6_000);
    expect((await bank.book(key(), lock, [])).kind).toBe('answer');
    expect(heard).toEqual(['ping', 'ping', 'book']);
    expect(told).toEqual(['trying', 'down', 'trying', 'up']);
  });

  test('while one question is finding out, nobody waits for it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const bank = connector();
    await down(bank);
    vi.setSystemTime(Date.now() + 6_000);
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      script = [(response) => {
        answer = () => pong(response, '');
        resolve();
      }];
    });
    const probe = bank.ping();
    await asked;
    expect(await bank.find({ phone: '138' })).toMatchObject({ cause: 'paused' });
    expect(await bank.book(key(), lock, [])).toMatchObject({ kind: 'not-sent', cause: 'paused' });
    answer();
    expect((await probe).kind).toBe('answer');
    expect((await bank.book(key(), lock, [])).kind).toBe('answer');
  });

  test('"not sent" is never said of a key that was on the wire: only the bank ends that doubt', async () => {
    const bank = connector();
    const once_ = key();
    script = [gone];
    expect(await bank.book(once_, lock, [])).toMatchObject({ kind: 'no-answer', cause: 'cut-off' });
    await down(bank);
    expect(await bank.book(once_, lock, [])).toMatchObject({ kind: 'no-answer', cause: 'paused' });
    expect(await bank.book(key(), lock, [])).toMatchObject({ kind: 'not-sent' });
    expect(heard).toEqual([]);
  });

  test('nor where the same key is sent twice at once and one of the two leaves', async () => {
    const bank = connector({ connections: 1 });
    const twice = key();
    script = [() => undefined];
    const answers = await Promise.all([bank.book(twice, lock, [], { timeoutMs: 200 }), bank.book(twice, lock, [], { timeoutMs: 50 })]);
    expect(answers.map((answer) => answer.kind)).toEqual(['no-answer', 'no-answer']);
    expect(heard).toEqual(['book']);
  });

  test('a bank that is not there, and a queue that is too long for the wait: not sent', async () => {
    const full = connector({ connections: 1 });
    script = [() => undefined];
    const [first, second] = await Promise.all([full.book(key(), lock, [], { timeoutMs: 200 }), full.book(key(), lock, [], { timeoutMs: 50 })]);
    expect([first, second]).toMatchObject([{ kind: 'no-answer', cause: 'timeout' }, { kind: 'not-sent', cause: 'timeout' }]);
    const nobody = connector();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await nobody.book(key(), lock, [])).toMatchObject({ kind: 'not-sent', cause: 'unreachable' });
  });
});
