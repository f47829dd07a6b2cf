import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { STRACE, judgeTrace } from '../../proof/syscalls.ts';
import { judgeKills } from '../../proof/judge-kills.ts';
import { cleanUp, end, folder, root, serve } from '../server/child-server.ts';
import { RawDesktop } from '../server/raw-desktop.ts';

const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await cleanUp();
});
const isStore = (path: string): boolean => /\/(desk\.db|log\.db)-wal$/.test(path);
const COMMANDS = 60;

/** Starts a program under strace; answers its output by line. */
function traced(to: string, more: readonly string[], args: readonly string[]) {
  const child = spawn('strace', [...STRACE, ...more, '-o', to, process.execPath, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface(child.stdout) };
}

describe('what is acknowledged is on the disk, not only handed to the system', () => {
  it('[SY1] the desk says saved, and the server accepted, only after a sync of the same file', { timeout: 120_000 }, async () => {
    const data = folder();
    const server = traced(join(data, 'server.trace'), [], ['server/main.ts', '--demo', '--data', join(data, 'centre'), '--port', '0', '--calls', 'off', '--crowd', '0', '--log-level', 'error']);
    const url = await new Promise<string>((resolve) => server.lines.on('line', (line) => {
      const found = /listening (https?:\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    }));
    const desk = traced(join(data, 'desk.trace'), [], [fileURLToPath(new URL('../../proof/night-desk.ts', import.meta.url)), join(data, 'desk'), url, 'agent', '0']);
    let saved = 0;
    for await (const line of desk.lines) if (line.startsWith('saved') && (saved += 1) === COMMANDS) break;
    desk.child.kill('SIGKILL');
    await once(desk.child, 'close');
    const ofDesk = await judgeTrace(join(data, 'desk.trace'), isStore, (_path, said) => said.includes('"saved '));
    expect(ofDesk.acknowledgements).toBeGreaterThanOrEqual(COMMANDS);
    expect(ofDesk.syncs).toBeGreaterThanOrEqual(COMMANDS);
    expect(ofDesk.unsynced).toBe(0);

    // The server: an answer on the socket after a sync of the log.
    const other = await RawDesktop.signIn(url, 'mentor');
    const caseId = uuidv7();
    await other.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    for (let n = 0; n < COMMANDS; n += 1) await other.must('write note', caseId, { noteId: uuidv7(), text: `note ${n}` });
    other.close();
    server.child.kill('SIGTERM');
    await once(server.child, 'close');
    const ofServer = await judgeTrace(join(data, 'server.trace'), isStore, (path, said) => path.startsWith('socket:') || path.startsWith('TCP:') ? said.includes('accepted') : false);
    expect(ofServer.acknowledgements).toBeGreaterThanOrEqual(COMMANDS);
    expect(ofServer.syncs).toBeGreaterThanOrEqual(COMMANDS);
    expect(ofServer.unsynced).toBe(0);
  });

  it('[SY1] a program that does not sync is found out', { timeout: 60_000 }, async () => {
    const data = folder();
    const careless = `const Database = require('better-sqlite3'); const db = new Database(${JSON.stringify(join(data, 'desk.db'))});
      db.pragma('journal_mode = WAL'); db.pragma('synchronous = OFF'); db.exec('create table row (n integer)');
      for (let n = 0; n < 20; n += 1) { db.prepare('insert into row values (?)').run(n); require('fs').writeSync(1, 'saved ' + n + '\\n'); }`;
    const { child } = traced(join(data, 'trace'), [], ['-e', careless]);
    await once(child, 'close');
    expect(await judgeTrace(join(data, 'trace'), isStore, (_path, said) => said.includes('"saved '))).toMatchObject({ acknowledgements: 20, unsynced: 20 });
  });
});

/** From the so-manieth sync on, the disk says that it could not. */
const failingAfter = (syncs: number): readonly string[] => ['-e', `inject=fsync,fdatasync:error=EIO:when=${syncs}+`];

describe('a disk whose syncs fail', () => {
  it('[SY1] [RB2] neither side calls anything saved that is not, and all that was called so is there afterwards', { timeout: 180_000 }, async () => {
    const data = folder();
    const args = ['--demo', '--data', join(data, 'centre'), '--calls', 'off', '--crowd', '0', '--log-level', 'silent'];
    const first = traced(join(data, 'server.trace'), failingAfter(150), ['server/main.ts', '--port', '0', ...args]);
    const url = await new Promise<string>((resolve, reject) => {
      first.child.once('close', () => reject(new Error('the server ended before it listened')));
      first.lines.on('line', (line) => {
        const found = /listening (https?:\S+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const mentor = await RawDesktop.signIn(url, 'mentor');
    const caseId = uuidv7();
    await mentor.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    const gone = new Promise<null>((resolve) => mentor.socket.once('disconnect', () => resolve(null)));
    const accepted: string[] = [];
    for (;;) {
      const command = mentor.make('write note', caseId, { noteId: uuidv7(), text: `note ${accepted.length}` });
      // A disk that fails ends the conversation: silence, or a refusal, and never an acceptance.
      const answer = await Promise.race([mentor.send(command).catch(() => null), gone]);
      if (answer === null || answer.status !== 'accepted') break;
      accepted.push(command.id);
    }
    expect(accepted.length).toBeGreaterThan(5);
    mentor.close();
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    const again = await serve(args);
    mentor.url = again.url;
    await mentor.connect();
    expect(mentor.state(caseId).notes.slice(0, accepted.length).map(({ text }) => text)).toEqual(accepted.map((_, n) => `note ${n}`));

    // The desk: the same person's file, with and without the failing disk.
    const script = fileURLToPath(new URL('../../proof/night-desk.ts', import.meta.url));
    const desk = traced(join(data, 'desk.trace'), failingAfter(60), [script, join(data, 'desk'), again.url, 'agent', '0']);
    const saved: string[] = [];
    for await (const line of desk.lines) if (line.startsWith('saved')) saved.push(line);
    expect(saved.length).toBeGreaterThan(5);
    // A row is in the spool before its commit: what is asked for is a sync after that, though a later commit's own may have failed by then.
    const rowOf = (path: string, said: string): string | null => (path.endsWith('.spool') ? (/\{\\?"row\\?":\{\\?"id\\?":\\?"([0-9a-f-]{36})/.exec(said)?.[1] ?? null) : null);
    expect(await judgeTrace(join(data, 'desk.trace'), isStore, (_path, said) => said.includes('"saved '), rowOf)).toMatchObject({ unsynced: 0 });
    const drained = await run(['drain'], again.url);
    expect(drained).toMatch(/^drained 0$/m);
    await end(again.child);
    expect(judgeKills(join(data, 'centre', 'log.db'), saved.map((line) => ({ id: line.split(' ')[1]!, caseId: line.split(' ')[2]! })))).toEqual({ lost: 0, doubled: 0, disordered: 0 });

    async function run(what: readonly string[], server: string): Promise<string> {
      const child = spawn(process.execPath, [script, join(data, 'desk'), server, 'agent', ...what], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
      await once(child, 'close');
      return said;
    }
  });
});
