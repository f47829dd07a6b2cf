/**
 * A desk in a process of its own, as the desktop runs it, to be killed at any moment: signs in, with or without the server,
 * opens matters by hand and writes notes without end, and says each one only after the desk has said it is saved.
 *
 * `night-desk.ts ROOT SERVER ACCOUNT FIRST`: FIRST numbers the notes of this life; `drain` in its place sends what is left and ends.
 */
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 } from 'uuid';
import { domainLogic } from '../../electron/desk/domain-logic.ts';
import { signInOverHttp } from '../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD } from '../../server/demo/demo-people.ts';
import { runDesk, untilView } from '../unit/desk/test-desk.ts';

const [, , root = '', server = '', account = '', first = '0'] = process.argv;
/** Not through a stream, which a kill would empty. */
const say = (line: string): void => void writeSync(1, `${line}\n`);
const { client } = runDesk({ root, connect: connectSocket, signInOverHttp, logic: domainLogic });
const signedIn = await client.calls.signIn({ account, password: DEMO_PASSWORD, server });
function end(code: string): never {
  say(`refused ${code}`);
  process.exit(3);
}
if (!signedIn.ok) end(signedIn.refusal.code);
// What the desk decides by: told by the server once, and kept from then on.
await untilView(client, 'rules', {}, (rules) => rules !== null, 30_000);
say('in');
if (first === 'drain') {
  const inStep = await untilView(client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp, 90_000);
  say(`drained ${inStep.refused.length}`);
  process.exit(0);
}
let caseId = '';
for (let n = Number(first); ; n += 1) {
  if (n % 12 === 0 || caseId === '') {
    caseId = v7();
    const opened = await client.calls.command({ kind: 'open case', case: caseId, body: { reason: 'by-hand', callId: null, fromCase: null, number: null } });
    if (!opened.ok) end(opened.refusal.code);
    say(`saved ${opened.value.commandId} ${caseId} -`);
  }
  const id = v7();
  const answer = await client.calls.command({ id, kind: 'write note', case: caseId, body: { noteId: v7(), text: `note ${n}` } });
  if (!answer.ok) end(answer.refusal.code);
  say(`saved ${id} ${caseId} ${n}`);
  // Bursts with rests: a kill meets a commit often enough, and hundreds of kills do not make a million notes.
  if (n % 8 === 7) await wait(30);
}
