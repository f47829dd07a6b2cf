import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNKNOWN, type DecideContext } from '#shared/case/context.ts';
import type { DeskParts } from '../../../electron/desk/create-desk.ts';
import { OFFLINE_GRACE_MS } from '#shared/people/offline-grace.ts';
import { MAX_FAILURES } from '../../../electron/desk/session/sign-in.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { smallLogic } from '../../unit/desk/small-logic.ts';
import { handClock, untilView } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, inStep, notesOf, openCase, signInto, untilCase, write } from './harness.ts';

const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);

describe('signing in', () => {
  it('tells a wrong password, and what else the server says', async () => {
    const server = await aServer();
    const desk = aDesk(aFolder());
    expect(code(await signInto(desk, server.url, 'wrong'))).toBe('wrong-password');
    server.refuseSignIn = { code: 'clock-off', detail: { minutes: 1440 } };
    expect(await signInto(desk, server.url)).toEqual({ ok: false, refusal: { code: 'clock-off', detail: { minutes: 1440 } } });
    server.refuseSignIn = { code: 'protocol-too-old' };
    expect(code(await signInto(desk, server.url))).toBe('protocol-too-old');
    server.refuseSignIn = null;
    expect(code(await signInto(desk, server.url))).toBe('ok');
    expect(code(await signInto(desk, server.url))).toBe('already-signed-in');
  });

  it('warns before leaving with unsent work, and sends it the next time', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.onPush = () => 'cut';
    await write(desk, caseId, 'kept');
    expect(await desk.client.calls.signOut({})).toEqual({ ok: false, refusal: { code: 'unsent-work', detail: { unsent: 1 } } });
    expect(code(await desk.client.calls.signOut({ evenUnsent: true }))).toBe('ok');
    expect(await untilView(desk.client, 'cases', {}, () => true)).toEqual({ whole: true, changed: [], gone: [] });
    server.onPush = null;
    expect(code(await signInto(desk, server.url))).toBe('ok');
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['kept']);
  });

  it('corrects the made time by the server’s clock', async () => {
    const server = await aServer();
    server.clockAheadMs = 26 * 3_600_000;
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    const view = await untilCase(desk, caseId, (v) => v !== null);
    const ahead = Date.parse(view?.marks[0]?.madeAt ?? '') - Date.now();
    expect(Math.abs(ahead - server.clockAheadMs)).toBeLessThan(60_000);
    expect((await untilView(desk.client, 'sync', {}, () => true)).clockIsOff).toBe(true);
    server.live('clock', 1, { serverAt: new Date(Date.now()).toISOString(), controllable: true });
    await untilView(desk.client, 'sync', {}, (v) => !v.clockIsOff);
  });
});

describe('[OF3] signing in without the server', () => {
  async function knownDesk() {
    const server = await aServer();
    const root = aFolder();
    const first = await aSignedInDesk(server, root);
    const caseId = await openCase(first);
    await write(first, caseId, 'before the night');
    await inStep(first);
    await untilCase(first, caseId, (view) => view?.version === 2);
    first.close();
    const port = Number(new URL(server.url).port);
    const url = server.url;
    await server.stop();
    return { server, root, caseId, port, url };
  }

  it('[SY1] [OF3] finds work unsent, whose decision asks whether the line is down', async () => {
    const { root, caseId, url } = await knownDesk();
    /** As the real domain: a case is decided in the light of what works just then. */
    const isUp = (lights: DecideContext['lights']): boolean => lights !== UNKNOWN && lights.centre === 'up';
    const logic: DeskParts['logic'] = (here) => {
      const small = smallLogic();
      return { ...small, decide: (state, command) => (isUp(here.lights()) ? { refusal: { code: 'wrong-light' } } : small.decide(state, command)) };
    };
    const first = aDesk(root, { logic });
    await signInto(first, url);
    await write(first, caseId, 'unsent');
    first.close();
    const second = aDesk(root, { logic });
    expect(await signInto(second, url)).toMatchObject({ ok: true, value: { status: 'signed-in' } });
    expect(notesOf(await untilCase(second, caseId, () => true))).toEqual(['before the night', 'unsent']);
  });

  it('works within the grace, shows the cases, takes work, and sends it when the server returns', async () => {
    const { server, root, caseId, port, url } = await knownDesk();
    const desk = aDesk(root);
    const answer = await signInto(desk, url);
    expect(answer).toMatchObject({ ok: true, value: { status: 'signed-in', checkedBy: 'this-machine' } });
    await write(desk, caseId, 'in the night');
    expect(notesOf(await untilCase(desk, caseId, () => true))).toEqual(['before the night', 'in the night']);
    await server.start(port);
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['before the night', 'in the night']);
  });

  it('ends with the grace, also when the clock is set back, and never ends a running session', async () => {
    const { root, url } = await knownDesk();
    const clock = handClock(Date.now() + OFFLINE_GRACE_MS - 60_000);
    const desk = aDesk(root, { environment: clock.environment });
    expect(code(await signInto(desk, url))).toBe('ok');
    clock.advance(120_000);
    const caseId = await openCase(desk);
    expect(notesOf(await untilCase(desk, caseId, (view) => view !== null))).toEqual([]);
    clock.advance(6 * 60_000);
    await desk.client.calls.signOut({ evenUnsent: true });
    expect(code(await signInto(desk, url))).toBe('offline-grace-over');
    clock.setTo(Date.now());
    expect(code(await signInto(desk, url))).toBe('offline-grace-over');
  });

  it('locks after five wrong passphrases, across restarts, until the server says who it is', async () => {
    const { server, root, port, url } = await knownDesk();
    for (let failure = 1; failure < MAX_FAILURES; failure += 1) {
      expect(await signInto(aDesk(root), url, 'guess')).toEqual({ ok: false, refusal: { code: 'wrong-password', detail: { left: MAX_FAILURES - failure } } });
    }
    expect(code(await signInto(aDesk(root), url, 'guess'))).toBe('locked-out');
    expect(code(await signInto(aDesk(root), url))).toBe('locked-out');
    await server.start(port);
    const desk = aDesk(root);
    expect(code(await signInto(desk, url))).toBe('ok');
    await inStep(desk);
    desk.close();
    await server.stop();
    expect(code(await signInto(aDesk(root), url, 'guess'))).toBe('wrong-password');
  });

  it('forgets wrong guesses after a right one', async () => {
    const { root, url } = await knownDesk();
    const desk = aDesk(root);
    await signInto(desk, url, 'guess');
    expect(code(await signInto(desk, url))).toBe('ok');
    await desk.client.calls.signOut({});
    expect(await signInto(desk, url, 'guess')).toMatchObject({ refusal: { detail: { left: 4 } } });
  });
});

describe('a password changed elsewhere', () => {
  it('asks for the old one once, and then opens under the new', async () => {
    const server = await aServer();
    const root = aFolder();
    const first = await aSignedInDesk(server, root);
    const caseId = await openCase(first);
    await inStep(first);
    first.close();
    server.password = 'new horse';
    const desk = aDesk(root);
    const credentials = { account: 'lin', password: 'new horse', server: server.url };
    expect(code(await desk.client.calls.signIn(credentials))).toBe('passphrase-differs');
    expect(code(await desk.client.calls.signIn({ ...credentials, oldPassword: 'not it' }))).toBe('old-password-wrong');
    expect(code(await desk.client.calls.signIn({ ...credentials, oldPassword: 'correct horse' }))).toBe('ok');
    expect(await untilCase(desk, caseId, (view) => view !== null)).not.toBeNull();
    await desk.client.calls.signOut({});
    expect(code(await desk.client.calls.signIn(credentials))).toBe('ok');
  });
});

describe('[RB2] a file in trouble has its own message and costs no unsent work', () => {
  async function withUnsent() {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.onPush = () => 'cut';
    await write(desk, caseId, 'unsent');
    desk.close();
    server.onPush = null;
    return { server, root, caseId, folder: profileFolder(root, server.url, 'lin') };
  }
  const who = (server: { url: string }) => ({ account: 'lin', server: server.url });

  it('lost key: moved aside whole, a new file is started', async () => {
    const { server, root, caseId, folder } = await withUnsent();
    const key = readFileSync(folder.keyFile);
    rmSync(folder.keyFile);
    const desk = aDesk(root);
    expect(code(await signInto(desk, server.url))).toBe('store-key-lost');
    const moved = await desk.client.calls.moveAside(who(server));
    if (!moved.ok) throw new Error(moved.refusal.code);
    expect(existsSync(join(moved.value.folder, 'desk.db'))).toBe(true);
    expect(code(await signInto(desk, server.url))).toBe('ok');
    await desk.client.calls.signOut({});
    expect(server.notes(caseId)).toEqual([]);
    // The key is found again: what was unsent is taken over by the next new file.
    writeFileSync(join(moved.value.folder, 'key.json'), key);
    await desk.client.calls.moveAside(who(server));
    expect(code(await signInto(desk, server.url))).toBe('ok');
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['unsent']);
  });

  it('corrupt database: what can be read of the outbox is sent from the new file', async () => {
    const { server, root, caseId, folder } = await withUnsent();
    const bytes = readFileSync(folder.database);
    // A page near the end: tables that the outbox does not need.
    const page = bytes.length - 4096;
    for (let at = page; at < page + 64; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(folder.database, bytes);
    const desk = aDesk(root);
    expect(code(await signInto(desk, server.url))).toBe('store-corrupt');
    expect(code(await desk.client.calls.moveAside(who(server)))).toBe('ok');
    expect(code(await signInto(desk, server.url))).toBe('ok');
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['unsent']);
  });

  it('not even a database: the same', async () => {
    const { server, root, folder } = await withUnsent();
    writeFileSync(folder.database, 'this is no database at all, whatever it may have been before this line was written');
    expect(code(await signInto(aDesk(root), server.url))).toBe('store-corrupt');
  });

  it('a folder that cannot be written: nothing is started', async () => {
    const server = await aServer();
    const file = join(aFolder(), 'a-file');
    writeFileSync(file, '');
    expect(code(await signInto(aDesk(file), server.url))).toBe('store-unwritable');
  });

  it('second start of the same desktop: says so', async () => {
    const server = await aServer();
    const root = aFolder();
    await aSignedInDesk(server, root);
    expect(code(await signInto(aDesk(root), server.url))).toBe('store-in-use');
  });
});
