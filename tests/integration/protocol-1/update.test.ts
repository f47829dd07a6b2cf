import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { CaseState } from '#shared/case/state.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { runDesk, untilView } from '../../unit/desk/test-desk.ts';
import * as v1 from '../../samples/v1/desk.mjs';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { RawDesktop as Raw } from '../server/raw-desktop.ts';
import { answerCall, LARGE, sheet, startDemoCentre, verifyHolder, type Stage } from '../server/story.ts';
import { DeskOfOne } from './desk-of-one.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a desk of version 1 that is updated', () => {
  it('[SY7] [RB3] opens its file with today\'s program, shows what it held, and delivers what it wrote before the update', async () => {
    const folder = v1.tempFolder();
    cleanUps.push(folder.remove);
    const first = await startDemoCentre();
    const port = new URL(first.running.url).port;
    const old = new DeskOfOne(first.running.url, folder.path);
    await old.signIn('agent');
    const stage: Stage = { ...first, agent: old as unknown as RawDesktop, mentor: old as unknown as RawDesktop, others: [] };
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    const drafted = await sheet(stage, call, LARGE);
    const before = old.state(call.caseId);
    // The line goes; what is written from now on is in the file of version 1 alone.
    await first.running.stop();
    await v1.untilView(old.running.client, 'sync', {}, (view) => view.connection !== 'online', 20_000);
    const texts = ['断线后第一条', '断线后第二条'];
    for (const text of texts) {
      const given = await old.running.client.calls.command({ kind: 'write note', case: call.caseId, body: { noteId: uuidv7(), text } });
      expect(given.ok).toBe(true);
    }
    old.close();

    // Updated without the server: everything is there, and may be worked on.
    const desk = runDesk({ root: folder.path, connect: connectSocket, signInOverHttp, logic: domainLogic });
    cleanUps.push(desk.close);
    const offline = await desk.client.calls.signIn({ account: 'agent', password: DEMO_PASSWORD, server: first.running.url });
    expect(offline).toMatchObject({ ok: true, value: { status: 'signed-in', checkedBy: 'this-machine' } });
    const shown = await untilView(desk.client, 'case', { case: call.caseId }, (view) => view !== null && CaseState.parse(view.state).notes.length === 2);
    const state = CaseState.parse(shown!.state);
    expect(state.notes.map((note) => note.text)).toEqual(texts);
    expect(state.operations[drafted.operationId]?.worksheet).toEqual(before.operations[drafted.operationId]?.worksheet);
    expect(shown!.marks.filter((mark) => mark.look === 'saved-here').map((mark) => mark.kind)).toEqual(['write note', 'write note']);

    const second = await startDemoCentre(first.data, ['--port', port]);
    cleanUps.push(() => second.running.stop());
    await desk.client.calls.connectNow({});
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp, 30_000);
    const witness = await Raw.signIn(second.running.url, 'agent');
    cleanUps.push(() => witness.close());
    expect(witness.state(call.caseId).notes.map((note) => note.text)).toEqual(texts);
    const confirmed = await untilView(desk.client, 'case', { case: call.caseId }, (view) => view !== null && view.marks.every((mark) => mark.look === 'confirmed'));
    expect(CaseState.parse(confirmed!.state)).toEqual(witness.state(call.caseId));
    expect(desk.errors).toEqual([]);
  }, 90_000);
});
