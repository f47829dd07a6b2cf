import { describe, expect, it } from 'vitest';
import { factsOf } from '#shared/case/facts-of.ts';
import { china } from '#shared/calendar/china-2026.ts';
import { openItems } from '#shared/case/open-items.ts';
import { resultsDue, standingOf, unverifiedStops, verifyStop, type CardReading } from '#shared/case/stop-verify.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import { CardStatus } from '#shared/protocol/bank.ts';
import { COLLEAGUE, CUSTOMER, id, MAKER, World } from './world.ts';

const STOP = id(701);
const report = (world: World, more: Partial<CommandBody<'report offline stop'>> = {}): CommandBody<'report offline stop'> => ({
  stopId: STOP, cardId: 'card-1', cardWords: '', stop: 'lock', channel: 'none', receipt: '', person: '', system: '', inForceAt: null, reportedAt: world.now,
  lostAt: '2026-11-22T18:00:00.000Z', toldNotInForce: true, callBack: 'any-hour', ...more,
});

function reported(more: Partial<CommandBody<'report offline stop'>> = {}, customer = true): World {
  const world = new World();
  world.must(MAKER, 'open case', { reason: 'by-hand', callId: null, fromCase: null, number: null });
  if (customer) world.happen({ kind: 'customer identified', body: { customerId: CUSTOMER, how: 'search' } });
  world.must(MAKER, 'report offline stop', report(world, more));
  return world;
}

const reading = (world: World, status: CardStatus = 'normal', effectiveAt: string | null = null): CardReading => {
  const facts = world.facts();
  return { facts: { ...facts, cards: facts.cards.map((card) => ({ ...card, status, effectiveAt })) }, cause: '' };
};
const silence: CardReading = { facts: null, cause: 'timeout' };

/** Takes what was found into the case, as the server's append does. */
function verify(world: World, read: CardReading, mayLock = true, stopId = STOP): string[] {
  const events = verifyStop(world.case, stopId, read, mayLock);
  for (const event of events) world.happen(event);
  return events.map((event) => event.kind);
}
function tell(world: World): string[] {
  const events = resultsDue(world.case, china, world.now);
  for (const event of events) world.happen(event);
  return events.map((event) => (event.kind === 'follow-up opened' ? event.body.what.zh : event.kind));
}

describe('a loss reported while the line is down', () => {
  it('[OF4] [FL6] is taken at once by whoever has the case, says that the customer was told, and gives a proof or says that nothing worked yet', () => {
    const world = reported();
    expect(world.case.stops[0]).toMatchObject({ id: STOP, status: 'manual', toldNotInForce: true });
    expect(world.case.stopReports[STOP]).toMatchObject({ lostAt: '2026-11-22T18:00:00.000Z', callBack: 'any-hour' });
    expect(world.do(MAKER, 'report offline stop', report(world))).toBe('tp4-key-used');
    expect(world.do(COLLEAGUE, 'report offline stop', report(world, { stopId: id(702) }))).toBe('not-your-case');
    expect(world.do(MAKER, 'report offline stop', report(world, { stopId: id(702), toldNotInForce: false }))).toBe('stop-not-told');
    expect(world.do(MAKER, 'report offline stop', report(world, { stopId: id(702), channel: 'duty-phone', receipt: ' ', person: '' }))).toBe('stop-no-proof');
    expect(world.do(MAKER, 'report offline stop', report(world, { stopId: id(702), channel: 'duty-phone', person: '值班员' }))).toBeNull();
  });

  it('[SY8] is in force by no channel\'s receipt, only by the bank\'s word', () => {
    const world = reported({ channel: 'self-service-voice', receipt: 'IVR-1', inForceAt: '2026-11-23T01:00:00.000Z' });
    expect(standingOf(world.case, world.case.stops[0]!)).toMatchObject({ inForce: false, inForceAt: null, found: 'not-yet' });
  });

  it('[OF1] [OF4] [SY8] is handed over as a card that is not stopped, until the bank has spoken and the result is there to be told', () => {
    const world = reported({ channel: 'self-service-voice', receipt: 'IVR-1' });
    expect(openItems(world.case)).toEqual([{ kind: 'stop', id: STOP, lastFour: '' }]);
    verify(world, silence);
    expect(openItems(world.case)).toMatchObject([{ kind: 'stop', id: STOP }]);
    verify(world, reading(world, 'locked', '2026-11-23T01:30:00.000Z'));
    tell(world);
    expect(openItems(world.case).map(({ kind }) => kind)).toEqual(['follow-up']);
  });

  it('[OF4] stopped already: recorded with the bank\'s time beside the reported one, and nothing is executed', () => {
    for (const status of CardStatus.options.filter((one) => one !== 'normal')) {
      const world = reported();
      expect(verify(world, reading(world, status, '2026-11-23T01:30:00.000Z'))).toEqual(['manual stop verified']);
      const [stop] = world.case.stops;
      expect(world.case.stops).toHaveLength(1);
      expect(standingOf(world.case, stop!)).toMatchObject({ inForce: true, inForceAt: '2026-11-23T01:30:00.000Z', found: 'stopped' });
      expect([stop!.reportedAt, world.case.stopReports[STOP]!.lostAt, world.case.verifiedStops[STOP]!.effectiveAt]).toEqual([world.now, '2026-11-22T18:00:00.000Z', '2026-11-23T01:30:00.000Z']);
      expect(verify(world, reading(world))).toEqual([]);
      expect(tell(world)).toEqual(['告知客户结果：尾号 0005 11-23 09:30 已停用（11-23 10:00 报失），没有重复办理。客户同意任何时间回电。']);
      expect(tell(world)).toEqual([]);
    }
  });

  it('[OF4] [TP4] open: ordered by the server itself in the same append, under a key that follows from the report, so that twice is once', () => {
    const world = reported();
    const twice = [verifyStop(world.case, STOP, reading(world), true), verifyStop(world.case, STOP, reading(world), true)];
    expect(twice[0]).toEqual(twice[1]);
    expect(verify(world, reading(world))).toEqual(['manual stop verified', 'stop ordered']);
    expect(verify(world, reading(world))).toEqual([]);
    const ordered = world.case.stops[1]!;
    expect(ordered).toMatchObject({ status: 'ordered', stop: 'lock', cardId: 'card-1', reportedAt: world.case.stops[0]!.reportedAt, lostAt: '2026-11-22T18:00:00.000Z' });
    expect(standingOf(world.case, world.case.stops[0]!)).toMatchObject({ inForce: false, found: 'ordered' });
    expect(tell(world)).toEqual([]);
    world.later(2);
    world.happen({ kind: 'card stopped', body: { stopId: ordered.id, receipt: 'R-1', effectiveAt: world.now, lapseAt: null, chargeFen: 0, newCardLastFour: null } });
    expect(standingOf(world.case, world.case.stops[0]!)).toMatchObject({ inForce: true, inForceAt: world.now });
    expect(tell(world)[0]).toContain('11-23 10:02 生效（11-23 10:00 报失');
    expect(world.case.followUps.map((one) => [one.status, one.dueOn])).toEqual([['open', '2026-11-23']]);
  });

  it('[SY8] a flow is told of each report once, and of "in force" by the bank\'s word only', () => {
    const told = (world: World) => factsOf(world.case, world.context(MAKER)).stops;
    const world = reported({ channel: 'mobile-bank', receipt: 'M-1', inForceAt: '2026-11-23T01:00:00.000Z' });
    expect(told(world)).toMatchObject([{ status: 'manual', effectiveAt: null }]);
    verify(world, reading(world));
    expect(told(world)).toMatchObject([{ status: 'ordered', lastFour: '0005', effectiveAt: null }]);
    world.happen({ kind: 'card stopped', body: { stopId: world.case.stops[1]!.id, receipt: 'R-1', effectiveAt: world.now, lapseAt: null, chargeFen: 0, newCardLastFour: null } });
    expect(told(world)).toMatchObject([{ status: 'in-force', lastFour: '0005', effectiveAt: world.now, receipt: 'R-1' }]);
    const before = reported();
    verify(before, reading(before, 'lost', '2026-11-23T01:30:00.000Z'));
    expect(told(before)).toMatchObject([{ status: 'in-force', lastFour: '0005', effectiveAt: '2026-11-23T01:30:00.000Z' }]);
  });

  it('[OF4] refused by the bank: never in force, and the agent is told that the card can still be used', () => {
    const world = reported();
    verify(world, reading(world));
    world.happen({ kind: 'stop refused', body: { stopId: world.case.stops[1]!.id, code: 'not-allowed', reason: { zh: '不能锁', en: 'cannot be locked' } } });
    expect(standingOf(world.case, world.case.stops[0]!)).toMatchObject({ inForce: false, found: 'refused' });
    expect(tell(world)[0]).toContain('卡还能用');
  });

  it('[OF4] the bank does not answer: recorded once, stays, and is asked again until it does; the case cannot be closed meanwhile', () => {
    const world = reported();
    expect(verify(world, silence)).toEqual(['manual stop verified']);
    expect(verify(world, silence)).toEqual([]);
    expect(unverifiedStops(world.case)).toHaveLength(1);
    expect(tell(world)).toEqual([]);
    expect(world.do(MAKER, 'close case', { outcome: 'stopped' })).toBe('stop-open');
    expect(verify(world, reading(world, 'lost', world.now))).toEqual(['manual stop verified']);
    expect(unverifiedStops(world.case)).toEqual([]);
  });

  it('[OF4] any card, or a customer nobody knew: a person has to say which, and is told so', () => {
    for (const world of [reported({ cardId: null, cardWords: '金卡，尾号可能 0005' }), reported({ cardId: null, cardWords: '金卡，尾号可能 0005' }, false), reported({ cardId: 'card-of-another' })]) {
      expect(verify(world, reading(world))).toEqual(['manual stop verified']);
      expect(standingOf(world.case, world.case.stops[0]!)).toMatchObject({ inForce: false, found: 'person' });
      expect(tell(world)[0]).toContain('要人来核实');
      expect(world.case.stops).toHaveLength(1);
    }
  });

  it('[OF4] [FL6] only a verified caller\'s loss report is executed as one; anybody else\'s card is locked, where policy lets it', () => {
    const unverified = reported({ stop: 'loss' });
    verify(unverified, reading(unverified));
    expect(unverified.case.stops[1]!.stop).toBe('lock');
    const forbidden = reported({ stop: 'loss' });
    expect(verify(forbidden, reading(forbidden), false)).toEqual(['manual stop verified']);
    expect(forbidden.case.verifiedStops[STOP]).toMatchObject({ found: 'person', cause: 'stop-not-verified' });
    const verified = reported({ stop: 'loss' });
    verified.happen({ kind: 'verification checked', body: { callId: null, factor: 'idLast4', ok: true, level: 1, failuresToday: 0 } });
    verify(verified, reading(verified), false);
    expect(verified.case.stops[1]!.stop).toBe('loss');
  });

  it('[OF4] several cards, and one card twice: each is verified for itself, and the card is ordered once', () => {
    const world = reported();
    world.must(MAKER, 'report offline stop', report(world, { stopId: id(702) }));
    world.must(MAKER, 'report offline stop', report(world, { stopId: id(703), cardId: null }));
    expect(verify(world, reading(world))).toEqual(['manual stop verified', 'stop ordered']);
    expect(verify(world, reading(world), true, id(702))).toEqual([]);
    expect(verify(world, reading(world), true, id(703))).toEqual(['manual stop verified']);
    world.happen({ kind: 'card stopped', body: { stopId: world.case.stops.at(-1)!.id, receipt: 'R-1', effectiveAt: world.now, lapseAt: null, chargeFen: 0, newCardLastFour: null } });
    expect(verify(world, reading(world, 'locked', world.now), true, id(702))).toEqual(['manual stop verified']);
    expect(world.case.stops.filter((stop) => stop.status !== 'manual')).toHaveLength(1);
    expect(tell(world)).toHaveLength(3);
  });
});
