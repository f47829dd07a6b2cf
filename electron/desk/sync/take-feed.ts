import { CaseId } from '#shared/protocol/ids.ts';
import type { Feed, FeedItem } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { ConfirmedCase } from '../store/confirmed-cases.ts';
import type { Store } from '../store/store.ts';

/** The feed left a version out, or what it carries is no case: the desktop starts from snapshots again (SY5). */
export class FeedBroken extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'FeedBroken';
  }
}

/**
 * Applies a stretch of the feed and moves the cursor in one transaction: a power cut leaves both or neither.
 * The caller has checked that `feed.from` is this desktop's cursor.
 * @param last the pull has reached the end
 * @returns the cases that changed or left
 * @throws FeedBroken and changes nothing
 */
export function takeFeed(store: Store, logic: Pick<CaseLogic, 'evolve' | 'parseSnapshot'>, feed: Feed, last: boolean, at: string): Set<string> {
  const touched = new Set<string>();
  store.transaction(() => {
    const sweep = store.meta.get('sweep') ?? 0;
    // A feed often carries many events of one case: it is read and written once.
    const held = new Map<string, ConfirmedCase | null>();
    const read = (id: string): ConfirmedCase | null => {
      const known = held.get(id);
      if (known !== undefined) return known;
      const row = store.cases.get(id);
      // What an earlier pull from the start left behind is replaced, not built upon (SY9).
      return row === null || row.sweep !== sweep ? null : row;
    };
    for (const item of feed.items) takeItem(store, logic, item, { read, held, touched, sweep, at });
    for (const [id, row] of held) {
      if (row === null) continue;
      store.cases.put(row);
      store.outbox.confirmUpTo(id, row.version);
    }
    store.meta.set('cursor', feed.to);
    if (last && store.meta.get('sweeping') === true) {
      for (const id of store.cases.notIn(sweep)) {
        forget(store, id);
        touched.add(id);
      }
      store.meta.set('sweeping', false);
    }
  });
  return touched;
}

type Work = {
  read(id: string): ConfirmedCase | null;
  held: Map<string, ConfirmedCase | null>;
  touched: Set<string>;
  sweep: number;
  at: string;
};

function takeItem(store: Store, logic: Pick<CaseLogic, 'evolve' | 'parseSnapshot'>, item: FeedItem, work: Work): void {
  if (item.type === 'revoked') {
    forget(store, item.case);
    work.held.set(item.case, null);
    work.touched.add(item.case);
    return;
  }
  if (item.type === 'snapshot') {
    store.left.remove(item.case);
    work.held.set(item.case, { id: item.case, version: item.version, state: snapshot(logic, item.state), heardAt: work.at, sweep: work.sweep });
    work.touched.add(item.case);
    return;
  }
  const { envelope, body } = item;
  if (envelope.command !== null) store.outbox.confirm(envelope.command, envelope.times.recorded);
  // Streams of persons and customers are the server's own business.
  if (!CaseId.safeParse(envelope.case).success) return;
  const row = work.read(envelope.case);
  // PR6: it left, and is active again. Its place in the feed moves on; the case itself is fetched.
  const left = row === null ? store.left.versionOf(envelope.case) : null;
  const version = row?.version ?? left ?? 0;
  if (envelope.version <= version) return;
  if (envelope.version > version + 1) throw new FeedBroken(`version ${envelope.version} after ${version}`);
  if (left !== null) {
    store.left.wake(envelope.case, envelope.version);
    work.touched.add(envelope.case);
    return;
  }
  const state = logic.evolve(row?.state ?? null, {
    id: envelope.id, case: envelope.case, version: envelope.version, kind: envelope.kind, schema: envelope.schema,
    actor: envelope.actor, times: envelope.times, body,
  });
  work.held.set(envelope.case, { id: envelope.case, version: envelope.version, state, heardAt: work.at, sweep: work.sweep });
  work.touched.add(envelope.case);
}

function snapshot(logic: Pick<CaseLogic, 'parseSnapshot'>, state: unknown): unknown {
  try {
    return logic.parseSnapshot(state);
  } catch (error) {
    throw new FeedBroken('snapshot', error);
  }
}

/** SY6: the case's rows leave. Unanswered commands of it stay until they are answered. */
function forget(store: Store, id: string): void {
  store.cases.remove(id);
  store.left.remove(id);
  store.drafts.removeCase(id);
  store.outbox.confirmStream(id);
}

/**
 * Starts over: the next pull is from the start, and cases that it does not name leave at its end.
 * What is held stays on screen meanwhile.
 */
export function startOver(store: Store): void {
  store.transaction(() => {
    store.meta.clear('cursor');
    store.meta.set('sweep', (store.meta.get('sweep') ?? 0) + 1);
    store.meta.set('sweeping', true);
    // All of them are named anew, whole.
    store.left.clear();
  });
}
