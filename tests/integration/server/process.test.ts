import type { ChildProcess } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { signBody } from '../../../server/telephony/webhook-signature.ts';
import { cleanUp, end, folder, root, run, serve, type Ended } from './child-server.ts';
import { RawDesktop } from './raw-desktop.ts';

const SECRET = 'the secret of this very test';
afterAll(cleanUp);

/** A machine that is enrolled there; in the demo at once. */
async function machine(url: string, code: string | null = null): Promise<string> {
  const desktop = new RawDesktop(url);
  await desktop.enrol('WS-1', code);
  return desktop.workstation;
}
const signIn = async (url: string, body: object): Promise<{ status: number; code: string | undefined; text: { zh: { todo: string }; en: { todo: string } } | undefined }> => {
  const asked = { protocol: PROTOCOL_VERSION, account: 'agent', password: 'aidline-demo', workstation: uuidv7(), desktop: uuidv7(), clockAt: new Date().toISOString(), ...body };
  const response = await fetch(`${url}/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(asked) });
  const answer = (await response.json()) as { refusal?: { code: string }; text?: { zh: { todo: string }; en: { todo: string } } };
  return { status: response.status, code: answer.refusal?.code, text: answer.text };
};
/** Told, not crashed: exit 2, both languages, no stack. */
function told(ended: Ended, ...words: (string | RegExp)[]): void {
  expect(ended.code).toBe(2);
  for (const word of words) expect(ended.err).toMatch(word);
  expect(ended.err).not.toMatch(/^\s+at /m);
}

describe('the server at the shell', () => {
  it('--help lists every option and starts nothing', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const option of ['--data', '--host', '--port', '--production', '--demo', '--arrivals', '--calls', '--seed', '--crowd', '--now', '--bank', '--bank-ca', '--bank-cert', '--bank-key', '--bank-name', '--flows', '--control', '--ring', '--checkpoints', '--tls-cert', '--tls-key', '--behind-proxy', '--log-level', '--help', 'init', 'first-code']) expect(out).toContain(option);
  });

  it.each([
    [['--nonsense'], /--nonsense/], [['--port', 'many'], /--port many: .*not a port/], [['--production', '--demo'], /exclude each other/], [['--now', '2026-11-23T02:00:00.000Z'], /need --demo/],
    [['--crowd', '3'], /need --demo/], [['--demo', '--crowd', '-1'], /crowd/], [['fly'], /no such command/],
    [['--tls-cert', 'x.pem'], /go together/], [['--behind-proxy', 'somewhere'], /neither an address nor a network/], [['--host', '0.0.0.0'], /本机以外必须用 TLS[\s\S]*TLS is required/], [['--demo', '--host', '::'], /TLS is required/], [['--tls-cert', 'nowhere.pem', '--tls-key', 'nowhere.key'], /nowhere\.pem.*cannot be read/],
  ] as const)('[RB1] %j is refused with a reason', async (args, reason) => told(await run(args), reason));

  it('a folder that cannot be written, in both languages', async () => {
    const file = join(folder(), 'a-file');
    writeFileSync(file, '');
    told(await run(['--data', join(file, 'data'), '--port', '0']), /数据文件夹不能写入/, /cannot be written/);
  });

  it('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    told(await run(['--data', folder(), '--port', String(port)]), /已被占用/, new RegExp(`port ${port} is in use`));
    other.close();
  });

  it('[TP12] a two-person policy with a mistake, not YAML, or not there: file and reason, and nothing starts', async () => {
    const good = readFileSync(join(root, 'server/policy/control.yaml'), 'utf8');
    const file = join(folder(), 'control.yaml');
    writeFileSync(file, good.replace('highValueFromFen: 5000000', 'highValueFromFen: much'));
    told(await run(['--data', folder(), '--port', '0', '--control', file]), /control\.yaml/, /highValueFromFen/, /不能发布/);
    writeFileSync(file, 'kinds: [}');
    told(await run(['--data', folder(), '--port', '0', '--control', file]), /control\.yaml/);
    told(await run(['--data', folder(), '--port', '0', '--control', `${file}.gone`]), /control\.yaml\.gone/);
  });

  it('[FL1] a flow with a mistake: file, line and reason, and nothing starts', async () => {
    const flows = folder();
    cpSync(join(root, 'server/flows'), flows, { recursive: true, filter: (source) => !source.endsWith('.ts') });
    const file = join(flows, 'loss-report.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^id: .*$/m, 'id: 17'));
    told(await run(['--data', folder(), '--port', '0', '--flows', flows]), /loss-report\.yaml:\d+: /);
    told(await run(['--data', folder(), '--port', '0', '--flows', join(flows, 'nowhere')]), /nowhere/);
  });

  it('[TP12] init makes exactly two administrators, once, with real passwords', async () => {
    const data = folder();
    const lines = (...all: string[]): string => `${all.join('\n')}\n`;
    told(await run(['init', '--data', data], lines('ann', '安', 'short', 'ben', '本', 'a long enough password')), /15/);
    told(await run(['init', '--data', data], lines('ann', '安', 'a long enough password', 'ANN', '本', 'another long password')), /two accounts/);
    told(await run(['init', '--data', data], lines('ann', '安')), /ended early/);
    const made = await run(['init', '--data', data], lines('ann', '安', 'a long enough password', 'ben', '本', 'another long password'));
    expect(made.code).toBe(0);
    told(await run(['init', '--data', data], lines('eve', '伊', 'a third long password', 'mal', '马', 'a fourth long password')), /only once|once/);
    const { url, child } = await serve(['--production', '--data', data]);
    const workstation = await machine(url, /within 24 hours: (\S+)/.exec(made.out)![1]!);
    expect((await signIn(url, { account: 'ann', password: 'a long enough password', workstation })).status).toBe(200);
    expect((await signIn(url, { account: 'eve', password: 'a third long password', workstation })).code).toBe('wrong-password');
    expect(await end(child)).toBe(0);
  }, 60_000);
});

describe('[TP12] --production', () => {
  it('has no demo routes, no demo accounts, no clock to move, no simulator, and says so in its health', async () => {
    const { url, child } = await serve(['--production', '--data', folder()]);
    const health = (await (await fetch(`${url}/health`)).json()) as { demo: boolean; accounts: unknown[]; serverAt: string };
    expect(health).toMatchObject({ demo: false, accounts: [] });
    const post = async (path: string, method = 'POST') => (await fetch(`${url}${path}`, { method, ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{"to":"2030-01-01T00:00:00.000Z"}' } : {}) })).status;
    for (const path of ['/demo/clock', '/demo/call', '/demo/next-callback', '/demo/fault', '/demo/bank']) expect(await post(path)).toBe(404);
    expect(await post('/demo/faults', 'DELETE')).toBe(404);
    expect(await post('/demo/ledger', 'GET')).toBe(404);
    expect(Math.abs(Date.parse(((await (await fetch(`${url}/health`)).json()) as { serverAt: string }).serverAt) - Date.now())).toBeLessThan(60_000);
    // No machine is enrolled at once as the demo does it, and nobody signs in at one that is not (PR9).
    const workstation = await machine(url);
    for (const account of ['agent', 'mentor', 'lead', 'admin']) expect((await signIn(url, { account, workstation })).code).toBe('workstation-not-enrolled');
    expect(await end(child)).toBe(0);
  });
});

describe('the running server', () => {
  let url: string;
  let workstation: string;
  let child: ChildProcess;
  beforeAll(async () => {
    ({ url, child } = await serve(['--demo', '--crowd', '0', '--calls', 'off', '--data', folder()], { AIDLINE_WEBHOOK_SECRETS: `an older one,${SECRET}` }));
    workstation = await machine(url);
  }, 60_000);
  afterAll(() => end(child));

  it('a wrong password, an unknown account, a malformed request and a clock that is a day off are told in both languages', async () => {
    expect(await signIn(url, { workstation, password: 'no' })).toMatchObject({ status: 401, code: 'wrong-password' });
    expect(await signIn(url, { workstation, account: 'nobody' })).toMatchObject({ status: 401, code: 'wrong-password' });
    expect(await signIn(url, { workstation, desktop: 'me' })).toMatchObject({ status: 400, code: 'request-malformed' });
    const off = await signIn(url, { workstation, clockAt: new Date(Date.now() - 86_400_000).toISOString() });
    expect(off).toMatchObject({ status: 409, code: 'clock-off' });
    expect(off.text!.zh.todo + off.text!.en.todo).toMatch(/校准.*clock|校准.*date/);
    // A wrong password learns nothing of the clock.
    expect(await signIn(url, { workstation, password: 'no', clockAt: new Date(0).toISOString() })).toMatchObject({ code: 'wrong-password' });
    expect((await signIn(url, { workstation })).status).toBe(200);
  });

  it('five failures lock the account for a quarter of an hour, also those that come at once; the right password does not help meanwhile', async () => {
    const guesses = await Promise.all(Array.from({ length: 12 }, (_one, n) => signIn(url, { workstation, account: 'admin', password: `guess ${n}` })));
    expect(guesses.filter((guess) => guess.code === 'wrong-password').length).toBeLessThanOrEqual(4);
    expect(await signIn(url, { workstation, account: 'admin' })).toMatchObject({ status: 423, code: 'locked-out' });
    expect((await signIn(url, { workstation, account: 'lead' })).status).toBe(200);
  });

  it('[RB1] what is no JSON, too large, or not there is answered with a code, and the server goes on', async () => {
    const post = (body: string) => fetch(`${url}/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    for (const body of ['{', '[]', 'null', `"${'x'.repeat(40_000)}"`]) {
      const response = await post(body);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(((await response.json()) as { refusal: { code: string } }).refusal.code).toBe('request-malformed');
    }
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('[RB1] [CT1] the webhook takes signed events once and refuses the unsigned, the forged, the stale and the malformed', async () => {
    const event = { kind: 'queued', eventId: uuidv7(), callId: uuidv7(), at: new Date().toISOString(), queue: 'general', number: '19900000001' };
    const send = async (body: string, signature?: string): Promise<[number, string | undefined]> => {
      const response = await fetch(`${url}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', ...(signature === undefined ? {} : { 'x-aidline-signature': signature }) }, body });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const now = new Date().toISOString();
    const body = JSON.stringify(event);
    expect(await send(body)).toEqual([401, 'webhook-unsigned']);
    expect(await send(body, signBody('another secret', now, body))).toEqual([401, 'webhook-bad-signature']);
    expect(await send(body, signBody(SECRET, new Date(Date.now() - 600_000).toISOString(), body))).toEqual([401, 'webhook-stale']);
    expect(await send('{"kind":"fly"}', signBody(SECRET, now, '{"kind":"fly"}'))).toEqual([400, 'webhook-malformed']);
    const offered = { ...event, kind: 'offered', offerId: 'o', personId: 'p', desktopId: 'd', expiresAt: now };
    expect(await send(JSON.stringify(offered), signBody(SECRET, now, JSON.stringify(offered)))).toEqual([400, 'webhook-malformed']);
    expect(await send(body, signBody(SECRET, now, body))).toEqual([200, undefined]);
    expect(await send(body, signBody('an older one', now, body))).toEqual([200, undefined]);
    const agent = await RawDesktop.signIn(url, 'agent');
    await agent.until(() => agent.liveValue('queue')?.waiting === 1, 'the call, once');
    agent.close();
  });
});
