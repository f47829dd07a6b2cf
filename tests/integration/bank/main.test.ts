import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchDemoBank } from '../../../server/bank/demo/launch.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';
import { endRig, startRig } from './with-bank.ts';
import type { Rig } from './with-bank.ts';

const MAIN = fileURLToPath(new URL('../../../server/bank/demo/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-main-'));
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ crowd: 0 });
}, 60_000);
afterAll(async () => {
  await endRig(rig);
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: string[], secret: string | undefined = 'long-enough-secret'): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...(secret === undefined ? {} : { AIDLINE_BANK_SECRET: secret }) } });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => { out += String(text); });
    child.stderr.on('data', (text: Buffer) => { err += String(text); });
    child.on('close', (code) => resolve({ code, out, err }));
  });

describe('the bank as a program', () => {
  test('--help lists every option', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const option of ['--data', '--port', '--seed', '--crowd', '--now', '--frozen', '--tls-cert', '--tls-key', '--client-ca', '--exit-with-stdin', 'AIDLINE_BANK_SECRET']) expect(out).toContain(option);
  });

  test.each([
    [[], 'long-enough-secret', '--data is missing'],
    [['--data', folder], 'short', 'AIDLINE_BANK_SECRET'],
    [['--data', folder, '--port', '70000'], 'long-enough-secret', 'not a port'],
    [['--data', folder, '--seed', 'x'], 'long-enough-secret', 'not a whole number'],
    [['--data', folder, '--crowd', '9000'], 'long-enough-secret', 'not a number from 0'],
    [['--data', folder, '--now', 'yesterday'], 'long-enough-secret', 'not an instant'],
    [['--data', folder, '--tls-cert', 'c.pem'], 'long-enough-secret', 'go together'],
    [['--data', folder, '--tls-cert', '/nowhere/c.pem', '--tls-key', '/nowhere/k.pem'], 'long-enough-secret', '--tls-cert /nowhere/c.pem cannot be read'],
    [['--data', folder, '--nonsense'], 'long-enough-secret', '--nonsense'],
  ])('%j (%s) says %j and ends', async (args, secret, words) => {
    const { code, err } = await run(args, secret);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  test('a folder that is a file, and a file of a newer program, are named', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(await run(['--data', file])).toMatchObject({ code: 2, err: expect.stringContaining('数据目录不可用') });
    const newer = join(folder, 'demo-bank.sqlite');
    const db = new Database(newer);
    db.pragma('user_version = 99');
    db.close();
    expect(await run(['--data', folder])).toMatchObject({ code: 2, err: expect.stringContaining('请升级程序') });
  });

  test('a port in use is named', async () => {
    const port = new URL(rig.process.url).port;
    const { code, err } = await run(['--data', rig.dataDir, '--port', port]);
    expect(code).toBe(2);
    expect(err).toContain(`Port ${port} is in use`);
    await expect(launchDemoBank({ dataDir: rig.dataDir, port: Number(port) })).rejects.toThrow('is in use');
  });

  test('[RB1] without the secret nothing is answered; malformed and oversized messages are refused and harm nobody', async () => {
    expect(await makeHttpBank({ url: rig.process.url, secret: 'wrong' }).ping()).toMatchObject({ kind: 'no-answer', cause: 'secret-refused' });
    const post = async (path: string, body: string, authorization = `Bearer ${rig.process.secret}`): Promise<number> =>
      (await fetch(`${rig.process.url}${path}`, { method: 'POST', body, headers: { authorization, 'content-type': 'application/json' } })).status;
    expect(await post('/clock', '{"now":null}', 'Bearer nobody')).toBe(401);
    expect(await post('/v1/book', '{"key":')).toBe(400);
    expect(await post('/v1/book', '{"key":"k","kind":"gift"}')).toBe(400);
    expect(await post('/v1/read', JSON.stringify({ customerId: 'x'.repeat(100_000) }))).toBe(413);
    expect(await post('/v1/nothing', '{}')).toBe(404);
    expect((await rig.bank.ping()).kind).toBe('answer');
  });

  test('ends by a polite signal, and when its parent is gone, with code 0', async () => {
    const one = await launchDemoBank({ dataDir: join(folder, 'polite'), crowd: 0 });
    await one.stop();
    expect(await one.exited).toEqual({ code: 0, signal: null });

    const child = spawn(process.execPath, [MAIN, '--data', join(folder, 'polite'), '--exit-with-stdin'], {
      stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], AIDLINE_BANK_SECRET: 'long-enough-secret' },
    });
    await once(child.stdout, 'data');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 30_000);
});
