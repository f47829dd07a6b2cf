import { cpSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKeyFile, profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { notesDigest, type Notes } from '../../unit/desk/small-logic.ts';
import type { Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, give, inStep, notesOf, openCase, signInto, untilCase, write } from './harness.ts';
import { PERSON, type TestServer } from './test-server.ts';

const OLD = 'correct horse';
const NEW = 'battery staple';
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);
const change = (desk: Running, server: string, old = OLD, next = NEW) => desk.client.calls.changePassphrase({ account: PERSON.account, server, old, new: next });

async function aKnownPerson() {
  const server = await aServer();
  const root = aFolder();
  const desk = await aSignedInDesk(server, root);
  await expect.poll(() => server.kept).not.toBeNull();
  const caseId = await openCase(desk);
  await write(desk, caseId, 'of before');
  await inStep(desk);
  await untilCase(desk, caseId, (view) => view?.version === 2);
  return { server, root, desk, caseId, keyId: server.kept!.keyId };
}

/** Signs in with this one, sees the file, signs with the same key, and the server takes it. */
async function worksWith(desk: Running, server: TestServer, passphrase: string, caseId: string, keyId: string): Promise<void> {
  expect(await signInto(desk, server.url, passphrase)).toMatchObject({ ok: true, value: { checkedBy: 'server', key: 'ready' } });
  expect(notesOf(await untilCase(desk, caseId, (view) => view !== null))).toEqual(['of before']);
  await inStep(desk);
  const id = await give(desk, caseId, 'tick notes', {});
  await inStep(desk);
  const marks = (await untilCase(desk, caseId, (view) => view?.marks.find((mark) => mark.command === id)?.look !== 'saved-here'))?.marks;
  expect(marks?.find((mark) => mark.command === id)?.refusal).toBeNull();
  expect(server.kept?.keyId).toBe(keyId);
}

describe('[TP8] [PR1] a passphrase that is changed', () => {
  it('in a session: opens file and key from then on, here, elsewhere and without the server', async () => {
    const { server, root, desk, caseId, keyId } = await aKnownPerson();
    const before = server.kept!.wrapped.sealed;
    expect(code(await change(desk, server.url))).toBe('ok');
    await expect.poll(() => server.kept!.wrapped.sealed !== before).toBe(true);
    // The session's own approvals take the new one at once.
    const digest = notesDigest((await untilCase(desk, caseId, () => true))!.state as Notes);
    const approve = (passphrase: string) => desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest }, passphrase });
    expect(code(await approve(OLD))).toBe('wrong-passphrase');
    expect(code(await approve(NEW))).toBe('ok');
    // And a token that ran out is fetched anew with it.
    server.forgotten.add(server.hellos.at(-1)?.token ?? '');
    server.cut();
    await expect.poll(() => server.hellos.length).toBeGreaterThan(2);
    await inStep(desk);
    await desk.client.calls.signOut({});
    expect(code(await signInto(desk, server.url, OLD))).toBe('wrong-password');
    await worksWith(desk, server, NEW, caseId, keyId);
    const elsewhere = aDesk(aFolder());
    expect(await signInto(elsewhere, server.url, NEW)).toMatchObject({ ok: true, value: { key: 'ready' } });
    desk.close();
    const url = server.url;
    await server.stop();
    const night = aDesk(root);
    expect(code(await signInto(night, url, OLD))).toBe('wrong-password');
    expect(await signInto(night, url, NEW)).toMatchObject({ ok: true, value: { key: 'ready' } });
  });

  it('signed out: the same, and at a machine where the person never was', async () => {
    const { server, desk, caseId, keyId } = await aKnownPerson();
    await desk.client.calls.signOut({});
    expect(code(await change(desk, server.url))).toBe('ok');
    expect(await desk.client.calls.session({})).toMatchObject({ ok: true, value: { status: 'signed-out' } });
    await worksWith(desk, server, NEW, caseId, keyId);
    desk.close();
    const stranger = aDesk(aFolder());
    expect(code(await change(stranger, server.url, NEW, 'a third passphrase'))).toBe('ok');
    await worksWith(stranger, server, 'a third passphrase', caseId, keyId);
  });

  it('set by others: has to be made one’s own before anything else', async () => {
    const server = await aServer();
    server.mustChange = true;
    const desk = aDesk(aFolder());
    expect(code(await signInto(desk, server.url))).toBe('passphrase-must-change');
    expect(await desk.client.calls.session({})).toMatchObject({ ok: true, value: { status: 'signed-out' } });
    expect(code(await change(desk, server.url))).toBe('ok');
    expect(await signInto(desk, server.url, NEW)).toMatchObject({ ok: true, value: { key: 'ready' } });
  });

  it('is refused when it is weak, the same or the old one is wrong, and then nothing has changed', async () => {
    const { server, root, desk, caseId, keyId } = await aKnownPerson();
    const file = () => readKeyFile(profileFolder(root, server.url, PERSON.account));
    const before = file();
    expect(code(await change(desk, server.url, OLD, 'short'))).toBe('passphrase-weak');
    expect(code(await change(desk, server.url, OLD, OLD))).toBe('passphrase-weak');
    expect(code(await change(desk, server.url, 'not the old one', NEW))).toBe('wrong-password');
    expect(await desk.client.calls.changePassphrase({ account: 'somebody', server: server.url, old: OLD, new: NEW })).toMatchObject({ refusal: { code: 'already-signed-in' } });
    // The server’s no, after everything was prepared.
    server.password = 'changed elsewhere';
    expect(code(await change(desk, server.url))).toBe('wrong-password');
    server.password = OLD;
    expect(file()).toEqual(before);
    await desk.client.calls.signOut({});
    expect(code(await change(desk, server.url, 'not the old one', NEW))).toBe('wrong-password');
    await worksWith(desk, server, OLD, caseId, keyId);
  });
});

describe('[TP8] a passphrase that was being changed when the power went', () => {
  const cuts = [['before the server had it', 'lose', OLD], ['after the server had it', 'lose-after', NEW]] as const;

  it.each(cuts)('%s: nobody knows, both open the file at night, and the next sign-in settles it', async (_when, what, inForce) => {
    const { server, root, desk, caseId, keyId } = await aKnownPerson();
    server.onPassphrase = () => what;
    expect(code(await change(desk, server.url))).toBe('server-unreachable');
    server.onPassphrase = null;
    desk.close();
    const port = Number(new URL(server.url).port);
    const url = server.url;
    await server.stop();
    for (const passphrase of [OLD, NEW]) {
      const night = aDesk(root);
      expect(await signInto(night, url, passphrase)).toMatchObject({ ok: true, value: { checkedBy: 'this-machine', key: 'ready' } });
      night.close();
    }
    await server.start(port);
    const next = aDesk(root);
    await worksWith(next, server, inForce, caseId, keyId);
    next.close();
    await server.stop();
    // Settled: the other opens nothing any more.
    const night = aDesk(root);
    expect(code(await signInto(night, url, inForce === OLD ? NEW : OLD))).toBe('wrong-password');
    expect(await signInto(night, url, inForce)).toMatchObject({ ok: true, value: { key: 'ready' } });
  });

  it('after the server had it and before it had the key anew: the key follows to another machine', async () => {
    const { server, root, desk, caseId, keyId } = await aKnownPerson();
    // The line is gone, and with the change there is no `keep key`.
    server.refuseHello = { code: 'server-starting' };
    server.cut();
    expect(code(await change(desk, server.url))).toBe('ok');
    desk.close();
    server.refuseHello = null;
    const copy = aFolder();
    cpSync(root, copy, { recursive: true });
    const elsewhere = aDesk(aFolder());
    expect(await signInto(elsewhere, server.url, NEW)).toMatchObject({ ok: true, value: { key: 'lost' } });
    elsewhere.close();
    rmSync(root, { recursive: true });
    const again = aDesk(copy);
    await worksWith(again, server, NEW, caseId, keyId);
    const after = aDesk(aFolder());
    expect(await signInto(after, server.url, NEW)).toMatchObject({ ok: true, value: { key: 'ready' } });
  });

  it('changed elsewhere, with this file under the old one: typed once, file and key open', async () => {
    const { server, root, desk, caseId, keyId } = await aKnownPerson();
    desk.close();
    server.password = NEW;
    const again = aDesk(root);
    expect(code(await signInto(again, server.url, NEW))).toBe('passphrase-differs');
    expect(await signInto(again, server.url, NEW, OLD)).toMatchObject({ ok: true, value: { key: 'ready' } });
    await again.client.calls.signOut({ evenUnsent: true });
    await worksWith(again, server, NEW, caseId, keyId);
  });
});
