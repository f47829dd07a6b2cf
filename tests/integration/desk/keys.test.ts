import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import { signedBytes, type Signed } from '#shared/protocol/signature.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { LOCK_MS, MAX_GUESSES } from '../../../electron/desk/signing/guesses.ts';
import { profileFolder, readKeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { openStore } from '../../../electron/desk/store/store.ts';
import { notesDigest, type Notes } from '../../unit/desk/small-logic.ts';
import { realEnvironment, untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, give, inStep, openCase, signInto, untilCase, write } from './harness.ts';
import { isSignedBy, PERSON, type TestServer } from './test-server.ts';

const POLICY = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);

/** Connected, and the server has the person's key. */
async function withKey(desk: Running, server: TestServer): Promise<void> {
  await inStep(desk);
  await expect.poll(() => server.kept).not.toBeNull();
}

const digestNow = async (desk: Running, caseId: string): Promise<string> => notesDigest((await untilCase(desk, caseId, (view) => view !== null))!.state as Notes);
const keyOf = async (desk: Running): Promise<string> => {
  const view = await untilView(desk.client, 'session', {}, () => true);
  return view.status === 'signed-in' ? view.key : view.status;
};
const innerOf = (server: TestServer, id: string): { body: { signed: Signed } } => JSON.parse(server.received.find((outer) => outer.id === id)?.inner ?? '{}') as { body: { signed: Signed } };

async function restart(desk: Running, server: TestServer, root: string, password?: string): Promise<Running> {
  desk.close();
  const next = aDesk(root);
  const answer = await signInto(next, server.url, password);
  if (!answer.ok) throw new Error(answer.refusal.code);
  return next;
}

describe('[TP8] a person’s key', () => {
  it('is made at the first sign-in, registered, and signs what the server then takes', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    expect(await keyOf(desk)).toBe('ready');
    const caseId = await openCase(desk);
    await write(desk, caseId, 'a');
    const ticked = await give(desk, caseId, 'tick notes', {});
    const digest = await digestNow(desk, caseId);
    const approved = await give(desk, caseId, 'approve notes', { digest }, { passphrase: 'correct horse' });
    await inStep(desk);
    const view = await untilCase(desk, caseId, (one) => one?.marks.length === 4 && one.marks.every((mark) => mark.look === 'confirmed'));
    expect(view?.marks.map((mark) => mark.refusal)).toEqual([null, null, null, null]);
    for (const [id, purpose] of [[ticked, 'tick'], [approved, 'approval']] as const) {
      const { signed } = innerOf(server, id).body;
      expect(signed).toMatchObject({ purpose, digest, personKey: server.kept?.keyId });
      expect(isSignedBy(server.kept?.publicKey ?? '', signedBytes(purpose, digest), signed.personSignature)).toBe(true);
    }
    expect(server.received.map((outer) => outer.inner).join('')).not.toContain('correct horse');
  });

  it('comes to the server before the first command that it signed', async () => {
    const server = await aServer();
    const root = aFolder();
    // Signed in, and the line is down before the key could be sent.
    server.refuseHello = { code: 'server-starting' };
    const desk = aDesk(root);
    await signInto(desk, server.url);
    const caseId = await openCase(desk);
    await give(desk, caseId, 'tick notes', {});
    expect(server.kept).toBeNull();
    const order: string[] = [];
    server.onAsk = (kind) => void (kind === 'keep key' && order.push(kind));
    server.onPush = (commands) => {
      order.push(...commands.map((one) => one.kind));
      return undefined;
    };
    server.refuseHello = null;
    await inStep(desk);
    expect(order).toEqual(['keep key', 'open case', 'tick notes']);
    expect((await untilView(desk.client, 'sync', {}, () => true)).refused).toEqual([]);
  });

  it('is the same after a restart, without the server too, and at another workstation', async () => {
    const server = await aServer();
    const root = aFolder();
    let desk = await aSignedInDesk(server, root);
    await withKey(desk, server);
    const first = server.kept?.keyId;
    const caseId = await openCase(desk);
    await inStep(desk);
    desk = await restart(desk, server, root);
    expect(await keyOf(desk)).toBe('ready');
    await inStep(desk);
    expect(server.asked.filter((ask) => ask.kind === 'keep key')).toHaveLength(1);

    const elsewhere = await aSignedInDesk(server);
    expect(await keyOf(elsewhere)).toBe('ready');
    await untilCase(elsewhere, caseId, (view) => view !== null);
    const there = await give(elsewhere, caseId, 'tick notes', {});
    await inStep(elsewhere);
    expect(innerOf(server, there).body.signed.personKey).toBe(first);
    expect(server.machines.size).toBe(2);

    const port = Number(new URL(server.url).port);
    await server.stop();
    desk = await (async () => {
      desk.close();
      const offline = aDesk(root);
      // CT3: signed in before the key is open; what is signed meanwhile waits for it.
      expect(await offline.client.calls.signIn({ account: PERSON.account, password: 'correct horse', server: `http://127.0.0.1:${port}` }))
        .toMatchObject({ ok: true, value: { checkedBy: 'this-machine', key: 'opening' } });
      return offline;
    })();
    const id = await give(desk, caseId, 'tick notes', {});
    await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'ready');
    await server.start(port);
    await inStep(desk);
    expect((await untilView(desk.client, 'sync', {}, () => true)).refused).toEqual([]);
    expect(innerOf(server, id).body.signed.personKey).toBe(first);
  });

  it('that another passphrase wrapped is lost: signed kinds are refused, all else goes on', async () => {
    const server = await aServer();
    const root = aFolder();
    let desk = await aSignedInDesk(server, root);
    await withKey(desk, server);
    desk.close();
    // Reset without a new key: what is kept stays under the passphrase of before.
    server.password = 'another horse';
    const other = aFolder();
    desk = await (async () => {
      const next = aDesk(other);
      expect(await signInto(next, server.url, 'another horse')).toMatchObject({ ok: true, value: { key: 'lost' } });
      return next;
    })();
    const caseId = await openCase(desk);
    await write(desk, caseId, 'goes on');
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['goes on']);
    expect(code(await desk.client.calls.command({ kind: 'tick notes', case: caseId, body: {} }))).toBe('key-lost');
    expect(code(await desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest: await digestNow(desk, caseId) }, passphrase: 'another horse' }))).toBe('key-lost');
    expect(code(await desk.client.calls.administer({ kind: 'propose change', body: { changeId: v7(), reason: 'x', change: { kind: 'reset passphrase', personId: PERSON.id } } }))).toBe('key-lost');
    await desk.client.calls.signOut({});
    expect(await signInto(desk, server.url, 'another horse')).toMatchObject({ ok: true, value: { key: 'lost' } });
    // Two people reset it: a new one is made and registered.
    await desk.client.calls.signOut({});
    server.mayRegister = true;
    const lost = server.kept?.keyId;
    expect(await signInto(desk, server.url, 'another horse')).toMatchObject({ ok: true, value: { key: 'ready' } });
    await expect.poll(() => server.kept?.keyId !== lost).toBe(true);
  });

  it('that arrived damaged is lost; one that the server has forgotten and gives no other is, too', async () => {
    const server = await aServer();
    const first = await aSignedInDesk(server);
    await withKey(first, server);
    const kept = server.kept!;
    server.kept = { ...kept, wrapped: { ...kept.wrapped, tag: Buffer.alloc(16).toString('base64') } };
    const second = aDesk(aFolder());
    expect(await signInto(second, server.url)).toMatchObject({ ok: true, value: { key: 'lost' } });
    server.kept = null;
    const third = aDesk(aFolder());
    expect(await signInto(third, server.url)).toMatchObject({ ok: true, value: { key: 'lost' } });
  });

  it('that the server will not register is lost, visibly', async () => {
    const server = await aServer();
    server.refuseHello = { code: 'server-starting' };
    const desk = aDesk(aFolder());
    expect(await signInto(desk, server.url)).toMatchObject({ ok: true, value: { key: 'ready' } });
    // Registered at another workstation in the meantime.
    server.mayRegister = false;
    server.refuseHello = null;
    expect(await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'lost')).toMatchObject({ key: 'lost' });
  });

  it('is missing where this person was never online here since keys were: the night goes on, but for signing', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    await withKey(desk, server);
    desk.close();
    // A file of before: no key in it.
    const folder = profileFolder(root, server.url, PERSON.account);
    const store = await openStore(folder, readKeyFile(folder)!, 'correct horse', { nativeBinding: null });
    store?.meta.clear('personKey');
    store?.close();
    const url = server.url;
    await server.stop();
    const night = aDesk(root);
    expect(await signInto(night, url)).toMatchObject({ ok: true, value: { key: 'none' } });
    const caseId = await openCase(night);
    expect(code(await night.client.calls.command({ kind: 'tick notes', case: caseId, body: {} }))).toBe('key-missing');
    await write(night, caseId, 'still');
  });
});

describe('[TP8] the renderer cannot choose what is signed', () => {
  it('a body with a signature is refused, and a digest of other contents', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const caseId = await openCase(desk);
    await write(desk, caseId, 'a');
    const ticked = await give(desk, caseId, 'tick notes', {});
    await inStep(desk);
    const { signed } = innerOf(server, ticked).body;
    expect(code(await desk.client.calls.command({ kind: 'tick notes', case: caseId, body: { signed } }))).toBe('command-malformed');
    expect(code(await desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest: signed.digest, signed }, passphrase: 'correct horse' }))).toBe('command-malformed');
    expect(code(await desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest: 'a'.repeat(64) }, passphrase: 'correct horse' }))).toBe('tp2-digest');
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 0 } });
  });

  it('pressing twice signs and gives once', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const caseId = await openCase(desk);
    const params = { id: v7(), kind: 'approve notes', case: caseId, body: { digest: await digestNow(desk, caseId) }, passphrase: 'correct horse' };
    const answers = await Promise.all([desk.client.calls.command(params), desk.client.calls.command(params)]);
    expect(answers.map(code)).toEqual(['ok', 'ok']);
    await inStep(desk);
    expect(server.received.filter((outer) => outer.id === params.id)).toHaveLength(1);
    expect(code(await desk.client.calls.command({ ...params, passphrase: 'gone by now' }))).toBe('ok');
  });

  it('what changed while the passphrase was being checked is not approved', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const caseId = await openCase(desk);
    const digest = await digestNow(desk, caseId);
    const approving = desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest }, passphrase: 'correct horse' });
    const noted = desk.client.calls.command({ kind: 'write note', case: caseId, body: { text: 'one more' } });
    expect(code(await noted)).toBe('ok');
    expect(code(await approving)).toBe('tp2-digest');
  });

  it('an approval takes the passphrase typed for it; five wrong ones lock signing, also after signing in again', async () => {
    const server = await aServer();
    let ahead = 0;
    const environment = { ...realEnvironment(), now: () => Date.now() + ahead };
    const root = aFolder();
    const desk = await aSignedInDesk(server, root, { environment });
    await withKey(desk, server);
    const caseId = await openCase(desk);
    await inStep(desk);
    const approve = async (passphrase?: string) => desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest: await digestNow(desk, caseId) }, ...(passphrase === undefined ? {} : { passphrase }) });
    expect(code(await approve())).toBe('wrong-passphrase');
    for (let left = MAX_GUESSES - 1; left > 0; left -= 1) expect(await approve('guess')).toEqual({ ok: false, refusal: { code: 'wrong-passphrase', detail: { left } } });
    expect(code(await approve('guess'))).toBe('locked-out');
    expect(code(await approve('correct horse'))).toBe('locked-out');
    expect(code(await desk.client.calls.command({ kind: 'tick notes', case: caseId, body: {} }))).toBe('locked-out');
    await write(desk, caseId, 'work goes on');
    await desk.client.calls.signOut({ evenUnsent: true });
    await signInto(desk, server.url);
    expect(code(await approve('correct horse'))).toBe('locked-out');
    // Past the lock of signing, and the person was there meanwhile: the desk itself does not lock.
    for (ahead = 0; ahead < LOCK_MS + 60_000; ahead += 4 * 60_000) await desk.client.calls.inputSeen({});
    expect(code(await approve('correct horse'))).toBe('ok');
  });

  it('signing out in the middle of it leaves nothing behind and no error', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const caseId = await openCase(desk);
    await inStep(desk);
    const approving = desk.client.calls.command({ kind: 'approve notes', case: caseId, body: { digest: await digestNow(desk, caseId) }, passphrase: 'correct horse' });
    await desk.client.calls.signOut({ evenUnsent: true });
    expect(code(await approving)).toBe('signed-out');
    expect(desk.errors).toEqual([]);
  });
});

describe('[TP8] [TP12] doings of the centre', () => {
  const change: Change = { kind: 'reset passphrase', personId: PERSON.id };
  const view = (changes: object[]) => ({
    people: [], workstations: [], enrolments: [], policyVersions: [], flows: [], stopped: [], halves: [], changes,
    policy: POLICY,
  });

  it('a proposal is signed as an order over the change, an approval over the change as the centre told it', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const changeId = v7();
    expect(await desk.client.calls.administer({ kind: 'propose change', body: { changeId, change, reason: 'lost' } })).toEqual({ ok: true, value: { done: true, half: null } });
    const proposed = server.asked.at(-1)?.body as { kind: string; body: { signed: Signed } };
    const mine = changeDigest({ changeId, proposer: PERSON.id, change });
    expect(proposed).toMatchObject({ kind: 'propose change', body: { changeId, change, signed: { purpose: 'order', digest: mine } } });
    expect(isSignedBy(server.kept?.publicKey ?? '', signedBytes('order', mine), proposed.body.signed.personSignature)).toBe(true);

    const proposer = v7();
    const digest = changeDigest({ changeId, proposer, change });
    const request = { changeId, proposer, proposedAt: new Date().toISOString(), reason: 'lost', change, digest, status: 'waiting', decidedBy: null, decidedAt: null, because: null };
    const approve = (shown: string, passphrase?: string) => desk.client.calls.administer({ kind: 'approve change', body: { changeId, digest: shown }, ...(passphrase === undefined ? {} : { passphrase }) });
    expect(code(await approve(digest, 'correct horse'))).toBe('change-unknown');
    server.live('administration', 1, view([request]));
    await untilView(desk.client, 'live', { topic: 'administration' }, (live) => live !== null);
    expect(code(await approve(mine, 'correct horse'))).toBe('tp2-digest');
    expect(code(await approve(digest))).toBe('wrong-passphrase');
    expect(code(await approve(digest, 'guess'))).toBe('wrong-passphrase');
    expect(code(await approve(digest, 'correct horse'))).toBe('ok');
    expect(server.asked.at(-1)?.body).toMatchObject({ kind: 'approve change', body: { changeId, digest, signed: { purpose: 'approval', digest } } });
    expect(JSON.stringify(server.asked)).not.toContain('correct horse');
    // The centre shows another change under the digest that was looked at.
    server.live('administration', 2, view([{ ...request, change: { ...change, personId: v7() } }]));
    await untilView(desk.client, 'live', { topic: 'administration' }, (live) => live?.version === 2);
    expect(code(await approve(digest, 'correct horse'))).toBe('tp2-digest');
  });

  it('what is not signed passes through; nothing is kept for later, nor signed over by hand', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await withKey(desk, server);
    const body = { operationKind: 'refund', reason: 'fraud' };
    expect(code(await desk.client.calls.administer({ kind: 'stop kind', body }))).toBe('ok');
    expect(server.asked.at(-1)?.body).toEqual({ kind: 'stop kind', body });
    expect(code(await desk.client.calls.administer({ kind: 'propose change', body: { changeId: v7(), change, reason: 'x', signed: {} } }))).toBe('command-malformed');
    server.refuseHello = { code: 'server-starting' };
    server.cut();
    await untilView(desk.client, 'sync', {}, (sync) => sync.connection === 'offline');
    expect(code(await desk.client.calls.administer({ kind: 'stop kind', body }))).toBe('offline');
    expect(code(await desk.client.calls.administer({ kind: 'propose change', body: { changeId: v7(), change, reason: 'x' } }))).toBe('offline');
  });
});
