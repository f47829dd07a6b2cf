import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { Bank } from '../../../server/bank/bank.ts';
import { makeHttpBank, type HttpBankOptions } from '../../../server/bank/http-bank.ts';
import { bookStartedLines, inquireOpenLines } from '../../../server/operations/book-lines.ts';
import { Bench } from '../../control/bench-centre.ts';
import { playMove, type Play } from '../../control/moves.ts';
import { BANK_NAME, lineTls, makeCertificates, type Certificates } from '../../proof/certificates.ts';
import { Proxy } from '../../proof/proxy.ts';
import { serveBank, type Served } from './serve-bank.ts';

/**
 * The gate over a line that fails: real commands on a real log, a bank behind HTTPS with both certificates, and a proxy in
 * between. After each fault the log must say what is true, and after the line is well again the books and the log agree.
 */
const folder = mkdtempSync(join(tmpdir(), 'aidline-gate-faults-'));
let made: Certificates;
beforeAll(() => {
  made = makeCertificates(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let bench: Bench;
let served: Served;
let proxy: Proxy;
let play: Play;
const banks: Bank[] = [];
const others: Served[] = [];

/** A connector with the right certificates, unless told otherwise; no patience, so that nobody waits long for a timeout. */
function connector(more: Partial<HttpBankOptions> = {}): Bank {
  const bank = makeHttpBank({ url: proxyUrl, secret: '', tls: lineTls(made.ca, made.centre, BANK_NAME), timeouts: { order: 400, key: 4_000 }, ...more });
  banks.push(bank);
  return bank;
}
let proxyUrl: string;

beforeEach(async () => {
  bench = await Bench.open();
  served = await serveBank(bench.bank, made.bank, made.ca);
  proxy = new Proxy();
  proxyUrl = (await proxy.listen()).replace('http:', 'https:');
  proxy.upstream = served.port;
  bench.centre.bank = connector();
  play = { bench, matters: [] };
}, 60_000);
afterEach(async () => {
  await Promise.all(banks.splice(0).map((bank) => bank.hangUp?.()));
  await proxy.close();
  await Promise.all([served, ...others.splice(0)].map((one) => one.close()));
});

const operations = async (): Promise<OperationState[]> => (play.matters[0] === undefined ? [] : Object.values((await bench.state(play.matters[0].caseId))?.operations ?? {}));
const latest = async (): Promise<OperationState | undefined> => (await operations()).at(-1);

/** The next honest step of whoever's turn it is. */
async function step(lines: 1 | 2 = 1): Promise<void> {
  bench.nowMs += 1_000;
  await playMove(play, { what: 0, who: 0, a: 0, b: lines - 1 });
}
/** Goes on honestly until the gate has let it through; nothing is booked yet. */
async function orderExecution(lines: 1 | 2 = 1): Promise<void> {
  for (let moves = 0; (await latest())?.status !== 'executing'; moves++) {
    if (moves > 40) throw new Error(`the operation stays ${(await latest())?.status}`);
    await step(lines);
  }
}
const statuses = async (): Promise<string[]> => ((await latest())?.execution?.lines ?? []).map((line) => line.status);
const book = async (): Promise<string[]> => {
  await bookStartedLines(bench.centre, play.matters[0]!.caseId);
  return statuses();
};
/** What ends the doubt, on a line that is well. */
const inquire = async (): Promise<string[]> => {
  await inquireOpenLines(bench.centre, play.matters[0]!.caseId);
  return statuses();
};

/** The log, the books and the judge agree; nothing is booked twice. */
async function agree(expected: readonly string[]): Promise<void> {
  const done = bench.bank.ledger().filter((entry) => entry.state === 'done');
  expect(new Set(done.map((entry) => entry.subject)).size).toBe(done.length);
  expect(await statuses()).toEqual(expected);
  expect(done).toHaveLength(expected.filter((status) => status === 'booked').length);
  expect((await bench.close()).violations).toEqual([]);
}

const say = (status: number, body: string) => (response: ServerResponse): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
const hangUp = (response: ServerResponse): void => void response.socket?.destroy();
const raw = (text: string) => (response: ServerResponse): void => void response.socket?.end(text);

describe('a line that is only slow', () => {
  test.each([
    ['late', { kind: 'late', ms: 15 }],
    ['slow', { kind: 'slow', bytes: 200, everyMs: 2 }],
  ] as const)('[TP3] %s: done, and sent once', async (_, line) => {
    await orderExecution();
    bench.centre.bank = connector({ timeouts: { order: 20_000 } });
    proxy.become(line);
    expect(await book()).toEqual(['booked']);
    expect(served.count('book')).toBe(1);
    await agree(['booked']);
  });

  test('[TP10] an answer that trickles beyond the wait: in doubt, and the inquiry finds it booked', async () => {
    await orderExecution();
    served.next = { call: 'book', after: (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":') };
    expect(await book()).toEqual(['in-doubt']);
    expect(await inquire()).toEqual(['booked']);
    await agree(['booked']);
  });
});

describe('a line that breaks', () => {
  test('[TP3] [TP10] cut before anything could be sent: refused, for nothing was booked, and the matter can be begun anew', async () => {
    await orderExecution();
    bench.centre.bank = connector();
    proxy.become({ kind: 'cut' });
    expect(await book()).toEqual(['refused']);
    expect(served.count('book')).toBe(0);
    proxy.become({ kind: 'good' });
    expect(await inquire()).toEqual(['refused']);
    const [first] = await operations();
    await orderExecution();
    expect((await latest())!.id).not.toBe(first!.id);
    expect(await book()).toEqual(['booked']);
    await agree(['booked']);
  });

  test('[TP3] half-open before the handshake: refused, for nothing left', async () => {
    await orderExecution();
    bench.centre.bank = connector();
    proxy.become({ kind: 'half-open' });
    expect(await book()).toEqual(['refused']);
    await agree(['refused']);
  });

  test('[TP10] half-open on a connection that stands: in doubt, and the inquiry closes the key that the bank never heard of', async () => {
    await orderExecution();
    bench.centre.bank = connector({ connections: 1 });
    await bench.centre.bank.ping();
    proxy.become({ kind: 'half-open' });
    expect(await book()).toEqual(['in-doubt']);
    proxy.become({ kind: 'good' });
    expect(await inquire()).toEqual(['free']);
    expect(served.count('book')).toBe(0);
    await agree(['free']);
  });

  test('[TP10] cut after the order arrived and before it was booked: in doubt, then free', async () => {
    await orderExecution();
    served.next = { call: 'book', before: hangUp };
    expect(await book()).toEqual(['in-doubt']);
    expect(await inquire()).toEqual(['free']);
    expect(served.count('book')).toBe(1);
    await agree(['free']);
  });

  test('[TP4] [TP10] cut after it was booked: in doubt, sent once, and the inquiry gives the receipt', async () => {
    await orderExecution();
    served.next = { call: 'book', after: hangUp };
    expect(await book()).toEqual(['in-doubt']);
    expect(await inquire()).toEqual(['booked']);
    expect(served.count('book')).toBe(1);
    await agree(['booked']);
  });

  test('[TP10] an inquiry whose first answer is lost is asked again by itself', async () => {
    await orderExecution();
    served.next = { call: 'book', after: hangUp };
    expect(await book()).toEqual(['in-doubt']);
    served.next = { call: 'inquire', after: hangUp };
    expect(await inquire()).toEqual(['booked']);
    expect(served.count('inquire')).toBe(2);
    await agree(['booked']);
  });

  test('[TP10] while the line stays down the doubt stays, and nothing is sent again', async () => {
    await orderExecution();
    served.next = { call: 'book', after: hangUp };
    expect(await book()).toEqual(['in-doubt']);
    proxy.become({ kind: 'cut' });
    expect(await inquire()).toEqual(['in-doubt']);
    expect(await book()).toEqual(['in-doubt']);
    proxy.become({ kind: 'good' });
    expect(await inquire()).toEqual(['booked']);
    expect(served.count('book')).toBe(1);
    await agree(['booked']);
  });
});

describe('[TP10] an answer that is none', () => {
  const done = (answer: unknown, more: object): string => JSON.stringify({ ...(answer as object), ...more });
  test.each<[string, (response: ServerResponse, answer: unknown) => void]>([
    ['no JSON', say(200, 'OK')],
    ['no HTTP', raw('220 mail.bank.test ESMTP\r\n')],
    ['half an answer', (response, answer) => void response.writeHead(200, { 'content-length': '4000' }).write(JSON.stringify(answer), () => response.socket?.destroy())],
    ['an answer without end', (response) => void response.writeHead(200).end(Buffer.alloc(200 * 1024, 32))],
    ['no receipt', (response) => say(200, '{"kind":"done"}')(response)],
    ['a fraction of a fen', (response, answer) => say(200, done(answer, { chargeFen: 0.5 }))(response)],
    ['a time in another zone', (response, answer) => say(200, done(answer, { effectiveAt: '2026-11-23T10:00:00+08:00' }))(response)],
    ["another key's outcome", (response, answer) => say(200, done(answer, { key: 'another-key' }))(response)],
    ['an internal error', say(500, '{"code":"bank-error","text":{"zh":"a","en":"b"}}')],
    ['a rejected question', say(400, '{"code":"bad-request","text":{"zh":"a","en":"b"}}')],
    ['a refused secret', say(401, '{"code":"secret-refused","text":{"zh":"a","en":"b"}}')],
    ['a redirect', (response) => void response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end()],
  ])('%s after the booking: in doubt, never done, sent once, and the inquiry tells', async (_, after) => {
    await orderExecution();
    served.next = { call: 'book', after };
    expect(await book()).toEqual(['in-doubt']);
    expect(await inquire()).toEqual(['booked']);
    expect(served.count('book')).toBe(1);
    await agree(['booked']);
  });
});

describe('[PR9] certificates', () => {
  /** The same bank under another certificate. */
  async function under(which: 'expired' | 'ofStrange' | 'otherName'): Promise<string> {
    const other = await serveBank(bench.bank, made[which], made.ca);
    others.push(other);
    return other.url;
  }

  test.each(['expired', 'ofStrange', 'otherName'] as const)('[TP10] the bank shows one that is %s: nothing is said to it, and the order is refused', async (which) => {
    await orderExecution();
    bench.centre.bank = connector({ url: await under(which) });
    expect(await bench.centre.bank.ping()).toMatchObject({ kind: 'no-answer', cause: 'untrusted' });
    expect(await book()).toEqual(['refused']);
    expect(others[0]!.count('book')).toBe(0);
    await agree(['refused']);
  });

  test('a bank under its own name is not taken for one whose name was pinned', async () => {
    bench.centre.bank = connector({ tls: lineTls(made.ca, made.centre, 'another.bank.test') });
    expect(await bench.centre.bank.ping()).toMatchObject({ kind: 'no-answer', cause: 'untrusted' });
    await bench.close();
  });

  test.each([['no certificate of ours', null], ['one of an authority that the bank does not know', 'strangeCentre']] as const)('[TP10] %s: the bank takes nothing; with the right one the doubt ends', async (_, own) => {
    await orderExecution();
    const right = bench.centre.bank;
    bench.centre.bank = connector({ tls: lineTls(made.ca, own === null ? null : made[own], BANK_NAME) });
    const [first] = await book();
    // TLS 1.3 lets a client write before it hears that its certificate is refused: then it is in doubt, otherwise refused.
    expect(['in-doubt', 'refused']).toContain(first);
    expect(served.count('book')).toBe(0);
    bench.centre.bank = right;
    await inquire();
    await agree([first === 'refused' ? 'refused' : 'free']);
  });

  test('a bank that knows only TLS 1.1 gets nothing', async () => {
    const old = createTlsServer({ cert: readFileSync(made.bank.cert), key: readFileSync(made.bank.key), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const bank = connector({ url: `https://127.0.0.1:${(old.address() as AddressInfo).port}` });
    expect(await bank.ping()).toMatchObject({ kind: 'no-answer', cause: 'untrusted' });
    old.close();
    await bench.close();
  });

  test('a bank that speaks plain HTTP where TLS is expected gets nothing', async () => {
    await orderExecution();
    let heard = 0;
    const plain = createServer(() => void (heard += 1)).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    bench.centre.bank = connector({ url: `https://127.0.0.1:${(plain.address() as AddressInfo).port}` });
    expect(await book()).toEqual(['refused']);
    expect(heard).toBe(0);
    plain.closeAllConnections();
    plain.close();
    await agree(['refused']);
  });
});

describe('the breaker', () => {
  test('[TP18] [TP10] of two lines the first gets no answer and opens it: in doubt, and the second is refused unsent', async () => {
    await orderExecution(2);
    bench.centre.bank = connector({ circuit: { failures: 1 } });
    served.next = { call: 'book', after: hangUp };
    expect(await book()).toEqual(['in-doubt', 'refused']);
    expect(served.count('book')).toBe(1);
    bench.centre.bank = connector();
    expect(await inquire()).toEqual(['booked', 'refused']);
    expect((await latest())!.status).toBe('partial');
    await agree(['booked', 'refused']);
  });

  test('[TP3] while it is open the order is refused before anything is started, and the approval stays for later', async () => {
    while ((await latest())?.confirmation?.proofAt == null) await step();
    const well = bench.centre.bank;
    proxy.become({ kind: 'cut' });
    bench.centre.bank = connector({ circuit: { failures: 1 } });
    await bench.centre.bank.ping();
    const [joined, refusals] = [proxy.joinedAt.length, bench.refusals];
    await step();
    expect(bench.refusals).toBe(refusals + 1);
    expect(bench.journal.at(-1)).toMatchObject({ status: 'refused', code: 'bank-unreachable' });
    expect(proxy.joinedAt.length).toBe(joined);
    expect(await latest()).toMatchObject({ status: 'approved', execution: null });
    proxy.become({ kind: 'good' });
    bench.centre.bank = well;
    await orderExecution();
    expect(await book()).toEqual(['booked']);
    await agree(['booked']);
  });
});
