import type { ChildProcess } from 'node:child_process';
import { cleanUp, end, folder, serve } from '../integration/server/child-server.ts';
import { MORNING } from '../integration/server/story.ts';
import type { Ground } from './ground.ts';
import type { LedgerRow } from './judge/evidence.ts';
import { readDatabase } from './judge/read-database.ts';

const ARGS = ['--demo', '--crowd', '40', '--calls', 'off', '--now', MORNING];
type Entry = { key: string; state: LedgerRow['state']; kind: string | null; customerId: string | null; subject: string | null; amountFen: number | null };

/** The server as people start it, with SQLite, and the demo bank that it starts; both go when it is killed, and come back from their files. */
export async function oneServer(): Promise<Ground> {
  const data = folder();
  let url = '';
  let child: ChildProcess;
  let offsetMs = 0;
  const up = async (): Promise<void> => {
    ({ url, child } = await serve([...ARGS, '--data', data]));
    const { serverAt } = (await (await fetch(`${url}/health`)).json()) as { serverAt: string };
    offsetMs = Date.parse(serverAt) - Date.now();
  };
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  await up();
  return {
    get url() {
      return url;
    },
    now: () => new Date(Date.now() + offsetMs).toISOString(),
    ring: (customerId) => post('/demo/call', { intent: 'early-settlement', customerId, persona: 'holder' }),
    fault: (order) => post('/demo/fault', order),
    touch: (move) => post('/demo/bank', move),
    answers: async (_customerId, agent) => {
      await agent.until(() => agent.liveValue('voice') != null, 'the voice of the caller');
      return { answers: Object.fromEntries((agent.liveValue('voice')?.answers ?? []).map(({ factor, answer }) => [factor, [answer]])) };
    },
    kill: async () => {
      await end(child, 'SIGKILL');
      await up();
    },
    whole: async () => false,
    end: async () => {
      const { entries } = (await (await fetch(`${url}/demo/ledger`)).json()) as { entries: Entry[] };
      await end(child);
      return { ...readDatabase(data), ledger: entries.map(({ customerId, ...entry }): LedgerRow => ({ ...entry, customer: customerId })) };
    },
    dispose: cleanUp,
  };
}
