import { expect, it } from 'vitest';
import { LiveHub } from '../../../server/gateway/live-hub.ts';

it('[CT4] what is the same for everybody is sent to each where it changed, with a version that only grows, and is there for who connects', () => {
  const sent: { person: string; topic: string; version: number; value: unknown }[] = [];
  const hub = new LiveHub((person, message) => sent.push({ person, ...message }), 1_000);
  hub.set('ann', 'lights', { core: 'ok', phones: 'ok' });
  hub.set('ben', 'lights', { core: 'down', phones: 'ok' });
  hub.setForAll('lights', { core: 'down', phones: 'ok' });
  expect(sent.map(({ person, version }) => [person, version])).toEqual([['ann', 1_001], ['ben', 1_002], ['ann', 1_003]]);
  expect(sent.at(-1)?.value).toEqual({ core: 'down', phones: 'ok' });
  hub.setForAll('queue', { waiting: 2, lossReportsWaiting: 0, longestWaitMs: 10 });
  hub.setForAll('queue', { waiting: 2, lossReportsWaiting: 0, longestWaitMs: 10 });
  expect(sent).toHaveLength(5);
  expect(hub.all('ben').map(({ topic, version }) => [topic, version])).toEqual([['lights', 1_002], ['queue', 1_005]]);
  expect(() => hub.setForAll('queue', { waiting: -1, lossReportsWaiting: 0, longestWaitMs: 0 })).toThrow();
});
