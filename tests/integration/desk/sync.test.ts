import { cpSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, give, inStep, looksOf, notesOf, openCase, signInto, untilCase, write } from './harness.ts';

describe('a desktop and its server', () => {
  it('[SY8] shows a command as saved here, then confirmed', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await write(desk, caseId, 'a');
    const view = await untilCase(desk, caseId, (v) => v?.version === 2);
    expect(notesOf(view)).toEqual(['a']);
    expect(looksOf(view)).toEqual(['confirmed', 'confirmed']);
    expect(server.notes(caseId)).toEqual(['a']);
    expect(desk.errors).toEqual([]);
  });

  it('[SY2] delivers what was done while the line was down, once, in order, urgent cases first', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const [first, second] = [await openCase(desk), await openCase(desk)];
    await inStep(desk);
    const received = server.received.length;
    const port = Number(new URL(server.url).port);
    await server.stop();
    await untilView(desk.client, 'sync', {}, (view) => view.connection !== 'online');
    for (const text of ['1', '2', '3']) await write(desk, first, text);
    await write(desk, second, 'now', { urgent: true });
    const offline = await untilCase(desk, first, () => true);
    expect(notesOf(offline)).toEqual(['1', '2', '3']);
    expect(looksOf(offline).slice(1)).toEqual(['saved-here', 'saved-here', 'saved-here']);

    await server.start(port);
    await inStep(desk);
    expect(server.received.slice(received).map(({ case: of, number }) => [of, number])).toEqual([[second, 2], [first, 2], [first, 3], [first, 4]]);
    expect(server.notes(first)).toEqual(['1', '2', '3']);
    expect(server.notes(second)).toEqual(['now']);
  });

  it('[SY2] applies nothing twice when the answer is lost', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    let lost = 0;
    server.onPush = () => (lost++ < 3 ? 'cut-after' : undefined);
    await write(desk, caseId, 'once');
    await untilCase(desk, caseId, (view) => view?.version === 2);
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['once']);
    expect(notesOf(await untilCase(desk, caseId, () => true))).toEqual(['once']);
  });

  it('[SY3] keeps a refused command in sight with its reason, refuses what builds on it, lets other cases go on', async () => {
    const server = await aServer();
    server.refusing.add('bad');
    const desk = await aSignedInDesk(server);
    const [caseId, other] = [await openCase(desk), await openCase(desk)];
    await inStep(desk);
    let held = true;
    server.onPush = () => (held ? 'cut' : undefined);
    const bad = await write(desk, caseId, 'bad');
    const leaning = await give(desk, caseId, 'answer note', { to: 'bad', text: 'on it' });
    await write(desk, caseId, 'free');
    await write(desk, other, 'elsewhere');
    held = false;
    const sync = await untilView(desk.client, 'sync', {}, (view) => view.unsent === 0 && view.refused.length === 2);
    expect(sync.refused.map(({ command, refusal }) => [command, refusal?.code])).toEqual([[bad, 'note-refused'], [leaning, 'depends-on']]);
    const view = await untilCase(desk, caseId, (v) => v?.version === 2);
    expect(notesOf(view)).toEqual(['free']);
    expect(looksOf(view)).toEqual(['confirmed', 'refused', 'refused', 'confirmed']);
    expect(server.notes(other)).toEqual(['elsewhere']);

    await desk.client.calls.refusalSeen({ command: bad });
    const after = await untilView(desk.client, 'sync', {}, (v) => v.refused.length === 1);
    expect(after.refused[0]?.command).toBe(leaning);
    expect(looksOf(await untilCase(desk, caseId, () => true))[1]).toBe('refused');
  });

  it('refuses at once what decide refuses here, and stores nothing', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    const before = server.received.length;
    expect(await desk.client.calls.command({ kind: 'answer note', case: caseId, body: { to: 'none', text: 'x' } })).toEqual({ ok: false, refusal: { code: 'no-such-note' } });
    expect(await desk.client.calls.command({ kind: 'no such kind', case: caseId, body: {} })).toEqual({ ok: false, refusal: { code: 'command-unknown' } });
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 0 } });
    await write(desk, caseId, 'next');
    await inStep(desk);
    expect(server.received.length).toBe(before + 1);
  });

  it('never predicts a central command, and the server refuses it after its time', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    let held = true;
    server.onPush = () => (held ? 'cut' : undefined);
    const id = v7();
    const params = { id, kind: 'take review', case: caseId, body: {}, notAfterSeconds: 1 };
    expect(await desk.client.calls.command(params)).toEqual({ ok: true, value: { commandId: id, decided: 'asked' } });
    expect(await desk.client.calls.command(params)).toEqual({ ok: true, value: { commandId: id, decided: 'asked' } });
    const asked = await untilCase(desk, caseId, (view) => looksOf(view).length === 2);
    expect(looksOf(asked)).toEqual(['confirmed', 'asked']);
    expect(asked?.version).toBe(1);
    server.clockAheadMs = 5000;
    held = false;
    const sync = await untilView(desk.client, 'sync', {}, (view) => view.refused.length === 1);
    expect(sync.refused[0]).toMatchObject({ command: id, refusal: { code: 'too-late' } });
  });

  it('[SY5] pulls when a stretch of the feed was lost, page by page', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.pageSize(2);
    server.loseFeed = 5;
    for (const text of ['1', '2', '3', '4', '5', '6']) server.write(caseId, 'note written', { text });
    const view = await untilCase(desk, caseId, (v) => v?.version === 7);
    expect(notesOf(view)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('[SY5] notices a lost grant and a lost revocation by what comes next, of whatever case', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    const granted = v7();
    server.write(granted, 'case opened', {});
    server.loseFeed = 1;
    server.grant(granted);
    server.write(caseId, 'note written', { text: 'next' });
    await untilCase(desk, granted, (view) => view !== null);
    server.loseFeed = 1;
    server.revoke(granted);
    server.write(caseId, 'note written', { text: 'and next' });
    await untilCase(desk, granted, (view) => view === null);
    expect(notesOf(await untilCase(desk, caseId, (view) => view?.version === 3))).toEqual(['next', 'and next']);
  });

  it('[SY5] starts a case from a snapshot, keeps the place of a withheld body, and takes a release', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = v7();
    server.write(caseId, 'case opened', {});
    server.write(caseId, 'note written', { text: 'before' });
    server.grant(caseId);
    server.write(caseId, 'note written', { text: 'blind' }, true);
    server.write(caseId, 'note written', { text: 'after' });
    const view = await untilCase(desk, caseId, (v) => v?.version === 4);
    expect(view?.state).toMatchObject({ notes: ['before', 'after'], withheld: 1 });
    expect(view?.heardAt).not.toBeNull();
  });

  it('[SY6] lets the rows of a revoked case go, and still answers what was unsent', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await write(desk, caseId, 'mine');
    await desk.client.calls.saveDraft({ case: caseId, field: 'note', text: '她说的话。', ended: true });
    await inStep(desk);
    let held = true;
    server.onPush = () => (held ? 'cut' : undefined);
    await write(desk, caseId, 'late');
    server.revoke(caseId);
    await untilCase(desk, caseId, (view) => view === null);
    expect(await desk.client.calls.drafts({ case: caseId })).toEqual({ ok: true, value: [] });
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 1 } });
    held = false;
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['mine', 'late']);
    expect(await untilCase(desk, caseId, () => true)).toBeNull();
  });

  it('[SY7] is refused as too old with the outbox kept, goes on locally, and sends after the update', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.refuseHello = { code: 'protocol-too-old' };
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused' && view.refusal?.code === 'protocol-too-old');
    await write(desk, caseId, 'kept');
    expect(notesOf(await untilCase(desk, caseId, () => true))).toEqual(['kept']);
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 1 } });
    desk.close();

    server.refuseHello = null;
    const updated = await aSignedInDesk(server, root);
    await inStep(updated);
    expect(server.notes(caseId)).toEqual(['kept']);
  });

  it('[SY9] on a new epoch pulls anew and sends again what the restored log lost', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const [kept, lost] = [await openCase(desk), await openCase(desk)];
    for (const text of ['1', '2', '3']) await write(desk, kept, text);
    await inStep(desk);
    await untilCase(desk, kept, (view) => view?.version === 4);
    const stranger = v7();
    server.write(stranger, 'case opened', {});
    server.grant(stranger);
    await untilCase(desk, stranger, (view) => view !== null);
    server.revoke(stranger);
    server.restore(2);
    await untilView(desk.client, 'sync', {}, (view) => view.incarnation === 2);
    await inStep(desk);
    await untilCase(desk, kept, (view) => view?.version === 4);
    expect(server.notes(kept)).toEqual(['1', '2', '3']);
    expect(server.events(lost)).toHaveLength(1);
    expect(notesOf(await untilCase(desk, kept, () => true))).toEqual(['1', '2', '3']);
    expect(server.hellos.at(-1)?.incarnation).toBe(2);
  });

  it('[SY2] takes a new incarnation when an older copy of its file has spoken before, visibly', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await inStep(desk);
    desk.close();
    const copy = aFolder();
    cpSync(root, copy, { recursive: true });

    const ahead = await aSignedInDesk(server, root);
    await write(ahead, caseId, 'from the file');
    await inStep(ahead);
    ahead.close();
    rmSync(root, { recursive: true });
    cpSync(copy, root, { recursive: true });

    const behind = await aSignedInDesk(server, root);
    await write(behind, caseId, 'from the copy');
    const sync = await untilView(behind.client, 'sync', {}, (view) => view.incarnation === 2 && view.unsent === 0);
    expect(sync.renumberedAt).not.toBeNull();
    expect(server.notes(caseId)).toEqual(['from the file', 'from the copy']);
    expect(server.received.at(-1)).toMatchObject({ incarnation: 2, number: 1 });
  });

  it('[SY2] numbers from where the server expects when it lost count', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await write(desk, caseId, '1');
    await inStep(desk);
    server.forgetNumbers();
    await write(desk, caseId, '2');
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['1', '2']);
  });

  it('[CT4] takes the newest live value only, and counts anew with each connection', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const queue = (waiting: number) => ({ waiting, lossReportsWaiting: 0, longestWaitMs: 0 });
    server.live('queue', 7, queue(7));
    server.live('queue', 5, queue(5));
    server.live('queue', 8, queue(8));
    const view = await untilView(desk.client, 'live', { topic: 'queue' }, (v) => v?.version === 8);
    expect(view?.value).toEqual(queue(8));
    server.live('queue', 6, queue(6));
    server.live('queue', 9, { waiting: 'many' });
    server.live('lights', 1, { core: 'ok', phones: 'down' });
    await untilView(desk.client, 'live', { topic: 'lights' }, (v) => v !== null);
    expect(await untilView(desk.client, 'live', { topic: 'queue' }, () => true)).toMatchObject({ version: 8 });

    server.cut();
    await untilView(desk.client, 'sync', {}, (v) => v.connection !== 'online');
    await inStep(desk);
    server.live('queue', 1, queue(1));
    await untilView(desk.client, 'live', { topic: 'queue' }, (v) => v?.version === 1);
  });

  it('passes asks through, and says so when there is no line', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    expect(await desk.client.calls.ask({ kind: 'echo', body: { a: 1 } })).toEqual({ ok: true, value: { a: 1 } });
    server.refuseHello = { code: 'protocol-too-old' };
    server.cut();
    await untilView(desk.client, 'sync', {}, (v) => v.connection === 'refused');
    expect(await desk.client.calls.ask({ kind: 'echo', body: {} })).toEqual({ ok: false, refusal: { code: 'offline' } });
  });

  it('ends the session of a person who was revoked, and keeps the file', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    server.goodbye({ code: 'revoked' });
    const session = await untilView(desk.client, 'session', {}, (v) => v.status === 'signed-out');
    expect(session).toEqual({ status: 'signed-out', refusal: { code: 'revoked' } });
    expect(await desk.client.calls.command({ kind: 'open case', case: v7(), body: {} })).toEqual({ ok: false, refusal: { code: 'signed-out' } });
  });

  it('[OF5] brings eight hours of work over a line that keeps breaking', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    server.onPush = () => 'cut';
    const cases: string[] = [];
    for (let n = 0; n < 25; n += 1) cases.push(await openCase(desk));
    for (let n = 0; n < 300; n += 1) await write(desk, cases[n % cases.length] ?? '', String(n));
    let pushes = 0;
    server.onPush = () => {
      pushes += 1;
      return pushes % 4 === 1 ? 'cut' : pushes % 4 === 2 ? 'cut-after' : undefined;
    };
    await inStep(desk);
    for (const [index, caseId] of cases.entries()) {
      const expected = Array.from({ length: 12 }, (_, n) => String(n * 25 + index));
      expect(server.notes(caseId)).toEqual(expected);
      expect(notesOf(await untilCase(desk, caseId, (view) => view?.version === 13))).toEqual(expected);
    }
  });

  it('tells a first sign-in without a server so', async () => {
    const desk = aDesk(aFolder());
    expect(await signInto(desk, 'http://127.0.0.1:9')).toEqual({ ok: false, refusal: { code: 'server-unreachable' } });
  });
});
