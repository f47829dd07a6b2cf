import type { CommandResult, OuterCommand } from '#shared/protocol/command.ts';
import { CaseId } from '#shared/protocol/ids.ts';
import type { Store } from '../store/store.ts';

export type Taken = {
  /** Streams whose commands changed. */
  touched: Set<string>;
  /** Something is settled or numbered anew; without it, sending the same again at once would run in circles. */
  progressed: boolean;
  /** Numbers start anew: the server must be greeted anew. */
  forked: boolean;
  /** Of some stream the unsent ones have other numbers than they were sent under. */
  renumbered: boolean;
};

/**
 * Stores the server's answers to one batch in one transaction. Every answer ends in a state that shows: waiting for
 * its events, confirmed, refused with its reason, or numbered anew (SY2, SY3).
 */
export function takeResults(store: Store, sent: readonly OuterCommand[], results: readonly CommandResult[], at: string): Taken {
  const taken: Taken = { touched: new Set(), progressed: false, forked: false, renumbered: false };
  const accepted = new Set<string>();
  const bySentId = new Map(sent.map((outer) => [outer.id, outer]));
  store.transaction(() => {
    for (const result of results) {
      const outer = bySentId.get(result.id);
      if (outer === undefined) continue;
      taken.touched.add(outer.case);
      switch (result.status) {
        case 'accepted':
          // Its event may have come in the feed before this answer: then it is settled already, and that is progress too.
          taken.progressed = store.outbox.accept(outer.id, result.version, result.recordedAt) || store.outbox.statusOf(outer.id) !== 'unsent' || taken.progressed;
          accepted.add(outer.case);
          break;
        case 'refused':
          taken.progressed = store.outbox.refuse(outer.id, result.refusal, result.recordedAt) || store.outbox.statusOf(outer.id) !== 'unsent' || taken.progressed;
          break;
        case 'forked':
          taken.forked = true;
          break;
        case 'gap':
          taken.renumbered = closeGap(store, outer.case, result.expected, at) || taken.renumbered;
          taken.progressed ||= taken.renumbered;
          break;
      }
    }
    for (const stream of accepted) settleAccepted(store, stream);
    if (taken.forked) {
      startNewIncarnation(store, at);
      taken.progressed = true;
    }
  });
  return taken;
}

/** Accepted commands wait for their events, where those come here; where they do not, acceptance is the end. */
export function settleAccepted(store: Store, stream: string): void {
  // Other streams have no feed.
  if (!CaseId.safeParse(stream).success) return void store.outbox.confirmStream(stream);
  const held = store.cases.versionOf(stream);
  // A case that is not here yet still comes by its grant.
  if (held !== null) store.outbox.confirmUpTo(stream, held);
}

/**
 * The server expects a lower number than any that is unsent: an answer it gave again took no number. The unsent ones
 * are numbered from there; what was answered is not touched.
 */
function closeGap(store: Store, stream: string, expected: number, at: string): boolean {
  const lowest = store.outbox.lowestUnsent(stream);
  if (lowest === null || lowest <= expected) return false;
  store.outbox.renumberStream(stream, expected);
  store.meta.set('renumberedAt', at);
  return true;
}

/** A copy of this file has spoken before: the unsent commands are numbered from 1 in a new incarnation, and it shows. */
export function startNewIncarnation(store: Store, at: string): void {
  store.meta.set('incarnation', (store.meta.get('incarnation') ?? 1) + 1);
  store.outbox.renumberAll();
  store.meta.set('renumberedAt', at);
}
