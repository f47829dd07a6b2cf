import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileRing } from '../../../server/log/sealing/file-ring.ts';
import { HttpRing } from '../../../server/log/sealing/http-ring.ts';
import { openSealing } from '../../../server/log/sealing/sealing.ts';
import { appended, CASE_A, clock, note, one, temporaryFolder } from './log-fixture.ts';
import { CUSTOMER, ofCustomer, openSealed } from './sealing-fixture.ts';
import { KeyService } from './sealing-key-service.ts';
import { codeOf, DATA_KEY, ringContract } from './sealing-ring-contract.ts';

const fileRing = (path: string, mayMake = true) => {
  const opened = openFileRing(path, mayMake, clock);
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.ring;
};

ringContract('a file', async () => {
  const { folder, dispose } = await temporaryFolder();
  return { open: async () => fileRing(join(folder, 'ring.key')), dispose };
});
ringContract('a key service', async () => {
  const service = await new KeyService().start();
  return { open: async () => new HttpRing(service.url, service.secret), dispose: () => service.stop() };
});

describe('[PR7] the ring key file', () => {
  let folder: string;
  let dispose: () => Promise<void>;
  let path: string;
  beforeEach(async () => {
    ({ folder, dispose } = await temporaryFolder());
    path = join(folder, 'ring.key');
  });
  afterEach(() => dispose());
  const refused = (mayMake = true): string => {
    const opened = openFileRing(path, mayMake, clock);
    if (opened.ok) return 'opened';
    expect([opened.error.text.zh.length > 10, opened.error.text.en.length > 10, opened.error.path]).toEqual([true, true, path]);
    return opened.error.code;
  };

  it('[PR7] is one key for all servers that start at once where there was none', { timeout: 60_000 }, async () => {
    const servers = Array.from({ length: 4 }, () => spawn(process.execPath, [fileURLToPath(new URL('./ring-maker.ts', import.meta.url)), JSON.stringify(DATA_KEY)], { stdio: ['pipe', 'pipe', 'inherit'] }));
    try {
      const said = servers.map(({ stdout }) => createInterface(stdout)[Symbol.asyncIterator]());
      const next = (): Promise<string[]> => Promise.all(said.map(async (lines) => String((await lines.next()).value)));
      expect(new Set(await next())).toEqual(new Set(['ready']));
      for (let round = 0; round < 25; round += 1) {
        const place = join(folder, `ring-${round}.key`);
        for (const { stdin } of servers) stdin.write(`${place}\n`);
        const answers = (await next()).map((line) => JSON.parse(line) as { wrapped: string | null; error: string | null });
        expect(answers.map(({ error }) => error)).toEqual([null, null, null, null]);
        const ring = fileRing(place, false);
        for (const { wrapped } of answers) expect(await ring.unwrap(DATA_KEY, { version: 1, bytes: Buffer.from(wrapped ?? '', 'base64') })).toHaveLength(32);
      }
      expect(readdirSync(folder).filter((name) => !name.endsWith('.key'))).toEqual([]);
    } finally {
      for (const server of servers) server.kill();
    }
  });

  it('[PR7] is made at the first start, for its owner alone, and stays so when it is rotated', async () => {
    const ring = fileRing(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await ring.rotate();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['ring.key']);
  });

  it('[PR7][RB2] is refused where others may read it', () => {
    fileRing(path);
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(path, mode);
      expect(refused()).toBe('ring-readable');
    }
    chmodSync(path, 0o600);
    expect(refused()).toBe('opened');
  });

  it('[PR7][RB2] is refused where it is damaged, and told from a missing one', () => {
    fileRing(path);
    const whole = readFileSync(path, 'utf8');
    const flipped = whole.replace(/"key": "(.)/, (all, first: string) => all.slice(0, -1) + (first === 'A' ? 'B' : 'A'));
    expect(flipped).not.toBe(whole);
    for (const broken of ['', '{}', whole.slice(0, -20), flipped, whole.replace('ring 1', 'ring 9')]) {
      writeFileSync(path, broken, { mode: 0o600 });
      expect(refused()).toBe('ring-damaged');
    }
    path = join(folder, 'elsewhere.key');
    expect(refused(false)).toBe('ring-missing');
    expect(existsSync(path)).toBe(false);
    path = join(folder, 'no', 'such', 'folder.key');
    expect(refused()).toBe('log-not-writable');
  });

  it('[PR7][RB2] is never made anew where keys exist that only the lost one opens', async () => {
    const { log } = await openSealed(folder);
    await appended(log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await log.close();
    const again = await openSealing(folder, { now: clock, ring: join(folder, 'other.key') });
    expect(again.ok ? 'opened' : again.error.code).toBe('ring-missing');
  });

  it('[PR7] may lie outside the data folder', async () => {
    const apart = await temporaryFolder();
    const ring = join(apart.folder, 'bank.key');
    let at = await openSealed(folder, { ring });
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await at.log.close();
    expect([existsSync(path), existsSync(ring)]).toEqual([false, true]);
    at = await openSealed(folder, { ring });
    expect((await at.log.readCase(CASE_A)).map((event) => event.body)).toEqual([{ text: 'one' }]);
    await at.log.close();
    await apart.dispose();
  });
});

describe('[PR7] a key service', () => {
  let service: KeyService;
  beforeEach(async () => {
    service = await new KeyService().start();
  });
  afterEach(() => service.stop());

  it('[PR7][RB2] that is down, hangs, does not know us or answers nonsense is unreachable, and no bug', async () => {
    const ring = new HttpRing(service.url, service.secret, 200);
    for (const trouble of [{ status: 503, body: {} }, { status: 200, body: 'no json' }, { status: 200, body: { version: 0 } }, 'hang'] as const) {
      service.trouble = trouble;
      expect(await codeOf(ring.current())).toBe('ring-unreachable');
    }
    service.trouble = null;
    expect(await codeOf(new HttpRing(service.url, 'wrong').wrap(DATA_KEY, new Uint8Array(32)))).toBe('ring-unreachable');
    expect(await ring.current()).toBe(1);
    await service.stop();
    expect(await codeOf(ring.current())).toBe('ring-unreachable');
    service = await new KeyService().start();
  });

  it('[PR9] is not asked in clear beyond this machine', async () => {
    expect(() => new HttpRing('http://keys.example', 's')).toThrow('https');
    expect(() => new HttpRing('https://keys.example', 's')).not.toThrow();
    const { folder, dispose } = await temporaryFolder();
    const opened = await openSealing(folder, { now: clock, ring: 'http://keys.example' });
    expect(opened.ok ? 'opened' : opened.error.code).toBe('ring-unreachable');
    await dispose();
  });

  it('[PR7][RB2] keeps a whole log: asked once per key, acknowledging nothing while it is down, and healing by itself', async () => {
    const { folder, dispose } = await temporaryFolder();
    const options = { ring: service.url, ringSecret: service.secret };
    let at = await openSealed(folder, options);
    for (let version = 0; version < 5; version += 1) await appended(at.log, ofCustomer(CUSTOMER, CASE_A, version, [note(`${version}`)]));
    const asked = service.asked;
    expect((await at.log.readCase(CASE_A)).length).toBe(5);
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 5, [note('5')]));
    expect(service.asked).toBe(asked);
    service.trouble = { status: 503, body: {} };
    expect(await one(at.log, ofCustomer('C-new', 'customer:C-new', 0, [note('x')]))).toMatchObject({ status: 'failed', error: { code: 'ring-unreachable' } });
    expect((await one(at.log, ofCustomer(CUSTOMER, CASE_A, 6, [note('6')]))).status).toBe('appended');
    service.trouble = null;
    expect((await one(at.log, ofCustomer('C-new', 'customer:C-new', 0, [note('x')]))).status).toBe('appended');
    await at.log.close();
    at = await openSealed(folder, options);
    expect((await at.log.readCase(CASE_A)).map((event) => event.body)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => ({ text: `${n}` })));
    await at.log.close();
    service.trouble = { status: 503, body: {} };
    const down = await openSealing(folder, { now: clock, ...options });
    expect(down.ok ? 'opened' : down.error.code).toBe('ring-unreachable');
    await dispose();
  });
});
