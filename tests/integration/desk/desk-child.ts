/** A desk in a process of its own, to be killed: writes notes without end and says which are saved. */
import { v7 } from 'uuid';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { runDesk } from '../../unit/desk/test-desk.ts';

const [, , root = '', server = ''] = process.argv;
const { client } = runDesk({ root, connect: connectSocket, signInOverHttp });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const signedIn = await client.calls.signIn({ account: 'lin', password: 'correct horse', server });
if (!signedIn.ok) throw new Error(signedIn.refusal.code);
const caseId = v7();
await client.calls.command({ kind: 'open case', case: caseId, body: {} });
await client.calls.saveDraft({ case: caseId, field: 'note', text: '她说明天再打来。', kind: 'text', ended: true });
say(`case ${caseId}`);
for (let n = 0; ; n += 1) {
  const answer = await client.calls.command({ kind: 'write note', case: caseId, body: { text: `note-${n}` } });
  if (answer.ok) say(`saved note-${n}`);
}
