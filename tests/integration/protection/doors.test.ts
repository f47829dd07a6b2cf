import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { readOptions } from '../../../server/options.ts';
import { CONNECTIONS, RATES, type ConnectionBounds } from '../../../server/protection/limits.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { makeCertificates } from '../../proof/certificates.ts';
import { RawDesktop } from '../server/raw-desktop.ts';

const running: { centre: RunningCentre; data: string }[] = [];
const sockets: Socket[] = [];
const desktops: RawDesktop[] = [];
afterEach(async () => {
  for (const desktop of desktops.splice(0)) desktop.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { centre, data } of running.splice(0)) {
    await centre.stop();
    rmSync(data, { recursive: true, force: true });
  }
});

async function start(args: readonly string[] = [], connections: Partial<ConnectionBounds> = {}): Promise<{ url: string; port: number; data: string; centre: RunningCentre }> {
  const data = mkdtempSync(join(tmpdir(), 'aidline-doors-'));
  const centre = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--log-level', 'silent', ...args]), { limits: { connections } });
  running.push({ centre, data });
  return { url: centre.url, port: Number(new URL(centre.url).port), data, centre };
}

/** From an address of this machine of one's own choice, with whatever headers. */
const ask = (port: number, path: string, { from = '127.0.0.1', headers = {}, body }: { from?: string; headers?: Record<string, string>; body?: object } = {}): Promise<{ status: number; code: string | undefined; after: string | undefined }> => new Promise((resolve, reject) => {
  const sent = request({ port, host: '127.0.0.1', localAddress: from, path, method: body === undefined ? 'GET' : 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
    let text = '';
    response.on('data', (bytes: Buffer) => (text += bytes.toString()));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, code: text.startsWith('{') ? (JSON.parse(text) as { refusal?: { code: string } }).refusal?.code : undefined, after: response.headers['retry-after'] }));
  });
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
});

async function open(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}
const closes = (socket: Socket): Promise<unknown> => (socket.destroyed ? Promise.resolve() : once(socket.resume(), 'close'));

describe('[PR9] behind a proxy', () => {
  it('the limit by address sees each client\'s, as the named proxy tells it, and nobody else is believed', async () => {
    const { port } = await start(['--behind-proxy', '127.0.0.9']);
    const knock = (from: string, client: string) => ask(port, '/enrolment', { from, headers: { 'x-forwarded-for': client, 'x-forwarded-proto': 'https' }, body: {} });
    const many = async (from: string, client: (n: number) => string): Promise<number> => (await Promise.all(Array.from({ length: 80 }, (_one, n) => knock(from, client(n))))).filter(({ status }) => status === 429).length;
    expect(await many('127.0.0.9', () => '203.0.113.1')).toBe(20);
    expect(await many('127.0.0.9', (n) => `203.0.114.${n}`)).toBe(0);
    // A client that writes the header itself is one address all the same.
    expect(await many('127.0.0.10', (n) => `203.0.115.${n}`)).toBe(20);
    expect(await many('127.0.0.9', (n) => `203.0.116.${n}, 203.0.113.9`)).toBe(20);
  }, 60_000);

  it('who comes to it in plain is refused; its own health checks are not', async () => {
    const { port } = await start(['--behind-proxy', '127.0.0.9']);
    const plain = { 'x-forwarded-for': '203.0.113.1', 'x-forwarded-proto': 'http' };
    expect(await ask(port, '/session', { from: '127.0.0.9', headers: plain, body: {} })).toMatchObject({ status: 426, code: 'tls-required' });
    const upgrade = { ...plain, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    expect((await ask(port, '/socket.io/?EIO=4&transport=websocket', { from: '127.0.0.9', headers: upgrade })).status).toBe(400);
    expect((await ask(port, '/health/ready', { from: '127.0.0.9' })).status).toBe(200);
    expect((await ask(port, '/health', { from: '127.0.0.9', headers: { ...plain, 'x-forwarded-proto': 'https' } })).status).toBe(200);
  }, 60_000);

  it('the demo\'s switches are for this machine, whatever stands in front', async () => {
    const { port } = await start(['--behind-proxy', '127.0.0.9']);
    expect((await ask(port, '/demo/ledger')).status).toBe(200);
    expect((await ask(port, '/demo/ledger', { from: '127.0.0.9', headers: { 'x-forwarded-for': '203.0.113.1', 'x-forwarded-proto': 'https' } })).status).toBe(404);
    expect(await ask(port, '/demo/clock', { body: { to: 'soon' } })).toMatchObject({ status: 400, code: 'request-malformed' });
    expect(await ask(port, '/demo/fault', { body: { kind: 'none' } })).toMatchObject({ status: 400, code: 'request-malformed' });
  }, 60_000);
});

describe('[RB1] passphrases', () => {
  it('wrong ones of an account from one address come to an end, also while it is locked; right ones are never counted, nor other addresses', async () => {
    const { url, port } = await start();
    const desktop = new RawDesktop(url);
    await desktop.enrol('ws');
    const attempt = (account: string, password: string, from = '127.0.0.3') => ask(port, '/session', { from, body: { protocol: PROTOCOL_VERSION, account, password, workstation: desktop.workstation, desktop: uuidv7(), clockAt: new Date().toISOString() } });
    for (let n = 0; n < RATES['sign-in'].points + 5; n += 1) expect((await attempt('agent2', 'aidline-demo')).status).toBe(200);
    const answers = [];
    for (let n = 0; n < RATES['sign-in'].points + 2; n += 1) answers.push(await attempt('agent', `guess ${n}`));
    expect(answers.slice(0, -2).every(({ status }) => status === 401 || status === 423)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ status: 429, code: 'too-frequent' });
    expect(Number(answers.at(-1)!.after)).toBeGreaterThan(3_000);
    expect((await attempt('agent2', 'aidline-demo')).status).toBe(200);
    expect((await attempt('agent', 'a guess', '127.0.0.4')).status).toBe(423);
  }, 60_000);
});

describe('[RB1] connections', () => {
  it('a person and a workstation have few; the next one is told so and when to come again', async () => {
    const { url } = await start([], { person: 3 });
    const first = await RawDesktop.signIn(url, 'agent');
    desktops.push(first);
    for (let n = 0; n < 2; n += 1) desktops.push(await RawDesktop.signIn(url, 'agent'));
    const one = new RawDesktop(url);
    await one.enrol('one more');
    await one.session('agent', 'aidline-demo');
    await expect(one.connect()).rejects.toMatchObject({ data: { code: 'too-many-desktops', detail: { most: 3, retryAfterMs: expect.any(Number) as number } } });
    first.close();
    desktops.push(one);
    await first.dismissed();
    for (;;) if (await one.connect().then(() => true, () => false)) break;
    desktops.push(await RawDesktop.signIn(url, 'agent2'));
  }, 60_000);

  it('of one address so many stand and no more; another address comes in', async () => {
    const { url, port } = await start([], { rawAddress: 20 });
    const many = await Promise.all(Array.from({ length: 20 }, () => open(port, '127.0.0.5')));
    await closes(await open(port, '127.0.0.5'));
    expect((await fetch(`${url}/health`)).status).toBe(200);
    many[0]!.destroy();
    // As soon as the server has noticed.
    await vi.waitFor(async () => expect((await ask(port, '/health', { from: '127.0.0.5' })).status).toBe(200), { timeout: 5_000 });
  }, 60_000);

  it('a request whose head comes byte by byte is ended, and so is a socket that never says who it is', async () => {
    const { port } = await start();
    const slow = await open(port);
    const drip = setInterval(() => slow.write('X'), 500);
    slow.write('GET /health HTTP/1.1\r\nX-Slow: ');
    const silent = await open(port);
    silent.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
    await Promise.all([closes(slow), closes(silent)]);
    clearInterval(drip);
  }, 60_000);

  it('handshakes that are begun and not finished have a bound of their own, and end', async () => {
    const files = mkdtempSync(join(tmpdir(), 'aidline-tls-'));
    const { cert, key } = makeCertificates(files).bank;
    const { url, port } = await start(['--tls-cert', cert, '--tls-key', key], { handshakesAddress: 10 });
    const begun = await Promise.all(Array.from({ length: 10 }, () => open(port, '127.0.0.6')));
    await closes(await open(port, '127.0.0.6'));
    // Somebody else's is finished meanwhile.
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await fetch(`${url}/health`)).status).toBe(200);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    await Promise.all(begun.map(closes));
    await open(port, '127.0.0.6');
    rmSync(files, { recursive: true, force: true });
  }, 60_000);
});

it('[RB1] the bounds are far above what honest use comes to', () => {
  // A site of 1,500 seats behind one address, all back at once, each with a first attempt that is told to wait.
  expect(RATES['connect address'].points).toBeGreaterThanOrEqual(2 * 1_500);
  expect(CONNECTIONS.address).toBeGreaterThanOrEqual(2 * 1_500);
});
