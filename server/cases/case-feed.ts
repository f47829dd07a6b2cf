import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import { mayReadBody, releasesTo, seesWhole } from '#shared/review/withholding.ts';
import type { FeedSource } from '../log/feed-source.ts';
import { createFeed, type CaseFeed } from '../log/feed.ts';
import type { OpenCases } from './open-cases.ts';

/** The feed of the log by the domain's rules; a desktop's start takes cases that are folded here already as they are (SY5). */
export function caseFeed(log: FeedSource, open: Pick<OpenCases, 'folded'>): CaseFeed {
  return createFeed<CaseState>(log, { evolve, mayReadBody, releasesTo: (_full, event) => releasesTo(event) }, {
    from: (stream, version) => {
      const state = open.folded(stream);
      return state === null || state.version < version ? null : { state, version: state.version };
    },
    seesWhole,
  });
}
