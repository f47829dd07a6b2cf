import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { putBackLog } from '../recovery/restored.ts';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aFolder, inStep } from './harness.ts';
import { aCase, deskAt, Line, note, notesAt, notesIn, present, trayOf } from './spool-stage.ts';

let data: string;
let running: RunningCentre;
let url: string;

const start = (port: string): Promise<RunningCentre> => startCentre(readOptions(['--demo', '--data', data, '--port', port, '--crowd', '0', '--calls', 'off', '--log-level', 'error']));
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'aidline-restored-'));
  running = await start('0');
  url = running.url;
}, 60_000);
afterEach(async () => {
  await running.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Works through a back-up of the centre's log, leaves with a note unsent, and the log becomes the back-up. */
async function restoredBehind(root: string, line: Line): Promise<string> {
  const desk = await present(root, line, url, 'agent');
  const caseId = await aCase(desk);
  await note(desk, caseId, 'in the back-up');
  await inStep(desk);
  const copy = join(data, 'copy.db');
  await running.centre.log.backUp(copy);
  await note(desk, caseId, 'answered, and lost with the log');
  await inStep(desk);
  line.cut();
  await note(desk, caseId, 'never sent');
  expect(await desk.client.calls.signOut({ evenUnsent: true })).toMatchObject({ ok: true });
  desk.close();
  await running.stop();
  putBackLog(data, copy);
  running = await start(new URL(url).port);
  line.mend();
  return caseId;
}

const ALL = ['in the back-up', 'answered, and lost with the log', 'never sent'];

describe('[SY9] [SY10] a log that was restored while somebody is at home', () => {
  it('[SY9] [SY10] gets what their workstation had answered in the lost time, from whoever signs in next, once', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    // The one who comes next has been here before, and learns of the other log by its epoch.
    (await present(root, line, url, 'agent2')).close();
    const caseId = await restoredBehind(root, line);
    expect(await notesAt(running, caseId)).toEqual(ALL.slice(0, 1));
    const next = await present(root, line, url, 'agent2');
    await expect.poll(() => notesAt(running, caseId), { timeout: 10_000 }).toEqual(ALL);
    next.close();
    const back = await present(root, line, url, 'agent');
    await untilView(back.client, 'case', { case: caseId }, (view) => notesIn(view).length === 3 && (view?.marks ?? []).every(({ look }) => look === 'confirmed'));
    expect(await notesAt(running, caseId)).toEqual(ALL);
    expect(trayOf(running)).toEqual([]);
    expect([...next.errors, ...back.errors]).toEqual([]);
    back.close();
  });

  it('[SY9] [SY10] gets it as well where nobody signs in: what stays brings what was answered before it', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const caseId = await restoredBehind(root, line);
    const desk = deskAt(root, line);
    expect(await desk.client.calls.deliverSpool({ server: url })).toMatchObject({ ok: true, value: { stays: 0 } });
    expect(await notesAt(running, caseId)).toEqual(ALL);
    desk.close();
  });
});
