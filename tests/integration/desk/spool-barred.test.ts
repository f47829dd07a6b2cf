import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpoolAnswer, SpoolRequest, SpooledRow } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { deliverSpool } from '../../../electron/desk/spool/deliver.ts';
import { makeSealer } from '../../../electron/desk/spool/sealer.ts';
import { spoolOverHttp } from '../../../electron/desk/spool/spool-over-http.ts';
import { Spool } from '../../../electron/desk/spool/spool.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { DOOR_RATES } from '../../../server/protection/limits.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aFolder, inStep } from './harness.ts';
import { aCase, aCentre, audited, deskAt, disable, Line, machineOf, note, notesAt, notesIn, personOf, present, revoke, signIn, trayOf, DEMO_PASSWORD } from './spool-stage.ts';

let centre: Awaited<ReturnType<typeof aCentre>>;
beforeAll(async () => {
  centre = await aCentre();
}, 60_000);
afterAll(() => centre.stop());

/** Works on a case of their own without the line, and leaves; what was left, as the spool has it. */
async function leftBehind(account: string, texts: readonly string[], root = aFolder()): Promise<{ root: string; line: Line; caseId: string; rows: SpooledRow[] }> {
  const line = new Line();
  const desk = await present(root, line, centre.url, account);
  const caseId = await aCase(desk);
  await inStep(desk);
  line.cut();
  for (const text of texts) await note(desk, caseId, text);
  desk.close();
  return { root, line, caseId, rows: new Spool(root).waiting(centre.url) };
}

/** Signed in by this machine's own file. */
async function offline(root: string, line: Line, account: string): Promise<Running> {
  const desk = deskAt(root, line);
  await signIn(desk, centre.url, account);
  return desk;
}

const requestOf = (rows: readonly SpooledRow[]): SpoolRequest => ({ protocol: PROTOCOL_VERSION, sessions: rows.slice(0, 1).map(({ session }) => session), rows: rows.map(({ row }) => row) });
const post = async (request: SpoolRequest): Promise<SpoolAnswer> => {
  const answer = await spoolOverHttp(centre.url, request);
  if (answer === null) throw new Error('the centre did not take it');
  return answer;
};
const statuses = ({ results }: SpoolAnswer): string[] => results.map(({ status }) => status);
const lateOf = (caseId: string) => trayOf(centre.running).filter((one) => one.caseId === caseId);

describe('[SY10] whose unsent work is believed', () => {
  it('[SY10] [TP8] of a revoked key records are taken in and marked', { timeout: 60_000 }, async () => {
    const { root, caseId } = await leftBehind('mentor', ['by a key that is void now']);
    await revoke(centre.running, { keyOf: 'mentor' });
    const spool = new Spool(root);
    expect(await deliverSpool({ spool, server: centre.url, post: spoolOverHttp, now: () => new Date().toISOString() })).toEqual({ taken: 0, refused: 0, inTray: 1, unreadable: 0, stays: 0, reached: true });
    expect(spool.isEmpty(centre.url)).toBe(true);
    expect(lateOf(caseId)).toMatchObject([{ because: 'key-revoked', became: 'recorded', authorName: personOf('mentor').name }]);
    expect(await notesAt(centre.running, caseId)).toEqual(['by a key that is void now']);
  });

  it('[SY10] [PR6] [PR9] of a revoked workstation records are taken in before it is wiped, with nobody signed in', { timeout: 60_000 }, async () => {
    const { root, caseId } = await leftBehind('agent2', ['from a machine that was revoked']);
    await revoke(centre.running, { workstation: machineOf(root) });
    const spool = new Spool(root);
    expect(spool.isEmpty(centre.url)).toBe(false);
    expect(await deliverSpool({ spool, server: centre.url, post: spoolOverHttp, now: () => new Date().toISOString() })).toMatchObject({ inTray: 1, reached: true });
    expect(spool.isEmpty(centre.url)).toBe(true);
    expect(lateOf(caseId)).toMatchObject([{ because: 'workstation-revoked', became: 'recorded' }]);
    expect(await notesAt(centre.running, caseId)).toEqual(['from a machine that was revoked']);
  });

  it('[SY10] what its author had sent in time is not told as late, though it comes again when they are shut out', { timeout: 60_000 }, async () => {
    const { root, line, rows, caseId } = await leftBehind('lead2', ['in time']);
    line.mend();
    const desk = await offline(root, line, 'lead2');
    await inStep(desk);
    line.cut();
    const late = await note(desk, caseId, 'too late');
    desk.close();
    await disable(centre.running, 'lead2');
    const left = new Spool(root).waiting(centre.url);
    expect(statuses(await post(requestOf(rows)))).toEqual(['taken']);
    expect(statuses(await post(requestOf(left.filter(({ row }) => row.id === late))))).toEqual(['in-tray']);
    expect(lateOf(caseId).map(({ command }) => command)).toEqual([late]);
    expect(await notesAt(centre.running, caseId)).toEqual(['in time', 'too late']);
  });

  it('[SY9] [SY3] what its author has read as refused is refused again after a restore, not decided anew', { timeout: 60_000 }, async () => {
    const { rows, caseId } = await leftBehind('agent', ['refused before', 'after it']);
    const [first, second] = [{ ...rows[0]!, row: { ...rows[0]!.row, refused: true as const } }, rows[1]!];
    expect(statuses(await post(requestOf([second])))).toEqual(['stays']);
    expect(statuses(await post(requestOf([first, second])))).toEqual(['refused', 'taken']);
    expect(statuses(await post(requestOf(rows)))).toEqual(['refused', 'taken']);
    expect(await notesAt(centre.running, caseId)).toEqual(['after it']);
    expect((await centre.running.centre.log.commandAnswer(first.row.id))?.answer).toMatchObject({ status: 'refused', refusal: { code: 'refused-before-restore' } });
    expect(lateOf(caseId)).toEqual([]);
  });

  it('[SY10] what comes no more before it keeps back nothing of somebody who is shut out', { timeout: 60_000 }, async () => {
    const { rows, caseId } = await leftBehind('mentor2', ['lost', 'kept', 'kept too']);
    expect(statuses(await post(requestOf(rows.slice(1))))).toEqual(['stays', 'stays']);
    await disable(centre.running, 'mentor2');
    expect(statuses(await post(requestOf(rows.slice(1))))).toEqual(['in-tray', 'in-tray']);
    expect(statuses(await post(requestOf(rows.slice(1))))).toEqual(['in-tray', 'in-tray']);
    expect(await notesAt(centre.running, caseId)).toEqual(['kept', 'kept too']);
    expect(lateOf(caseId).map(({ became }) => became)).toEqual(['recorded', 'recorded']);
  });

  it('[SY10] what nobody signed for, or somebody else signed for, is told of and goes nowhere', { timeout: 60_000 }, async () => {
    const { rows, caseId } = await leftBehind('agent', ['mine']);
    const [{ session, row }] = rows as [SpooledRow];
    // A session of the attacker's own making, with the certificate's signatures of another.
    const forged = await makeSealer(centre.running.centre.spoolKeys.current, { person: personOf('lead').id, workstation: session.certificate.workstation, desktop: session.certificate.desktop }, session.certificate.from,
      async () => ({ person: session.person, workstation: session.workstation }));
    const sealed = forged.seal({ id: v7(), desktop: session.certificate.desktop, incarnation: 1, case: caseId, number: row.number, kind: 'write note', schema: 1, hash: 'a'.repeat(64), urgent: false, inner: '{}' }, session.certificate.from, null);
    const before = (await audited(centre.running, 'late work unreadable')).length;
    expect(statuses(await post({ protocol: PROTOCOL_VERSION, sessions: [forged.session], rows: [sealed, { ...row, session: forged.id }] }))).toEqual(['unreadable', 'unreadable']);
    expect((await audited(centre.running, 'late work unreadable')).slice(before).map(({ detail }) => detail['code'])).toEqual(['unsigned', 'unsigned']);
    expect(statuses(await post(requestOf(rows)))).toEqual(['taken']);
    expect(await notesAt(centre.running, caseId)).toEqual(['mine']);
  });

  it('[SY10] without the workstation’s word, or the person’s, it is not the author’s own push', { timeout: 60_000 }, async () => {
    const { rows, caseId } = await leftBehind('agent', ['one', 'two']);
    const [one, two] = rows as [SpooledRow, SpooledRow];
    expect(statuses(await post({ ...requestOf([one]), sessions: [{ ...one.session, person: null }] }))).toEqual(['in-tray']);
    expect(statuses(await post({ ...requestOf([two]), sessions: [{ ...two.session, workstation: null }] }))).toEqual(['in-tray']);
    expect(lateOf(caseId).map(({ because }) => because)).toEqual(['key-unproven', 'workstation-unproven']);
    expect(await notesAt(centre.running, caseId)).toEqual(['one', 'two']);
  });

  it('[SY10] nobody takes the numbers of another’s desktop', { timeout: 60_000 }, async () => {
    const victim = await leftBehind('agent', ['theirs']);
    const other = await leftBehind('agent2', ['mine']);
    const [{ session: theirs }, { session: mine, row }] = [victim.rows[0]!, other.rows[0]!];
    // As if this desktop had first come with somebody else: whoever vouches for it now is not its person.
    expect(theirs.certificate.desktop).not.toBe(mine.certificate.desktop);
    const { desktops } = centre.running.centre;
    const claim = desktops.claim.bind(desktops);
    desktops.claim = async (desktop, person) => desktop !== mine.certificate.desktop && claim(desktop, person);
    expect(statuses(await post(requestOf(other.rows)))).toEqual(['unreadable']);
    desktops.claim = claim;
    expect(statuses(await post(requestOf(other.rows)))).toEqual(['taken']);
    expect(row.number).toBe(2);
  });
});

describe('[SY10] work that never reached the spool', () => {
  it('[SY10] [SY6] goes there when its author is shut out at a sign-in', { timeout: 60_000 }, async () => {
    const { root, line, caseId } = await leftBehind('agent2', ['the spool’s disk did not take it']);
    // As if nothing could be written there all night.
    rmSync(join(root, 'spool'), { recursive: true });
    await disable(centre.running, 'agent2');
    line.mend();
    const desk = deskAt(root, line);
    expect(await desk.client.calls.signIn({ account: 'agent2', password: DEMO_PASSWORD, server: centre.url })).toMatchObject({ ok: false, refusal: { code: 'person-disabled' } });
    expect((await desk.client.calls.spooled({ server: centre.url }))).toEqual({ ok: true, value: { rows: 1 } });
    expect(await desk.client.calls.deliverSpool({ server: centre.url })).toMatchObject({ ok: true, value: { inTray: 1 } });
    expect(lateOf(caseId)).toMatchObject([{ because: 'person-disabled', became: 'recorded' }]);
    expect(await notesAt(centre.running, caseId)).toEqual(['the spool’s disk did not take it']);
    expect(desk.errors).toEqual([]);
  });
});

describe('[SY10] [SY2] the order of a case', () => {
  it('[SY2] [SY10] what has a hole before it stays, with the rest of its case; other cases go on', { timeout: 60_000 }, async () => {
    const line = new Line();
    const root = aFolder();
    const desk = await present(root, line, centre.url, 'agent');
    const [a, b] = [await aCase(desk), await aCase(desk)];
    await inStep(desk);
    line.cut();
    for (const text of ['one', 'two', 'three']) await note(desk, a, text);
    await note(desk, b, 'elsewhere');
    desk.close();
    const rows = new Spool(root).waiting(centre.url);
    expect(rows.map(({ row }) => row.number)).toEqual([2, 2, 3, 4]);
    const first = rows.filter(({ row }) => row.number === 2);
    // Which of the two is of the longer case only the centre can tell: without either, its own case waits.
    const answers = await Promise.all(first.map(async (left) => statuses(await post(requestOf(rows.filter((row) => row !== left).filter((row) => row.row.number !== 2))))));
    expect(answers).toEqual([['stays', 'stays'], ['stays', 'stays']]);
    expect(await notesAt(centre.running, a)).toEqual([]);
    expect(statuses(await post(requestOf(rows)))).toEqual(['taken', 'taken', 'taken', 'taken']);
    expect([await notesAt(centre.running, a), await notesAt(centre.running, b)]).toEqual([['one', 'two', 'three'], ['elsewhere']]);
  });

  it('[SY10] [RB2] work that an older copy of the author’s file does not have is delivered all the same, and numbers go on visibly', { timeout: 60_000 }, async () => {
    const line = new Line();
    const root = aFolder();
    const desk = await present(root, line, centre.url, 'agent');
    const caseId = await aCase(desk);
    await inStep(desk);
    desk.close();
    const { path } = profileFolder(root, centre.url, 'agent');
    cpSync(path, `${path}-copy`, { recursive: true });
    line.cut();
    const later = await offline(root, line, 'agent');
    await note(later, caseId, 'after the copy was made');
    later.close();
    rmSync(path, { recursive: true });
    renameSync(`${path}-copy`, path);
    line.mend();
    const back = await present(root, line, centre.url, 'agent');
    await untilView(back.client, 'case', { case: caseId }, (view) => notesIn(view).includes('after the copy was made'));
    await note(back, caseId, 'and on');
    await inStep(back);
    expect(await notesAt(centre.running, caseId)).toEqual(['after the copy was made', 'and on']);
    expect([...later.errors, ...back.errors]).toEqual([]);
  });

  it.each(['its author', 'whoever comes next'])('[SY10] [SY2] a number that an older copy of the file took meanwhile costs no work, first delivered by %s', { timeout: 60_000 }, async (first) => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'agent');
    const caseId = await aCase(desk);
    await inStep(desk);
    desk.close();
    const copy = aFolder();
    cpSync(root, copy, { recursive: true });
    const clone = await present(copy, new Line(), centre.url, 'agent');
    await note(clone, caseId, 'by the copy');
    await inStep(clone);
    clone.close();
    line.cut();
    const original = await offline(root, line, 'agent');
    await note(original, caseId, 'by the original');
    original.close();
    const rows = new Spool(root).waiting(centre.url);
    line.mend();
    if (first === 'whoever comes next') expect(statuses(await post(requestOf(rows)))).toEqual(['taken']);
    const again = await present(root, line, centre.url, 'agent');
    // Its author is told that numbers were begun anew; where nobody is there to renumber, the centre counts by itself.
    await untilView(again.client, 'sync', {}, (view) => view.unsent === 0 && view.incarnation === (first === 'its author' ? 2 : 1));
    again.close();
    expect(statuses(await post(requestOf(rows)))).toEqual(['taken']);
    expect(await notesAt(centre.running, caseId)).toEqual(['by the copy', 'by the original']);
    expect(new Spool(root).isEmpty(centre.url)).toBe(true);
  });
});

describe('[RB1] the door for unsent work', () => {
  it('[RB1] refuses what is no request, too much at once, and goes on serving', { timeout: 60_000 }, async () => {
    const ask = (body: string): Promise<Response> => fetch(`${centre.url}/spool`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await ask('{"protocol":2}')).status).toBe(400);
    expect((await ask(JSON.stringify({ protocol: PROTOCOL_VERSION + 1, sessions: [], rows: [{ id: v7(), session: 'a'.repeat(64), at: '2026-11-21T00:00:00.000Z', incarnation: 1, number: 1, sealed: 'AAAA', signature: null }] }))).status).toBe(426);
    expect((await ask(`"${'x'.repeat(3_000_000)}"`)).status).toBe(413);
    const answers = await Promise.all(Array.from({ length: DOOR_RATES['/spool'].points + 20 }, () => ask('{}').then(({ status }) => status)));
    expect(answers).toContain(429);
    expect((await fetch(`${centre.url}/health`)).status).toBe(200);
  });
});
