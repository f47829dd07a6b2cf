/**
 * The desk of `growth`: a person's own file, made by signing in once, filled with so many cases, and opened again without the
 * line. `growth-desk.ts ROOT SERVER CASES`; told `measure` once the line is cut.
 */
import { once } from 'node:events';
import { v7 as uuidv7 } from 'uuid';
import { emptyCase, type CaseState } from '#shared/case/state.ts';
import { domainLogic } from '../../electron/desk/domain-logic.ts';
import { profileFolder, readKeyFile } from '../../electron/desk/store/profile-folder.ts';
import { openStore } from '../../electron/desk/store/store.ts';
import { signInOverHttp } from '../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD, demoPeople } from '../../server/demo/demo-people.ts';
import { runDesk, untilView } from '../unit/desk/test-desk.ts';
import { median } from './result.ts';

const COMMANDS = 300;
const WARM_UP = 60;
const LOT = 1_000;
const [, , root = '', server = '', cases = '0'] = process.argv;
const agent = demoPeople.find((person) => person.account === 'agent')!;
const run = (): ReturnType<typeof runDesk> => runDesk({ root, connect: connectSocket, signInOverHttp, logic: domainLogic });

async function signIn(client: ReturnType<typeof run>['client']): Promise<void> {
  const signedIn = await client.calls.signIn({ account: 'agent', password: DEMO_PASSWORD, server });
  if (!signedIn.ok) throw new Error(signedIn.refusal.code);
  await untilView(client, 'rules', {}, (rules) => rules !== null, 30_000);
}

const first = run();
await signIn(first.client);
await untilView(first.client, 'sync', {}, (view) => view.connection === 'online' && !view.catchingUp, 30_000);
first.close();

const folder = profileFolder(root, server, 'agent');
const store = await openStore(folder, readKeyFile(folder)!, DEMO_PASSWORD, { nativeBinding: null });
if (store === null) throw new Error('the file does not open');
const at = new Date().toISOString();
const ids: string[] = [];
for (let n = 0; n < Number(cases); n += LOT) {
  store.transaction(() => {
    for (let k = n; k < Math.min(n + LOT, Number(cases)); k += 1) {
      const id = uuidv7();
      const state: CaseState = {
        ...emptyCase(id, at), version: 3, owner: agent.id, access: { [agent.id]: 'owner' },
        opened: { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null, at },
        notes: [{ noteId: uuidv7(), text: '客户说想把三笔分期都还清', at, by: agent.id }],
      };
      store.cases.put({ id, version: 3, state, heardAt: at, sweep: store.meta.get('sweep') ?? 0 });
      ids.push(id);
    }
  });
}
store.close();
process.send!({ did: 'filled' });
await once(process, 'message');

const { client } = run();
await signIn(client);
let shown: (id: string) => void = () => undefined;
await new Promise<void>((resolve) => {
  client.subscribe('cases', {}, ({ whole, changed }) => {
    if (whole) resolve();
    else for (const view of changed) shown(view.case);
  });
});
const [append, painted] = [[] as number[], [] as number[]];
for (let n = 0; n < WARM_UP + COMMANDS; n += 1) {
  const id = ids[(n * 7919) % ids.length]!;
  const seen = new Promise<void>((resolve) => {
    shown = (changed) => {
      if (changed === id) resolve();
    };
  });
  const began = performance.now();
  const answered = client.calls.command({ kind: 'write note', case: id, body: { noteId: uuidv7(), text: `第 ${n} 次记` } }).then((answer) => {
    if (!answer.ok) throw new Error(answer.refusal.code);
    return performance.now() - began;
  });
  const view = seen.then(() => performance.now() - began);
  const [a, s] = await Promise.all([answered, view]);
  if (n < WARM_UP) continue;
  append.push(a);
  painted.push(s);
}
process.send!({ did: 'grown', append: median(append), shown: median(painted) });
process.on('disconnect', () => process.exit(0));
