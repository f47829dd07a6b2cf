/** A locked desk (ASVS 7.3.1): the desk process itself tells nothing and does nothing, and loses nothing. */
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { deskMethods, type DeskMethod, type DeskTopic, type TopicParams } from '#shared/protocol/desk-rpc.ts';
import { DEMO_PASSWORD, demoPeople } from '../../../server/demo/demo-people.ts';
import { readOptions } from '../../../server/options.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aFolder, inStep } from '../desk/harness.ts';
import { atACentre, code } from './at-a-centre.ts';

const here = atACentre(['--lock-minutes', '20']);

const ANSWERED: ReadonlySet<string> = new Set(['session', 'lock', 'unlock', 'signOut', 'saveDraft', 'quitCheck', 'connectNow', 'serverInfo', 'spooled', 'cancelSignOn'] satisfies DeskMethod[]);

/** Everything that a topic pushes from now on. */
function pushed<T extends DeskTopic>(desk: Running, topic: T, params: TopicParams<T>): unknown[] {
  const views: unknown[] = [];
  desk.client.subscribe(topic, params, (view) => views.push(view));
  return views;
}

it('the centre’s rule: minutes, a quarter of an hour by default, never none', async () => {
  expect([readOptions([]).lockMinutes, readOptions(['--lock-minutes', '5']).lockMinutes]).toEqual([15, 5]);
  for (const wrong of ['0', '61', '-1', '1.5', '']) expect(() => readOptions([`--lock-minutes=${wrong}`])).toThrow(/--lock-minutes .*分钟.*minutes/);
  const desk = await here.deskOf('agent2');
  await untilView(desk.client, 'rules', {}, (rules) => rules?.desk?.lockMinutes === 20);
  desk.close();
});

describe('[PR3] [PR8] [CT3] a desk that its person has locked', () => {
  it('refuses everything that tells or does something, tells nothing but session and connection, syncs on, keeps what is typed, and opens by the passphrase alone', { timeout: 60_000 }, async () => {
    const desk = await here.deskOf('agent2');
    const { calls } = desk.client;
    const me = demoPeople.find(({ account }) => account === 'agent2')!.id;
    const caseId = v7();
    expect(code(await calls.command({ kind: 'open case', case: caseId, body: { reason: 'by-hand', callId: null, fromCase: null, number: null } }))).toBe('ok');
    await untilView(desk.client, 'case', { case: caseId }, (view) => view !== null);
    const agent = await untilView(desk.client, 'live', { topic: 'agent' }, (live) => live !== null);
    expect(code(await calls.ask({ kind: 'set agent state', body: { to: 'available', basedOn: (agent!.value as { version: number }).version } }))).toBe('ok');
    await untilView(desk.client, 'live', { topic: 'agent' }, (live) => (live?.value as { state?: string } | undefined)?.state === 'available');
    const before = [pushed(desk, 'cases', {}), pushed(desk, 'case', { case: caseId }), pushed(desk, 'live', { topic: 'agent' }), pushed(desk, 'rules', {})];
    await expect.poll(() => before.every((views) => views.length > 0)).toBe(true);
    const written = calls.command({ kind: 'write note', case: caseId, body: { noteId: v7(), text: 'given before the lock' } });
    const asked = calls.ask({ kind: 'people', body: {} });
    expect(code(await calls.lock({}))).toBe('ok');
    expect(await untilView(desk.client, 'session', {}, (view) => view.status === 'locked')).toMatchObject({ why: 'person', person: { id: me } });
    const counts = before.map((views) => views.length);
    // Who waits for calls waits no more: none rings at a locked desk.
    await expect.poll(() => here.stage.running.centre.agents.get(me).state).toBe('break');
    // What was asked before is not read out; what was given is sent.
    expect([code(await asked), ['ok', 'locked'].includes(code(await written))]).toEqual(['locked', true]);
    const sync = await untilView(desk.client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0);
    expect([sync.refused, sync.setAside]).toEqual([[], []]);
    expect((await here.stage.running.centre.cases.load(caseId))?.notes.map(({ text }) => text)).toEqual(['given before the lock']);
    const during = [pushed(desk, 'cases', {}), pushed(desk, 'case', { case: caseId }), pushed(desk, 'live', { topic: 'agent' }), pushed(desk, 'rules', {}), pushed(desk, 'taken-over', {})];
    for (const method of Object.keys(deskMethods) as DeskMethod[]) {
      if (ANSWERED.has(method)) continue;
      const call = calls[method] as (params: object) => Promise<{ ok: true } | { ok: false; refusal: { code: string } }>;
      expect([method, code(await call({}))]).toEqual([method, 'locked']);
    }
    expect(await calls.saveDraft({ case: caseId, field: 'note', text: 'half a sentence ', ended: true })).toEqual({ ok: true, value: { saved: true } });
    expect(code(await calls.signIn({ account: 'lead', password: DEMO_PASSWORD, server: here.url }))).toBe('locked');
    expect(await calls.unlock({ passphrase: 'a guess' })).toMatchObject({ ok: false, refusal: { code: 'wrong-passphrase', detail: { left: 4 } } });
    expect(await calls.session({})).toMatchObject({ ok: true, value: { status: 'locked' } });
    expect([before.map((views) => views.length), during.map((views) => views.length)]).toEqual([counts, [0, 0, 0, 0, 0]]);

    expect(await calls.unlock({ passphrase: DEMO_PASSWORD })).toMatchObject({ ok: true, value: { status: 'signed-in', person: { id: me } } });
    await expect.poll(() => during.map((views) => views.length > 0)).toEqual([true, true, true, true, true]);
    expect(await calls.drafts({ case: caseId })).toMatchObject({ ok: true, value: [{ field: 'note', text: 'half a sentence ' }] });
    expect(code(await calls.command({ kind: 'write note', case: caseId, body: { noteId: v7(), text: 'and after' } }))).toBe('ok');
    await inStep(desk);
    expect(desk.errors).toEqual([]);
    desk.close();
  });

  it('[OF3] five wrong passphrases lock it for good at this machine; somebody else comes in when the first was signed out, in the usual way', { timeout: 60_000 }, async () => {
    const root = aFolder();
    const desk = await here.deskOf('agent2', root);
    const { calls } = desk.client;
    const caseId = v7();
    expect(code(await calls.command({ kind: 'open case', case: caseId, body: { reason: 'by-hand', callId: null, fromCase: null, number: null } }))).toBe('ok');
    const now = Date.parse(here.now());
    expect(code(await calls.command({ kind: 'promise callback', case: caseId, body: {
      promiseId: v7(), from: new Date(now + 3_600_000).toISOString(), to: new Date(now + 7_200_000).toISOString(), secondFrom: null, secondTo: null, note: '', operationId: null,
    } }))).toBe('ok');
    await inStep(desk);
    expect(code(await calls.lock({}))).toBe('ok');
    for (let guess = 1; guess <= 4; guess += 1) expect(code(await calls.unlock({ passphrase: `guess ${guess}` }))).toBe('wrong-passphrase');
    expect([code(await calls.unlock({ passphrase: 'guess 5' })), code(await calls.unlock({ passphrase: DEMO_PASSWORD }))]).toEqual(['locked-out', 'locked-out']);
    // The usual questions before somebody leaves are asked here too.
    expect(code(await calls.signOut({}))).toBe('hand-over-open');
    expect(code(await calls.signOut({ keepMine: true }))).toBe('ok');
    expect(await calls.signIn({ account: 'lead', password: DEMO_PASSWORD, server: here.url })).toMatchObject({ ok: true, value: { status: 'signed-in' } });
    expect(code(await calls.signOut({}))).toBe('ok');
    // The centre's word opens the file again.
    expect(await calls.signIn({ account: 'agent2', password: DEMO_PASSWORD, server: here.url })).toMatchObject({ ok: true, value: { status: 'signed-in' } });
    expect(desk.errors).toEqual([]);
    desk.close();
  });
});
