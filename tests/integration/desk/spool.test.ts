import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SalvageFile } from '#shared/protocol/spool.ts';
import { Spool } from '../../../electron/desk/spool/spool.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { salvageFile } from '../../../server/spool/salvage-command.ts';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aFolder, inStep } from './harness.ts';
import { aCase, aCentre, audited, command, deskAt, disable, Line, note, notesAt, notesIn, personOf, present, signIn, trayOf } from './spool-stage.ts';

let centre: Awaited<ReturnType<typeof aCentre>>;
beforeAll(async () => {
  centre = await aCentre();
}, 60_000);
afterAll(() => centre.stop());

/** Somebody whose desktop was in step, and who then wrote these notes without the line, and left. */
async function leftBehind(root: string, line: Line, account: string, ...texts: string[]): Promise<string> {
  const desk = await present(root, line, centre.url, account);
  const caseId = await aCase(desk);
  await note(desk, caseId, 'before');
  await inStep(desk);
  line.cut();
  for (const text of texts) await note(desk, caseId, text);
  expect(await desk.client.calls.signOut({ evenUnsent: true })).toMatchObject({ ok: true });
  desk.close();
  return caseId;
}

const spoolFiles = (root: string): string[] => (existsSync(join(root, 'spool')) ? readdirSync(join(root, 'spool')).filter((name) => name.endsWith('.spool')) : []);
const until = (fits: () => Promise<boolean>) => expect.poll(fits, { timeout: 10_000 }).toBe(true);

describe('[SY10] unsent work outlives its author’s session', () => {
  it('[SY10] is delivered by whoever signs in next, once, and not again when its author returns', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await leftBehind(root, line, 'agent', 'one', 'two', 'three');
    expect(await notesAt(centre.running, caseId)).toEqual(['before']);
    line.mend();
    const next = await present(root, line, centre.url, 'agent2');
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'one', 'two', 'three']);
    const state = await centre.running.centre.cases.load(caseId);
    expect(state?.notes.every(({ by }) => by === personOf('agent').id)).toBe(true);
    expect(new Spool(root).isEmpty(centre.url)).toBe(true);
    expect(trayOf(centre.running)).toEqual([]);
    next.close();
    const posts = line.posts;
    const back = await present(root, line, centre.url, 'agent');
    await untilView(back.client, 'case', { case: caseId }, (view) => notesIn(view).length === 4 && (view?.marks ?? []).every(({ look }) => look === 'confirmed'));
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'one', 'two', 'three']);
    expect(line.posts).toBe(posts);
    expect([...next.errors, ...back.errors]).toEqual([]);
    expect((await audited(centre.running, 'late work taken')).filter(({ about }) => about === caseId)).toHaveLength(3);
  });

  it('[SY10] [PR1] tells nothing on the disk but ids and times', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    await leftBehind(root, line, 'agent2', '客户说下周三回电 unmistakable words');
    const [name] = spoolFiles(root);
    const text = readFileSync(join(root, 'spool', name!), 'latin1');
    expect(text).toContain(personOf('agent2').id);
    for (const secret of ['unmistakable', 'write note', 'note', Buffer.from('客户').toString('latin1'), personOf('agent2').account]) expect(text).not.toContain(secret);
  });

  it('[SY10] of a disabled person comes to the leads’ tray: what records is taken in, what acts is refused', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'mentor2');
    const caseId = await aCase(desk);
    await inStep(desk);
    line.cut();
    const noted = await note(desk, caseId, 'written in the night');
    const closed = await command(desk, 'close case', caseId, { outcome: 'resolved' });
    const after = await note(desk, caseId, 'and one more');
    desk.close();
    line.mend();
    await disable(centre.running, 'mentor2');
    const next = await present(root, line, centre.url, 'agent');
    expect(await notesAt(centre.running, caseId)).toEqual(['written in the night', 'and one more']);
    expect((await centre.running.centre.cases.load(caseId))?.closed).toBeNull();
    const tray = trayOf(centre.running).filter((one) => one.caseId === caseId);
    // Marked in the case as well, for whoever reads it.
    expect((await centre.running.centre.cases.load(caseId))?.lateWork).toMatchObject([noted, after].map((id) => ({ command: id, kind: 'write note', author: personOf('mentor2').id, because: 'person-disabled' })));
    expect(tray).toMatchObject([
      { command: noted, kind: 'write note', author: personOf('mentor2').id, authorName: personOf('mentor2').name, because: 'person-disabled', became: 'recorded', code: null },
      { command: closed, kind: 'close case', because: 'person-disabled', became: 'refused', code: 'late-not-entitled' },
      { command: after, kind: 'write note', became: 'recorded' },
    ]);
    expect(new Spool(root).isEmpty(centre.url)).toBe(true);
    const entries = (await audited(centre.running, 'late work taken')).filter(({ about }) => about === caseId);
    expect(entries.map(({ detail }) => detail['status'])).toEqual(['in-tray', 'in-tray', 'in-tray']);
    next.close();
    // A lead looks at the case and puts the lines away; nobody else may.
    const agent = await present(aFolder(), new Line(), centre.url, 'agent2');
    expect(await agent.client.calls.ask({ kind: 'open late case', body: { command: noted } })).toMatchObject({ ok: false, refusal: { code: 'role-may-not' } });
    const lead = await present(aFolder(), new Line(), centre.url, 'lead');
    expect(await lead.client.calls.ask({ kind: 'open late case', body: { command: noted } })).toEqual({ ok: true, value: { case: caseId } });
    await untilView(lead.client, 'case', { case: caseId }, (view) => notesIn(view).length === 2);
    expect(await lead.client.calls.ask({ kind: 'put away late work', body: { commands: tray.map((one) => one.command) } })).toMatchObject({ ok: true });
    expect(trayOf(centre.running).filter((one) => one.caseId === caseId)).toEqual([]);
  });

  it('[SY10] survives the loss of its author’s file, through the spool and through a salvage file', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await leftBehind(root, line, 'agent', 'kept though the file is gone');
    rmSync(profileFolder(root, centre.url, 'agent').path, { recursive: true });
    const desk = deskAt(root, line);
    const exported = await desk.client.calls.exportSpool({ server: centre.url, folder: join(root, 'out') });
    if (!exported.ok) throw new Error(exported.refusal.code);
    expect(exported.value).toMatchObject({ rows: 1, file: expect.stringMatching(/aidline-salvage-ws-1-\d{8}T\d{6}\.json$/) });
    const content = readFileSync(exported.value.file, 'utf8');
    expect(content).not.toContain('kept though');
    expect(await desk.client.calls.importSpool({ server: centre.url, content })).toMatchObject({ ok: false, refusal: { code: 'server-unreachable' } });
    expect(await desk.client.calls.importSpool({ server: centre.url, content: '{"a":1}' })).toMatchObject({ ok: false, refusal: { code: 'salvage-unreadable' } });
    // On another machine, with nobody signed in; then again, and by the workstation itself: once all the same.
    const elsewhere = deskAt(aFolder(), new Line());
    expect(await elsewhere.client.calls.importSpool({ server: centre.url, content })).toEqual({ ok: true, value: { taken: 1, refused: 0, inTray: 0, unreadable: 0, stays: 0 } });
    expect(await elsewhere.client.calls.importSpool({ server: centre.url, content })).toMatchObject({ ok: true, value: { taken: 1 } });
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'kept though the file is gone']);
    expect(await salvageFile(exported.value.file, centre.url)).toContain('1 taken, 0 refused, 0 to late work, 0 unreadable, 0 still waiting');
    await expect(salvageFile(exported.value.file, 'http://127.0.0.1:1')).rejects.toThrow(/not running/);
    await expect(salvageFile(join(import.meta.dirname, 'spool.test.ts'), centre.url)).rejects.toThrow(/no salvage file/);
    line.mend();
    await signIn(desk, centre.url, 'agent');
    await until(async () => new Spool(root).isEmpty(centre.url));
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'kept though the file is gone']);
    expect(await desk.client.calls.signOut({})).toMatchObject({ ok: true });
    expect(await desk.client.calls.exportSpool({ server: centre.url, folder: join(root, 'out') })).toMatchObject({ ok: false, refusal: { code: 'salvage-empty' } });
  });

  it('[SY10] [SY1] loses no row before one that a power cut tore', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await leftBehind(root, line, 'agent2', 'first', 'second', 'torn');
    const path = join(root, 'spool', spoolFiles(root)[0]!);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.lastIndexOf('{"row"') + 300));
    line.mend();
    const next = await present(root, line, centre.url, 'agent');
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'first', 'second']);
    next.close();
    // Its author's own file has it still.
    await present(root, line, centre.url, 'agent2');
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'first', 'second', 'torn']);
  });

  it('[SY10] tells of a row that was changed, and takes the others', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await leftBehind(root, line, 'agent', 'whole', 'changed');
    const desk = deskAt(root, line);
    const exported = await desk.client.calls.exportSpool({ server: centre.url, folder: join(root, 'out') });
    if (!exported.ok) throw new Error(exported.refusal.code);
    const file = SalvageFile.parse(JSON.parse(readFileSync(exported.value.file, 'utf8')));
    const rows = file.rows as { id: string; sealed: string; number: number }[];
    const changed = rows.map((row, index) => (index === 1 ? { ...row, sealed: `${row.sealed.slice(0, 30)}${row.sealed[30] === 'A' ? 'B' : 'A'}${row.sealed.slice(31)}` } : row));
    const before = (await audited(centre.running, 'late work unreadable')).length;
    const content = JSON.stringify({ ...file, rows: [...changed, 'no row at all'] });
    const other = deskAt(aFolder(), new Line());
    expect(await other.client.calls.importSpool({ server: centre.url, content })).toEqual({ ok: true, value: { taken: 1, refused: 0, inTray: 0, unreadable: 2, stays: 0 } });
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'whole']);
    expect((await audited(centre.running, 'late work unreadable')).slice(before)).toMatchObject([{ detail: { command: rows[1]!.id, code: 'changed' } }]);
  });

  it('[SY10] opens what was sealed to an earlier key of the server', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await leftBehind(root, line, 'agent2', 'under the old key');
    const old = centre.running.centre.spoolKeys.current;
    expect(await centre.running.centre.spoolKeys.rotate()).not.toEqual(old);
    line.mend();
    const next = await present(root, line, centre.url, 'agent');
    expect(await notesAt(centre.running, caseId)).toEqual(['before', 'under the old key']);
    next.close();
  });
});
