import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { booked, clearStage, LARGE, ready, setStage, startDemoCentre, statusOf, type Stage } from '../server/story.ts';
import { comeBack } from './restored.ts';

const run = promisify(execFile);
const program = new URL('../../../server/back-up/main.ts', import.meta.url).pathname;
const tool = async (...args: string[]): Promise<{ code: number; out: string }> => run(process.execPath, [program, ...args]).then(({ stdout }) => ({ code: 0, out: stdout }), (error: { code: number; stderr: string }) => ({ code: error.code, out: error.stderr }));

const folders: string[] = [];
const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-drill-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

describe('[OP1] the drill: a back-up made beside the running server, restored into an empty machine', () => {
  let stage: Stage;
  afterEach(() => clearStage(stage));

  it('[OP1] [SY9] [TP4] serves again within five minutes, with a new epoch, and what was booked since is booked once', async () => {
    stage = await setStage();
    const { agent } = stage;
    const { drafted, order } = await ready(stage, LARGE);
    const { epoch } = await stage.running.centre.log.head();
    // Beside a server that writes all the time.
    const writing = new AbortController();
    const busy = (async () => {
      let written = 0;
      for (; !writing.signal.aborted; written += 1) await agent.must('write note', drafted.caseId, { noteId: uuidv7(), text: `第 ${written} 条` });
      return written;
    })();
    const kept = join(aFolder(), 'monday');
    expect(await tool('make', '--data', stage.data, '--to', kept)).toMatchObject({ code: 0 });
    writing.abort();
    expect(await busy).toBeGreaterThan(3);
    expect(readdirSync(kept).sort()).toEqual(['aidline-back-up.json', 'audit.key', 'keys.sqlite', 'log.db', 'people.sqlite', 'spool.keys', 'tokens.key']);
    expect(readdirSync(kept).map((name) => statSync(join(kept, name)).mode & 0o77)).toEqual(Array.from({ length: 7 }, () => 0));
    expect(await tool('check', '--from', kept)).toMatchObject({ code: 0 });
    // The lost time: booked at the bank, and then the machine is gone.
    await agent.must('order execution', drafted.caseId, order);
    await agent.until(() => statusOf(agent, drafted) === 'done', 'the booking');
    const before = await booked(stage);
    for (const desktop of [stage.agent, stage.mentor]) desktop.close();
    await stage.running.stop();
    const [old, machine] = [stage.data, join(aFolder(), 'new-machine')];

    const began = performance.now();
    expect(await tool('restore', '--from', kept, '--data', machine)).toMatchObject({ code: 0 });
    // Kept apart: the ring key. Not ours: the bank.
    copyFileSync(join(old, 'ring.key'), join(machine, 'ring.key'));
    renameSync(join(old, 'bank'), join(machine, 'bank'));
    stage.running = (await startDemoCentre(machine)).running;
    stage.data = machine;
    await expect.poll(() => stage.running.centre.recovering?.(), { timeout: 40_000 }).toBe(false);
    expect((performance.now() - began) / 60_000).toBeLessThan(5);
    rmSync(old, { recursive: true, force: true });

    expect((await stage.running.centre.log.head()).epoch).not.toBe(epoch);
    stage.agent = await comeBack(stage, agent, 'agent');
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'the outcome, asked of the bank');
    expect(await booked(stage)).toEqual(before);
    expect(verifyChain(join(machine, 'log.db'))).toMatchObject({ ok: true });
  }, 120_000);
});

describe('[OP1] [RB2] a back-up that is none', () => {
  let stage: Stage;
  let kept: string;
  beforeAll(async () => {
    stage = await setStage();
    kept = join(aFolder(), 'kept');
    expect(await tool('make', '--data', stage.data, '--to', kept)).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[RB2] is not restored: a byte changed, a file missing, or the list', async () => {
    const copy = (): string => {
      const folder = aFolder();
      cpSync(kept, folder, { recursive: true });
      return folder;
    };
    const [changed, missing, cutOff] = [copy(), copy(), copy()];
    const bytes = readFileSync(join(changed, 'keys.sqlite'));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(changed, 'keys.sqlite'), bytes);
    rmSync(join(missing, 'people.sqlite'));
    rmSync(join(cutOff, 'aidline-back-up.json'));
    for (const [folder, said] of [[changed, 'keys.sqlite'], [missing, 'people.sqlite'], [cutOff, 'not finished']] as const) {
      const target = join(aFolder(), 'target');
      const { code, out } = await tool('restore', '--from', folder, '--data', target);
      expect([code, out]).toEqual([2, expect.stringContaining(said)]);
      expect(existsSync(target)).toBe(false);
    }
  });

  it('[RB2] never writes over anything, and says what the command line lacks', async () => {
    expect(await tool('restore', '--from', kept, '--data', stage.data)).toMatchObject({ code: 2, out: expect.stringContaining('not empty') });
    expect(await tool('make', '--data', stage.data, '--to', kept)).toMatchObject({ code: 2, out: expect.stringContaining('not empty') });
    expect(await tool('make', '--data', aFolder(), '--to', join(aFolder(), 'x'))).toMatchObject({ code: 2, out: expect.stringContaining('no data here') });
    expect(await tool('make')).toMatchObject({ code: 2, out: expect.stringContaining('--to DIR') });
  });
});
