import { createDecipheriv } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { workstationPath } from '../../../electron/desk/signing/workstation-key.ts';
import { handClock, untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, give, inStep, openCase, signInto, untilCase, write } from './harness.ts';
import { PERSON, type TestServer } from './test-server.ts';

const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);
const enrol = (desk: Running, server: TestServer, firstCode: string | null = null) => desk.client.calls.enrol({ server: server.url, name: 'A-17', site: '上海', code: firstCode });
const onlyMachine = (server: TestServer) => [...server.machines.values()].at(-1)!;

describe('[PR9] a workstation', () => {
  it('is enrolled by itself at a demonstration, and proves itself at every connection', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server, aFolder(), { workstation: 'front desk' });
    expect(onlyMachine(server)).toMatchObject({ status: 'enrolled', name: 'front desk' });
    const [first] = server.hellos;
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection !== 'online');
    await inStep(desk);
    // Once more, or oftener where the machine is slow.
    expect(server.hellos.length).toBeGreaterThan(1);
    expect(new Set(server.hellos.map((hello) => hello.workstation))).toEqual(new Set([onlyMachine(server).id]));
    expect(first?.proof).toHaveLength(88);
    await desk.client.calls.signOut({});
    await signInto(desk, server.url);
    expect(server.machines.size).toBe(1);
  });

  it('waits elsewhere until it is agreed to; nobody signs in there before', async () => {
    const server = await aServer();
    server.demo = false;
    const root = aFolder();
    const desk = aDesk(root);
    expect(code(await signInto(desk, server.url))).toBe('workstation-not-enrolled');
    expect(server.machines.size).toBe(0);
    expect(server.signIns).toBe(0);
    const asked = await enrol(desk, server);
    expect(asked).toMatchObject({ ok: true, value: { status: 'waiting', fingerprint: [...server.machines.keys()][0]?.slice(0, 16) } });
    expect(onlyMachine(server)).toMatchObject({ name: 'A-17', site: '上海' });
    expect(code(await signInto(desk, server.url))).toBe('workstation-not-enrolled');
    // Asked again, after a restart too, it is the same machine, and the server keeps the secret it had first.
    const { secret } = onlyMachine(server);
    desk.close();
    const again = aDesk(root);
    expect(await enrol(again, server)).toEqual(asked);
    expect(server.machines.size).toBe(1);
    onlyMachine(server).status = 'enrolled';
    expect(await enrol(again, server)).toMatchObject({ ok: true, value: { status: 'enrolled' } });
    expect(onlyMachine(server).secret).toBe(secret);
    expect(code(await signInto(again, server.url))).toBe('ok');
    await inStep(again);
    expect(code(await enrol(again, server))).toBe('already-signed-in');
  });

  it('is refused with a wrong code, and founded with the right one', async () => {
    const server = await aServer();
    server.demo = false;
    server.firstCode = 'right';
    const desk = aDesk(aFolder());
    expect(code(await enrol(desk, server, 'wrong'))).toBe('enrolment-code');
    expect(code(await signInto(desk, server.url))).toBe('workstation-not-enrolled');
    expect(await enrol(desk, server, 'right')).toMatchObject({ ok: true, value: { status: 'enrolled' } });
    expect(code(await signInto(desk, server.url))).toBe('ok');
  });

  it('asks nothing of a server that is not there, and goes on with the same key when it is', async () => {
    const server = await aServer();
    server.demo = false;
    const port = Number(new URL(server.url).port);
    const url = server.url;
    await server.stop();
    const desk = aDesk(aFolder());
    const ask = () => desk.client.calls.enrol({ server: url, name: 'A-17', site: '上海', code: null });
    expect(code(await ask())).toBe('server-unreachable');
    expect(code(await signInto(desk, url))).toBe('server-unreachable');
    await server.start(port);
    expect(code(await ask())).toBe('ok');
    onlyMachine(server).status = 'enrolled';
    expect(code(await signInto(desk, url))).toBe('ok');
  });

  it('that was revoked is out, and a new request is with a new key', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    onlyMachine(server).status = 'revoked';
    server.goodbye({ code: 'workstation-revoked' });
    await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-out' && view.refusal?.code === 'workstation-wiped');
    // PR6: it has wiped itself, its key too; what comes next is another machine.
    expect(await enrol(desk, server)).toMatchObject({ ok: true, value: { status: 'enrolled' } });
    expect(server.machines.size).toBe(2);
    expect(code(await signInto(desk, server.url))).toBe('ok');
  });

  it('whose proof the server does not take stops trying, and works on', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.refuseHello = { code: 'workstation-proof' };
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused' && view.refusal?.code === 'workstation-proof');
    await write(desk, caseId, 'kept');
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 1 } });
  });

  it('a token alone lets no other machine in', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const thief = await aSignedInDesk(server);
    const [stolen] = server.hellos;

    const own = server.hellos.at(-1)!;
    const refusal = await new Promise((resolve) => {
      connectSocket(server.url, { ...stolen!, proof: own.proof }, { up: () => resolve('in'), down: resolve, feed: () => {}, live: () => {} });
    });
    expect(refusal).toEqual({ code: 'workstation-proof' });
    expect([desk.errors, thief.errors]).toEqual([[], []]);
  });
});

describe('[PR9] [RB2] a workstation’s key that is gone', () => {
  const spoil: [string, (path: string) => void][] = [
    ['damaged', (path) => writeFileSync(path, 'no key at all')],
    ['of another secret', (path) => writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), iv: Buffer.alloc(12).toString('base64') }))],
  ];
  it.each(spoil)('%s: has its own message, and enrolled anew nothing unsent is lost', async (_how, spoilt) => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.onPush = () => 'cut';
    await write(desk, caseId, 'unsent');
    desk.close();
    server.onPush = null;
    spoilt(workstationPath(root, server.url));
    const again = aDesk(root);
    expect(code(await signInto(again, server.url))).toBe('workstation-key-lost');
    expect(await enrol(again, server)).toMatchObject({ ok: true, value: { status: 'enrolled' } });
    expect(server.machines.size).toBe(2);
    expect(code(await signInto(again, server.url))).toBe('ok');
    await inStep(again);
    expect(server.notes(caseId)).toEqual(['unsent']);
    expect(readdirSync(root).filter((name) => name.includes('.json.aside-'))).toHaveLength(1);
  });

  it('without the server: the person signs in and works, signs nothing, and hears why there is no line', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    await expect.poll(() => server.kept).not.toBeNull();
    desk.close();
    const port = Number(new URL(server.url).port);
    const url = server.url;
    await server.stop();
    writeFileSync(workstationPath(root, url), '{}');
    const night = aDesk(root);
    expect(await signInto(night, url)).toMatchObject({ ok: true, value: { checkedBy: 'this-machine', key: 'ready' } });
    const caseId = await openCase(night);
    expect(code(await night.client.calls.command({ kind: 'tick notes', case: caseId, body: {} }))).toBe('workstation-key-lost');
    await server.start(port);
    await night.client.calls.connectNow({});
    await untilView(night.client, 'sync', {}, (view) => view.connection === 'refused' && view.refusal?.code === 'workstation-key-lost');
  });

  it('a demonstration that started anew takes the machine again, by itself', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    await desk.client.calls.signOut({});
    server.machines.clear();
    expect(code(await signInto(desk, server.url))).toBe('ok');
    await inStep(desk);
    expect(server.machines.size).toBe(1);
    await desk.client.calls.signOut({});
    // Elsewhere that is for two people to say.
    server.machines.clear();
    server.demo = false;
    expect(code(await signInto(desk, server.url))).toBe('workstation-not-enrolled');
    expect(server.machines.size).toBe(0);
  });
});

describe('[PR1] no private key, secret or passphrase in clear in any file of the profile', () => {
  it('while signing, after it, and beside the person’s own file', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    await expect.poll(() => server.kept).not.toBeNull();
    const caseId = await openCase(desk);
    await give(desk, caseId, 'tick notes', {});
    await desk.client.calls.changePassphrase({ account: PERSON.account, server: server.url, old: 'correct horse', new: 'correct new horse' });
    await inStep(desk);
    await untilCase(desk, caseId, (view) => view?.version === 2);
    const { secret } = onlyMachine(server);
    const secrets = [Buffer.from('correct horse'), Buffer.from('correct new horse'), Buffer.from(secret, 'base64'), ...seedsOf(root, server)];
    expect(secrets.length).toBe(4);
    const look = (): string[] => readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).flatMap((entry) => {
      const bytes = readFileSync(`${entry.parentPath}/${entry.name}`);
      const forms = (one: Buffer): Buffer[] => [one, ...(['base64', 'hex', 'base64url'] as const).map((encoding) => Buffer.from(one.toString(encoding).replace(/=+$/, '').slice(0, -1)))];
      return secrets.flatMap((one, index) => (forms(one).some((form) => bytes.includes(form)) ? [`${entry.name}: secret ${index}`] : []));
    });
    expect(look()).toEqual([]);
    desk.close();
    expect(look()).toEqual([]);
    // The search finds what is there: the machine's public key is.
    expect(readFileSync(workstationPath(root, server.url)).includes(Buffer.from(onlyMachine(server).publicKey))).toBe(true);
    rmSync(profileFolder(root, server.url, PERSON.account).path, { recursive: true });
  });
});

/** The machine's private key, opened as the desk opens it: to look for it where it must not be. */
function seedsOf(root: string, server: TestServer): Buffer[] {
  const file = JSON.parse(readFileSync(workstationPath(root, server.url), 'utf8')) as { iv: string; sealed: string; tag: string; server: string; publicKey: string };
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(onlyMachine(server).secret, 'base64'), Buffer.from(file.iv, 'base64'));
  decipher.setAAD(Buffer.from(`aidline/workstation-key/1/${file.server}/${file.publicKey}`));
  decipher.setAuthTag(Buffer.from(file.tag, 'base64'));
  return [Buffer.concat([decipher.update(Buffer.from(file.sealed, 'base64')), decipher.final()])];
}

describe('a machine whose clock is off by a day', () => {
  it('[TP9] is told so by the server; signed in before, it makes times by the server’s clock', async () => {
    const server = await aServer();
    server.refuseSignIn = { code: 'clock-off', detail: { minutes: 1440 } };
    const desk = aDesk(aFolder());
    expect(await signInto(desk, server.url)).toEqual({ ok: false, refusal: { code: 'clock-off', detail: { minutes: 1440 } } });
    server.refuseSignIn = null;
    const clock = handClock(Date.now() - 24 * 3_600_000);
    const late = aDesk(aFolder(), { environment: { ...clock.environment, after: (ms, run) => {
      const timer = setTimeout(run, Math.min(ms, 40));
      return () => clearTimeout(timer);
    } } });
    await signInto(late, server.url);
    await inStep(late);
    const caseId = await openCase(late);
    const id = await give(late, caseId, 'tick notes', {});
    await inStep(late);
    const inner = JSON.parse(server.received.find((outer) => outer.id === id)?.inner ?? '{}') as { madeAt: string };
    expect(Math.abs(Date.parse(inner.madeAt) - Date.now())).toBeLessThan(60_000);
  });
});
