import { describe, expect, it } from 'vitest';
import { Bench, CAST } from '../../control/bench-centre.ts';
import { asAsked } from '../../control/bench-logs.ts';
import { playMove, type Play } from '../../control/moves.ts';
import { judge } from '../../control/judge/judge.ts';
import { claimedBody, type ClaimedBody, type Evidence, type LoggedEvent } from '../../control/judge/evidence.ts';

/** One matter taken all the way by honest steps, and the evidence it leaves. */
async function honest(): Promise<Evidence> {
  const bench = await Bench.open(undefined, asAsked);
  const play: Play = { bench, matters: [] };
  for (let step = 0; step < 40; step += 1) {
    bench.nowMs += 1_000;
    await playMove(play, { what: 0, who: 0, a: 0, b: 0 });
    if (bench.bank.ledger().length > 0) break;
  }
  const evidence = await bench.evidence();
  await bench.close();
  return evidence;
}

const evidence = await honest();
const change = (kind: string, edit: (body: ClaimedBody, event: LoggedEvent) => void): Evidence => {
  const copy = structuredClone(evidence);
  for (const event of copy.events) if (event.kind === kind) edit(claimedBody(event), event);
  return copy;
};
const without = (kind: string, which: (body: ClaimedBody) => boolean = () => true): Evidence => ({ ...evidence, events: structuredClone(evidence.events).filter((event) => event.kind !== kind || !which(claimedBody(event))) });
const blamed = (of: Evidence): string => judge(of).violations.join('\n');

describe('the judge', () => {
  it('finds nothing against a matter that went by the rules', () => {
    expect(judge(evidence)).toEqual({ executions: 1, inDoubt: 0, violations: [] });
  });

  it.each<[string, () => Evidence, RegExp]>([
    ['no approval', () => without('review approved'), /nobody approved it/],
    ['no blind entry', () => without('blind entry stored'), /without a matching blind entry/],
    ['a missing self-check', () => without('self-check ticked', (body) => body.item === 'count'), /self-check count is not ticked/],
    ['a missing word of the customer', () => without('item confirmed', (body) => body.item === 'total'), /did not confirm eye total/],
    ['no typed figures', () => without('proof typed'), /not typed/],
    ['another digest', () => change('execution started', (body) => { body.digest = 'a'.repeat(64); }), /digest is not that of the payload/],
    ['another sum in the payload', () => change('payload made', (body) => { body.payload.totalDueFen += 1; }), /digest is not that of the payload/],
    ['a forged order', () => change('execution started', (body) => { body.signed!.personSignature = `${'A'.repeat(86)}==`; }), /order signature of .* does not verify/],
    ['a forged approval', () => change('review approved', (body) => { body.signed!.workstationSignature = `${'A'.repeat(86)}==`; }), /approval signature of the workstation does not verify/],
    ['the maker as reviewer', () => change('review approved', (body, event) => { body.by = CAST[0]!.id; event.actor.person = CAST[0]!.id; }), /one human stands for two/],
    ['the maker under a second account', () => change('review approved', (body, event) => { body.by = CAST[6]!.id; event.actor.person = CAST[6]!.id; }), /one human stands for two/],
    ['a relative as reviewer', () => change('review approved', (body, event) => { body.by = CAST[8]!.id; event.actor.person = CAST[8]!.id; }), /approved by a relative/],
    ['a booking nobody started', () => ({ ...evidence, ledger: [...evidence.ledger, { key: 'x.y', state: 'done', kind: 'early-settlement', customer: 'c-1', subject: 'p', amountFen: 1 }] }), /which nobody started/],
    ['other figures at the bank', () => ({ ...evidence, ledger: evidence.ledger.map((row) => ({ ...row, amountFen: 1 })) }), /booked other figures/],
    ['a line said to be booked that the bank refused', () => ({ ...evidence, ledger: evidence.ledger.map((row) => ({ ...row, state: 'refused' as const })) }), /the bank's books say refused/],
    ['a line said to have never left that the bank booked', () => change('line booked', (body, event) => { event.kind = 'line refused'; body.code = 'not-sent'; }), /the bank's books say done/],
    ['an acknowledged command that is gone', () => ({ ...evidence, answers: new Map() }), /stored as nothing/],
    ['an expired payload', () => change('execution started', (_body, event) => { event.times.recorded = '2027-01-01T00:00:00.000Z'; }), /no longer valid/],
    ['a withdrawn operation', () => {
      const copy = structuredClone(evidence);
      const at = copy.events.findIndex((event) => event.kind === 'execution started');
      copy.events.splice(at, 0, { ...copy.events[at]!, kind: 'operation withdrawn', body: { operationId: claimedBody(copy.events[at]!).operationId, reason: '' } });
      return copy;
    }, /withdrawn/],
  ])('finds %s', (_what, made, words) => {
    expect(blamed(made())).toMatch(words);
  });
});
