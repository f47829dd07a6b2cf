import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { evolve, foldCase } from '#shared/case/evolve.ts';
import { CaseState } from '#shared/case/state.ts';
import { mayReadBody, releasesTo } from '#shared/review/withholding.ts';
import { caseFeed } from '../../../server/cases/case-feed.ts';
import { createFeed } from '../../../server/log/feed.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { ANN, appended, BEN, CASE_A, clock, draft, nextId, temporaryFolder, write } from './log-fixture.ts';

let log: EventLog;
let dispose: () => Promise<void>;
beforeEach(async () => {
  const temporary = await temporaryFolder();
  dispose = temporary.dispose;
  const opened = await openSqliteLog(temporary.folder, { now: clock });
  if (!opened.ok) throw new Error(opened.error.cause);
  log = opened.log;
});
afterEach(async () => {
  await log.close();
  await dispose();
});

it('[TP6] [SY5] with the domain\'s own rules: the owner reads the note, a reviewer gets its place, and the snapshot parses', async () => {
  const feed = createFeed(log, { evolve, mayReadBody, releasesTo: (_full, event) => releasesTo(event) });
  await appended(log, write(CASE_A, 0, [
    draft('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }),
    draft('access granted', { person: ANN, as: 'owner' }),
    draft('note written', { noteId: nextId(), text: 'the figures are 4 711' }),
    draft('access granted', { person: BEN, as: 'reviewer' }),
  ]));
  const snapshotOf = async (person: string) => {
    const answer = await feed.pull(person, null, 50);
    if ('refusal' in answer || answer.status !== 'ok') throw new Error('no page');
    const [item] = answer.feed.items;
    if (item?.type !== 'snapshot') throw new Error('no snapshot');
    return CaseState.parse(item.state);
  };
  const [owners, reviewers] = [await snapshotOf(ANN), await snapshotOf(BEN)];
  expect([owners.version, reviewers.version]).toEqual([4, 4]);
  expect(JSON.stringify(owners)).toContain('4 711');
  expect(JSON.stringify(reviewers)).not.toContain('4 711');
  expect(reviewers.withheld).toEqual([{ version: 3, kind: 'note written' }]);
  expect(owners.withheld).toEqual([]);
});

it('[SY5] [TP6] a case that is folded goes as it is to who sees all of it; to anybody else, or where the log has gone on, it is read', async () => {
  await appended(log, write(CASE_A, 0, [
    draft('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }),
    draft('access granted', { person: ANN, as: 'owner' }),
    draft('note written', { noteId: nextId(), text: 'the figures are 4 711' }),
    draft('access granted', { person: BEN, as: 'reviewer' }),
  ]));
  const folded = foldCase(await log.readCase(CASE_A));
  const feed = caseFeed(log, { folded: () => folded });
  const reading = vi.spyOn(log, 'startStretch');
  const start = async (person: string) => {
    const answer = await feed.pull(person, null, 50);
    if ('refusal' in answer || answer.status !== 'ok') throw new Error('no page');
    const read = await reading.mock.results.at(-1)?.value as Awaited<ReturnType<EventLog['startStretch']>>;
    return { items: answer.feed.items, read: read.cases.size };
  };
  const owner = await start(ANN);
  expect(owner).toEqual({ items: [{ type: 'snapshot', case: CASE_A, version: 4, state: folded }], read: 0 });
  const reviewer = await start(BEN);
  expect(reviewer.read).toBe(1);
  expect(JSON.stringify(reviewer.items)).not.toContain('4 711');
  await appended(log, write(CASE_A, 4, [draft('note written', { noteId: nextId(), text: 'later' })]));
  const later = await start(ANN);
  expect(later.read).toBe(1);
  expect(later.items).toMatchObject([{ type: 'snapshot', version: 5 }]);
  expect(JSON.stringify(later.items)).toContain('later');
});
