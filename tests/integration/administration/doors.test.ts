import { execFileSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helloBytes } from '#shared/protocol/wire.ts';
import { DOOR_RATES } from '../../../server/protection/limits.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre } from '../../../server/start-centre.ts';
import { cleanUp, end, folder, run, serve } from '../server/child-server.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { ownDoors } from '../server/several-nodes.ts';
import { setStage, clearStage, signOn } from '../server/story.ts';
import { act, byTwo, post, propose, signInCode } from './centre-acts.ts';

afterAll(cleanUp);
const PASSWORDS = { ann: 'a long enough password', ben: 'another long password' };
const founders = Object.entries(PASSWORDS).flatMap(([account, password]) => [account, account.toUpperCase(), password]).join('\n');
async function founded(): Promise<{ data: string; code: string }> {
  const data = folder();
  const { out } = await run(['init', '--data', data], `${founders}\n`);
  return { data, code: /first workstation, once, within 24 hours: (\S+)/.exec(out)![1]! };
}
/** Asks for this machine; the code of the refusal, or how it stands. */
const enrol = (desktop: RawDesktop, code: string | null): Promise<string> => desktop.enrol('WS-1', code).then(({ status }) => status, (error: Error) => (JSON.parse(error.message) as { refusal: { code: string } }).refusal.code);

describe('[PR9] a workstation is enrolled before anyone signs in there', () => {
  it('[PR9] [TP12] the code of the founding enrols one machine, once; the next one waits for two administrators', async () => {
    const { data, code } = await founded();
    const { url, child } = await serve(['--production', '--data', data]);
    const [one, two, three] = [new RawDesktop(url), new RawDesktop(url), new RawDesktop(url)];
    expect(await enrol(one, null)).toBe('waiting');
    expect(await signInCode(url, 'ann', PASSWORDS.ann, one)).toBe('workstation-not-enrolled');
    expect(await enrol(two, `${code}x`)).toBe('enrolment-code');
    expect(await enrol(one, code)).toBe('enrolled');
    // The same machine may ask again; another one may not use the code.
    expect(await enrol(one, code)).toBe('enrolled');
    expect(await enrol(two, code)).toBe('enrolment-code');
    const { fingerprint } = await three.enrol('WS-3');
    await one.session('ann', PASSWORDS.ann);
    await one.connect();
    await one.keepKey();
    await one.until(() => one.liveValue('administration')?.enrolments.some((request) => request.fingerprint === fingerprint) === true, 'the request');
    // Ann and Ben at the one machine there is.
    const ben = new RawDesktop(url);
    Object.assign(ben, { workstation: one.workstation, machineKey: one.machineKey });
    await ben.session('ben', PASSWORDS.ben);
    await ben.connect();
    await ben.keepKey();
    const asked = one.liveValue('administration')!.enrolments.find((request) => request.fingerprint === fingerprint)!;
    expect(asked.workstation.keyId).toBe(three.machineKey.keyId);
    await byTwo(one, ben, { kind: 'enrol workstation', workstation: asked.workstation });
    expect(await enrol(three, null)).toBe('enrolled');
    await one.until(() => one.liveValue('administration')?.enrolments.every((request) => request.fingerprint !== fingerprint) === true, 'the list without it');
    expect(await signInCode(url, 'ben', PASSWORDS.ben, three)).toBe('ok');
    // A token is of no use at another machine, nor a proof by another key.
    await three.session('ben', PASSWORDS.ben);
    expect(await three.connectAnother({ workstation: one.workstation }).catch((error: Error) => error.message)).toBe('session-over');
    expect(await three.connectAnother({ proof: Buffer.alloc(64).toString('base64') }).catch((error: Error) => error.message)).toBe('workstation-proof');
    // A proof that was found right is no longer so once its machine is out, nor is it another token's.
    expect(await three.connectAnother({})).toBe('connected');
    const proof = sign(null, helloBytes(three.token), three.machineKey.privateKey).toString('base64');
    expect(await one.connectAnother({ proof }).catch((error: Error) => error.message)).toBe('workstation-proof');
    expect(await act(one, 'revoke workstation', { workstationId: three.workstation, reason: 'stolen' })).toBe('ok');
    expect(await three.connectAnother({}).catch((error: Error) => error.message)).toBe('workstation-revoked');
    expect(await enrol(three, null)).toBe('revoked');
    for (const desktop of [one, ben]) desktop.close();
    expect(await end(child)).toBe(0);
  }, 120_000);

  it('[PR9] another code is given while no workstation is enrolled, and never after; a demo folder is no real centre, nor a real one a demo', async () => {
    const { data, code } = await founded();
    const again = await run(['first-code', '--data', data]);
    const other = /within 24 hours: (\S+)/.exec(again.out)![1]!;
    const { url, child } = await serve(['--production', '--data', data]);
    const one = new RawDesktop(url);
    expect(await enrol(one, code)).toBe('enrolment-code');
    expect(await enrol(one, other)).toBe('enrolled');
    expect(await end(child)).toBe(0);
    expect(await run(['first-code', '--data', data])).toMatchObject({ code: 2, err: expect.stringMatching(/已有登记的工作站[\s\S]*a workstation is enrolled/) });
    expect(await run(['--demo', '--data', data, '--port', '0'])).toMatchObject({ code: 2, err: expect.stringMatching(/不能用于演示[\s\S]*cannot serve a demo/) });
    expect(await run(['first-code', '--data', folder()])).toMatchObject({ code: 2, err: expect.stringMatching(/init/) });
    const demo = folder();
    const playing = await serve(['--demo', '--crowd', '0', '--calls', 'off', '--data', demo]);
    await end(playing.child);
    expect(await run(['--production', '--data', demo, '--port', '0'])).toMatchObject({ code: 2, err: expect.stringMatching(/演示用的[\s\S]*made by --demo/) });
  }, 180_000);

  it('[RB1] the door is knocked at so often and no oftener, from one address; connected desktops go on', async () => {
    const stage = await setStage();
    try {
      const { url } = stage.running;
      const admin = await signOn(stage, 'admin');
      for (const path of ['/session', '/enrolment', '/passphrase'] as const) {
        const { points, seconds } = DOOR_RATES[path];
        // A node whose Redis is slow counts by itself for a while: nobody gets more than once as much at each.
        const answers = await Promise.all(Array.from({ length: points * ownDoors(url).length + 40 }, () => post(url, path, {})));
        const late = answers.filter(({ status }) => status === 429);
        expect([path, late.length > 0, answers.filter(({ status }) => status === 400).length >= points - 20]).toEqual([path, true, true]);
        const told = (late[0]!.body as { refusal: { detail: { seconds: number } } }).refusal.detail.seconds;
        expect([told >= 1, told <= seconds]).toEqual([true, true]);
        expect(late[0]).toMatchObject({ code: 'too-frequent', body: { text: { zh: { what: expect.any(String) as string }, en: { what: expect.any(String) as string } } } });
      }
      expect((await propose(admin, { kind: 'reset passphrase', personId: stage.agent.person })).digest).toHaveLength(64);
      expect((await fetch(`${url}/health`)).status).toBe(200);
    } finally {
      await clearStage(stage);
    }
  }, 120_000);
});

describe('[PR9] beyond loopback there is TLS', () => {
  const before = getCACertificates('default');
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'aidline-tls-'));
  });
  afterEach(() => {
    setDefaultCACertificates(before);
    rmSync(data, { recursive: true, force: true });
  });

  /** A certificate of this very test, for 127.0.0.1. */
  function certificate(): { cert: string; key: string } {
    const [cert, key] = [join(data, 'cert.pem'), join(data, 'key.pem')];
    try {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=aidline-test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'pipe' });
    } catch (error) {
      throw new Error('this test makes its certificate with the openssl program, which is missing or too old', { cause: error });
    }
    return { cert, key };
  }

  it('[PR9] enrolment, sign-in and the socket go over TLS; without it the same port says nothing, and TLS before 1.2 is refused', async () => {
    const { cert, key } = certificate();
    const running = await startCentre(readOptions(['--demo', '--crowd', '0', '--calls', 'off', '--log-level', 'fatal', '--port', '0', '--host', '0.0.0.0', '--tls-cert', cert, '--tls-key', key, '--data', join(data, 'centre')]));
    try {
      expect(running.url).toMatch(/^https:\/\/0\.0\.0\.0:\d+$/);
      const url = running.url.replace('0.0.0.0', '127.0.0.1');
      await expect(fetch(`${url}/health`)).rejects.toThrow();
      setDefaultCACertificates([...before, readFileSync(cert, 'utf8')]);
      const agent = await RawDesktop.signIn(url, 'agent');
      await agent.until(() => agent.liveValue('agent') !== undefined, 'something over the socket');
      expect(await agent.ask('people', {})).not.toHaveLength(0);
      agent.close();
      await expect(fetch(`${url.replace('https', 'http')}/health`)).rejects.toThrow();
      const old = await new Promise<string>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', rejectUnauthorized: false }, () => resolve('connected'));
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      });
      expect(old).not.toBe('connected');
    } finally {
      await running.stop();
    }
  }, 120_000);

  it('[PR9] a certificate and a key that do not belong together are told before anything is opened', async () => {
    const { cert } = certificate();
    const other = join(data, 'other.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-out', other], { stdio: 'pipe' });
    await expect(startCentre(readOptions(['--demo', '--port', '0', '--tls-cert', cert, '--tls-key', other, '--data', join(data, 'centre')]))).rejects.toThrow(/证书和私钥不能用/);
    await expect(startCentre(readOptions(['--production', '--port', '0', '--host', '0.0.0.0', '--data', join(data, 'centre')]))).rejects.toThrow(/TLS is required/);
  });
});
