import type { Light } from '#shared/protocol/live.ts';
import type { Centre } from '../centre.ts';
import type { Standing } from './metrics.ts';

const HEIGHT: Record<Light, number> = { ok: 1, slow: 0.5, down: 0 };

/** How the centre stands, from what it holds in memory. */
export function standingOf(centre: Centre, counts: { desktops: () => number; callsWaiting: () => number; outboxes: () => Standing['outboxes']; node: () => Standing['node'] }): Standing {
  const now = Date.parse(centre.clock.now());
  const open = centre.open.all();
  const asked = open.flatMap(({ reviews }) => Object.values(reviews)).filter(({ status, validUntil }) => status === 'waiting' && Date.parse(validUntil) > now).map(({ requestedAt }) => Date.parse(requestedAt));
  return {
    desktops: counts.desktops(),
    reviewsWaiting: asked.length,
    oldestReview: asked.length === 0 ? 0 : Math.max(0, now - Math.min(...asked)) / 1_000,
    openCases: open.length,
    operationsInDoubt: open.flatMap(({ operations }) => Object.values(operations)).filter(({ status }) => status === 'in-doubt').length,
    callsWaiting: counts.callsWaiting(),
    outboxes: counts.outboxes(), node: counts.node(),
    light: { core: HEIGHT[centre.lights.core], phones: HEIGHT[centre.lights.phones] },
  };
}
