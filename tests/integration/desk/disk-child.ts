/**
 * A desk on a small disk of its own (tmpfs, in a mount namespace that only this process has): full, then read-only, then
 * with room again. Says what the person would be told at each point.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { runDesk, untilView } from '../../unit/desk/test-desk.ts';

const [, , root = '', server = ''] = process.argv;
const say = (what: string, value: unknown): void => void process.stdout.write(`${JSON.stringify([what, value])}\n`);
const mount = (...options: string[]): void => {
  const done = spawnSync('mount', options, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`mount ${options.join(' ')}: ${done.stderr}`);
};
const again = (options: string): void => mount('-o', `remount,${options}`, root);

mount('-t', 'tmpfs', '-o', 'size=1m,mode=700', 'none', root);
const { client } = runDesk({ root, connect: connectSocket, signInOverHttp });
const credentials = { account: 'lin', password: 'correct horse', server };
const signIn = async (): Promise<string> => {
  const answer = await client.calls.signIn(credentials);
  return answer.ok ? 'ok' : answer.refusal.code;
};
const inStep = () => untilView(client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp, 20_000);
const note = async (caseId: string, text: string): Promise<string> => {
  const answer = await client.calls.command({ kind: 'write note', case: caseId, body: { text } });
  return answer.ok ? 'ok' : answer.refusal.code;
};

// Full before anybody is there.
writeFileSync(join(root, 'filler'), Buffer.alloc(1_020_000));
say('first sign-in on a full disk', await signIn());
rmSync(join(root, 'filler'));
say('with room', await signIn());

// Full in the middle of work.
const caseId = v7();
await client.calls.command({ kind: 'open case', case: caseId, body: {} });
const big = 'x'.repeat(20_000);
let saved = 0;
let code = 'ok';
while (code === 'ok' && saved < 200) {
  code = await note(caseId, `${saved} ${big}`);
  if (code === 'ok') saved += 1;
}
say('while working', code);
say('saved', saved);
again('size=16m');
say('with room again', await note(caseId, 'after'));
await inStep();

// Read-only at the next sign-in.
await client.calls.signOut({ evenUnsent: true });
again('ro');
say('read-only', await signIn());
again('rw');
say('writable again', await signIn());
await inStep();
say('case', caseId);
process.exit(0);
