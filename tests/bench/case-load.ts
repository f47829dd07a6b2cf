/**
 * A centre's data folder with many cases of one agent, written by the centre's own log: what a desktop that comes back from a
 * long absence, or a new one, has to take in.
 */
import { v7 as uuidv7 } from 'uuid';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { demoPeople } from '../../server/demo/demo-people.ts';
import { openSealedLog } from '../../server/log/sealing/open-sealed-log.ts';
import type { AppendItem } from '../../server/log/log.ts';

const AT_ONCE = 40;

/** @param data folder of a centre that was started once and is stopped */
export async function writeCaseLoad(data: string, cases: number, eventsEach: number): Promise<void> {
  const agent = demoPeople.find((person) => person.account === 'agent')!;
  const actor = { kind: 'person', person: agent.id, workstation: 'bench' } as const;
  const now = (): string => new Date().toISOString();
  const opened = await openSealedLog(data, { ring: null, ringSecret: '', now, newId: () => uuidv7() });
  if (!opened.ok) throw new Error(opened.error.code);
  const item = (): AppendItem => {
    const event = (kind: string, body: unknown): EventDraft => ({ id: uuidv7(), kind, body });
    const events = [
      event('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }),
      event('access granted', { person: agent.id, as: 'owner' }),
      ...Array.from({ length: eventsEach - 2 }, (_, n) => event('note written', { noteId: uuidv7(), text: `客户说想把三笔分期都还清，第 ${n} 次记` })),
    ];
    return { writes: [{ stream: uuidv7() as StreamId, expectedVersion: 0, events, actor, madeAt: now(), customer: null }], command: null, audit: [] };
  };
  for (let n = 0; n < cases; n += AT_ONCE) {
    const results = await opened.log.append(Array.from({ length: Math.min(AT_ONCE, cases - n) }, item));
    const failed = results.find((result) => result.status !== 'appended');
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
  }
  await opened.log.close();
}
