import { describe, expect, it } from 'vitest';
import { Bench, CAST } from '../../control/bench-centre.ts';
import { asAsked } from '../../control/bench-logs.ts';
import { playMove, type Play } from '../../control/moves.ts';
import { judge } from '../../control/judge/judge.ts';
import { claimedBody, type ClaimedBody, type Evidence, type LoggedEvent } from '../../control/judge/evidence.ts';

/** One matter that two people order offline, executed on return; with the bank silent at first where `who` says so. */
async function ordered(who: number): Promise<Evidence> {
  const bench = await Bench.open(undefined, asAsked);
  const play: Play = { bench, matters: [] };
  for (let step = 0; step < 60; step += 1) {
    bench.nowMs += 1_000;
    await playMove(play, { what: 0, who, a: 4, b: 0 });
    if (bench.bank.ledger().length > 0) break;
  }
  const evidence = await bench.evidence();
  await bench.close();
  return evidence;
}

const evidence = await ordered(0);
type Offline = ClaimedBody & { entry: { lines: number; principals: Record<string, number> }; approval: NonNullable<ClaimedBody['signed']>; reviewer: string; keys: { key: string }[] };
const change = (kind: string, edit: (body: Offline, event: LoggedEvent) => void): Evidence => {
  const copy = structuredClone(evidence);
  for (const event of copy.events) if (event.kind === kind) edit(claimedBody(event) as Offline, event);
  return copy;
};
const without = (kind: string): Evidence => ({ ...evidence, events: structuredClone(evidence.events).filter((event) => event.kind !== kind) });
const blamed = (of: Evidence): string => judge(of).violations.join('\n');

describe('[OF2] the judge of what was ordered offline', () => {
  it('finds nothing against an order that went by the rules, also where it waited for the bank', async () => {
    expect(judge(evidence)).toEqual({ executions: 1, inDoubt: 0, violations: [] });
    const waited = await ordered(3);
    expect(waited.events.find((event) => event.kind === 'execution started')!.actor).toEqual({ kind: 'server', person: null, workstation: null });
    expect(judge(waited)).toEqual({ executions: 1, inDoubt: 0, violations: [] });
  });

  it.each<[string, () => Evidence, RegExp]>([
    ['no mark', () => without('offline order released'), /it is marked 0 times/],
    ['no order', () => without('execution ordered on return'), /without such an order/],
    ['no co-sign', () => without('co-signed here'), /nobody signed at the screen/],
    ['no blind entry', () => without('blind entry here'), /without a blind entry before it/],
    ['another entry than was typed', () => change('blind entry here', (body) => { body.entry.lines += 1; }), /other figures than were typed/],
    ['typed figures that are not booked', () => {
      const copy = change('blind entry here', (body) => { body.entry.totalDueFen += 1; });
      for (const event of copy.events) if (event.kind === 'execution ordered on return') (claimedBody(event) as Offline).entry.totalDueFen += 1;
      return copy;
    }, /what was typed is not what is booked/],
    ['a forged co-sign', () => change('execution ordered on return', (body) => { body.approval.personSignature = `${'A'.repeat(86)}==`; }), /approval signature of .* does not verify/],
    ['the maker as second person', () => change('execution ordered on return', (body) => { body.reviewer = CAST[0]!.id; }), /one human stands for two/],
    ['the maker under a second account', () => change('execution ordered on return', (body) => { body.reviewer = CAST[6]!.id; }), /one human stands for two/],
    ['a relative', () => change('execution ordered on return', (body) => { body.reviewer = CAST[8]!.id; }), /co-signed by a relative/],
    ['somebody not entitled to so much', () => change('execution ordered on return', (body) => { body.reviewer = CAST[3]!.id; }), /not entitled to so much/],
    ['other keys', () => change('execution ordered on return', (body) => { body.keys[0]!.key = CAST[0]!.id; }), /other keys than were ordered/],
    ['T passed', () => change('execution started', (_body, event) => { event.times.recorded = '2027-01-01T00:00:00.000Z'; }), /no longer valid/],
    ['words of the customer from before the signature', () => change('item confirmed', (_body, event) => { event.times.recorded = '2026-11-23T00:00:00.000Z'; }), /older than the approval/],
    ['a cap that is lower', () => change('centre founded', (body) => { (body as unknown as { policy: { offline: { capFen: number } } }).policy.offline.capFen = 1; }), /over the cap/],
    ['more hours than policy gives', () => change('centre founded', (body) => { (body as unknown as { policy: { offline: { hours: number } } }).policy.offline.hours = 1; }), /longer than policy gives/],
  ])('finds %s', (_what, made, words) => {
    expect(blamed(made())).toMatch(words);
  });
});
