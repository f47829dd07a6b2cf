import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCondition, nodeLimit, type Condition } from '#shared/flow/condition.ts';
import { declaredFacts, listLimit, type FactShape, type FactType } from '#shared/flow/facts.ts';
import { policyShape } from '#shared/flow/policy.ts';

const scope: FactShape = {
  ...declaredFacts, policy: { object: policyShape() }, kind: 'string', fundsReady: 'string', intent: 'string', typedFen: 'int',
  cards: declaredFacts.holder.object.cards, ticks: { object: { overdueWarned: 'bool' } },
};

function compiled(source: string): Condition {
  const result = compileCondition(source, scope);
  if (!result.ok) throw new Error(`${source}: ${result.problems.map((problem) => problem.message).join('; ')}`);
  return result.condition;
}

const judge = (source: string, facts: unknown) => compiled(source).evaluate(facts);
const codes = (source: string) => {
  const result = compileCondition(source, scope);
  return result.ok ? [] : result.problems.map((problem) => problem.code);
};

describe('what may be published', () => {
  it.each([
    ['an undeclared fact', 'customer.shoeSize == 3', 'CEL_UNKNOWN_FACT'],
    ['an undeclared field of a list item', 'plans.all(p, p.shoeSize == 3)', 'CEL_UNKNOWN_FACT'],
    ['a regular expression', 'card.lastFour.matches("(a+)+$")', 'CEL_FUNCTION'],
    ['a comprehension two deep', 'plans.all(p, selected.exists(s, s.id == p.id))', 'CEL_TOO_DEEP'],
    ['a list searched for every item', 'plans.all(p, p.id in agent.skills)', 'CEL_TOO_DEEP'],
    ['building lists', 'size(plans.map(p, p.id)) > 0', 'CEL_FUNCTION'],
    ['has(), which takes unknown for missing', 'has(card.status)', 'CEL_HAS'],
    ['text against number', 'card.status == 1', 'CEL_TYPE'],
    ['whole lists compared', 'plans == selected', 'CEL_TYPE'],
    ['text joined', '"a" + "b" == card.status', 'CEL_TYPE'],
    ['floating numbers', 'account.pastDueDays == 0.5', 'CEL_CONSTANT'],
    ['another time zone', 'now.getHours("America/New_York") > 8', 'CEL_TYPE'],
    ['words that are only spoken', 'customer.surname == "Wang"', 'CEL_TYPE'],
    ['a value that is no condition', 'account.pastDueDays', 'CEL_NOT_A_CONDITION'],
    ['broken syntax', 'card.status ==', 'CEL_SYNTAX'],
    ['a variable that hides a fact', 'plans.all(card, card.status == "x")', 'CEL_SHADOW'],
  ])('[FL3] refuses %s', (_what, source, code) => {
    expect(codes(source)).toContain(code);
  });

  it('[FL3] allows 100 nodes and refuses 101', () => {
    // A term is 4 nodes and each && one more: 20 terms are 99 nodes.
    const terms = Array.from({ length: 20 }, () => 'account.pastDueDays == 0');
    expect(compiled(terms.join(' && ')).nodes).toBe(99);
    expect(compiled(`!(${terms.join(' && ')})`).nodes).toBe(nodeLimit);
    expect(codes(`!(${['!(account.pastDueDays == 0)', ...terms.slice(1)].join(' && ')})`)).toEqual(['CEL_TOO_LARGE']);
  });

  it('[FL3] takes a list of more than 200 items as unknown rather than looking at part of it', () => {
    const plans = (count: number) => Array.from({ length: count }, () => ({ status: 'active' }));
    const source = 'plans.all(p, p.status == "active")';
    expect(judge(source, { plans: plans(listLimit) })).toEqual({ verdict: 'pass' });
    expect(judge(source, { plans: plans(listLimit + 1) })).toEqual({ verdict: 'unknown', unknown: ['plans'] });
  });
});

describe('what is not known', () => {
  it('[FL5] is unknown, not false, and is named', () => {
    expect(judge('account.pastDueDays == 0', {})).toEqual({ verdict: 'unknown', unknown: ['account.pastDueDays'] });
    expect(judge('!account.hardshipAgreement', { account: { hardshipAgreement: null } })).toEqual({ verdict: 'unknown', unknown: ['account.hardshipAgreement'] });
    expect(judge('account.hold != "none"', { account: {} })).toMatchObject({ verdict: 'unknown' });
  });

  it('[FL5] does not matter where the rest decides', () => {
    expect(judge('account.pastDueDays == 0 && card.status == "normal"', { card: { status: 'lost' } })).toEqual({ verdict: 'fail' });
    expect(judge('channel.core == "down" || stops.exists(s, s.status == "manual")', { channel: { core: 'down' } })).toEqual({ verdict: 'pass' });
    expect(judge('plans.all(p, p.status == "active")', { plans: [{}, { status: 'settled' }] })).toEqual({ verdict: 'fail' });
    expect(judge('plans.exists(p, p.status == "active")', { plans: [{}, { status: 'active' }] })).toEqual({ verdict: 'pass' });
    expect(judge('plans.exists_one(p, p.status == "active")', { plans: [{}, { status: 'active' }] })).toEqual({ verdict: 'unknown', unknown: ['plans[].status'] });
  });

  it('[FL5] a value of the wrong kind is unknown, never a pass', () => {
    expect(judge('account.pastDueDays == 0', { account: { pastDueDays: '0' } })).toMatchObject({ verdict: 'unknown' });
    expect(judge('now < account.cutoffAt', { now: 'soon', account: { cutoffAt: '2026-03-01T10:00:00.000Z' } })).toEqual({ verdict: 'unknown', unknown: ['now'] });
    expect(judge('operation.totalDueFen + 1 > 0', { operation: { totalDueFen: Number.MAX_SAFE_INTEGER } })).toMatchObject({ verdict: 'unknown' });
    expect(judge('card.status == "normal"', { card: Object.create({ status: 'normal' }) as object })).toMatchObject({ verdict: 'unknown' });
  });
});

describe('the conditions of the handbook', () => {
  const at = (time: string) => `2026-03-05T${time}:00.000Z`;
  const plan1 = { id: 'p1', status: 'active', periodsPosted: 5, periodsLeft: 7, openOperation: false, ruleConflict: false, remainingFen: 700_000 };
  const cases: [string, string, unknown, 'pass' | 'fail'][] = [
    ['ES-1', 'intent == "settle_plan"', { intent: 'settle_plan' }, 'pass'],
    ['ES-2', 'verify.level >= 3 && caller.isPrimaryHolder', { verify: { level: 3 }, caller: { isPrimaryHolder: true } }, 'pass'],
    ['ES-3', 'size(selected) >= 1 && selected.all(p, p.status == "active" && p.periodsLeft >= 1 && !p.openOperation)', { selected: [plan1] }, 'pass'],
    ['ES-3 open', 'size(selected) >= 1 && selected.all(p, p.status == "active" && p.periodsLeft >= 1 && !p.openOperation)', { selected: [plan1, { ...plan1, openOperation: true }] }, 'fail'],
    ['ES-4', 'retention.outcome in ["declined","skipped"] && retention.offers <= policy.retention.maxOffers', { retention: { outcome: 'declined', offers: 2 }, policy: { retention: { maxOffers: 1 } } }, 'fail'],
    ['ES-5', '(fundsReady != "no" || ticks.overdueWarned) && !risk.coached', { fundsReady: 'no', ticks: { overdueWarned: true }, risk: { coached: false } }, 'pass'],
    ['P3', 'selected.all(p, p.periodsPosted >= 1 && p.periodsLeft >= 1)', { selected: [{ ...plan1, periodsPosted: 0 }] }, 'fail'],
    ['P4', '!account.isStatementDay && now < account.cutoffAt', { account: { isStatementDay: false, cutoffAt: at('10:00') }, now: at('10:00') }, 'fail'],
    ['P5', 'account.pendingRefundFen == 0 && account.pendingReversals == 0', { account: { pendingRefundFen: 0, pendingReversals: 0 } }, 'pass'],
    ['ES-7', 'operation.totalDueFen >= policy.es.reviewFromFen || size(selected) >= policy.es.reviewPlans || !agent.skills.exists(s, s == "es")', { operation: { totalDueFen: 5_000_000 }, policy: { es: { reviewFromFen: 5_000_000 } } }, 'pass'],
    ['ES-8', 'promise.to <= account.cutoffAt && promise.to < quote.expiresAt && promise.from.getHours("Asia/Shanghai") >= 8 && promise.to.getHours("Asia/Shanghai") < 21 && promise.from >= now + policy.es.minPrep',
      { promise: { from: at('08:30'), to: at('09:00') }, account: { cutoffAt: at('12:00') }, quote: { expiresAt: at('15:00') }, now: at('08:00'), policy: { es: { minPrep: 1800 } } }, 'pass'],
    ['ES-8 late', 'promise.to.getHours("Asia/Shanghai") < 21', { promise: { to: at('13:00') } }, 'fail'],
    ['ES-12', 'approval.status == "valid" && approval.digest == operation.digest', { approval: { status: 'valid', digest: 'a' }, operation: { digest: 'b' } }, 'fail'],
    ['ES-15', 'typedFen == operation.totalDueFen', { typedFen: 1_500_000, operation: { totalDueFen: 1_500_000 } }, 'pass'],
    ['ES-18', 'lines.all(l, l.postedFen == l.dueFen && l.planStatus == "settled")', { lines: [{ postedFen: 1, dueFen: 1, planStatus: 'settled' }, { postedFen: 1, dueFen: 2, planStatus: 'settled' }] }, 'fail'],
    ['ES-19', 'selected.all(p, p.periodsLeft == 0) && unexpectedPostings == 0', { selected: [{ periodsLeft: 0 }], unexpectedPostings: 0 }, 'pass'],
    ['LR-2', 'verify.level >= 1 || (policy.protectiveLock && caller.numberMatchesReserved)', { verify: { level: 0 }, policy: { protectiveLock: true }, caller: { numberMatchesReserved: true } }, 'pass'],
    ['LR-3', 'cards.all(c, c.status in ["normal","locked"])', { cards: [{ status: 'lost' }] }, 'fail'],
    ['PW-2', '!risk.disclosedCode && !risk.third', { risk: { disclosedCode: false, third: true } }, 'fail'],
    ['PW rule', '"branch" in policy.reset[kind].channels', { kind: 'cardPin', policy: { reset: { cardPin: { channels: ['branch'] } } } }, 'pass'],
    ['PW-5', 'branch.doesReset && branch.validityChecked', { branch: { doesReset: true, validityChecked: false } }, 'fail'],
  ];
  it.each(cases)('[FL3] %s: %s', (_id, source, facts, verdict) => {
    expect(judge(source, facts)).toEqual({ verdict });
  });
});

describe('agreement with the CEL library', () => {
  // The library's evaluator is the second implementation; it sees the same facts, converted by their types.
  const toTimestamp = plan(celEnv(), parse('timestamp(x)'));
  const toDuration = plan(celEnv(), parse('duration(x)'));
  function convert(value: unknown, type: FactType): CelInput {
    if (type === 'int') return BigInt(value as number);
    if (type === 'timestamp') return toTimestamp({ x: value as string }) as CelInput;
    if (type === 'duration') return toDuration({ x: `${String(value)}s` }) as CelInput;
    if (typeof type === 'string') return value as string | boolean;
    if ('list' in type) return (value as unknown[]).map((item) => convert(item, type.list));
    const members: Readonly<Record<string, FactType>> = 'object' in type ? type.object : Object.fromEntries(Object.keys(value as object).map((key) => [key, type.map]));
    return Object.fromEntries(Object.entries(value as object).filter(([key]) => members[key] !== undefined).map(([key, item]) => [key, convert(item, members[key] ?? 'string')]));
  }

  const int = fc.integer({ min: -3, max: 3 });
  const time = fc.integer({ min: 0, max: 72 }).map((hour) => new Date(Date.UTC(2026, 2, 1, hour)).toISOString());
  const planFact = fc.record({ status: fc.constantFrom('active', 'settled'), periodsLeft: int, openOperation: fc.boolean() });
  const facts = fc.record({
    now: time,
    card: fc.record({ status: fc.constantFrom('normal', 'lost') }),
    account: fc.record({ pastDueDays: int, cutoffAt: time, hardshipAgreement: fc.boolean() }),
    plans: fc.array(planFact, { maxLength: 4 }),
  });
  const numbers = fc.oneof(int.map((n) => `${n}`), fc.constantFrom('account.pastDueDays', 'size(plans)', 'now.getHours("Asia/Shanghai")', 'now.getMinutes()'));
  const times = fc.constantFrom('now', 'account.cutoffAt', 'now + duration("2h")', 'account.cutoffAt - duration("90m")');
  const compare = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
  const ofItem = fc.oneof(
    fc.constantFrom('p.openOperation', 'p.status == "active"', 'p.status in ["settled", "other"]'),
    fc.tuple(compare, numbers).map(([op, n]) => `p.periodsLeft ${op} ${n}`),
  );
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('account.hardshipAgreement', 'card.status == "normal"', 'card.status in ["lost", "locked"]', 'true'),
      fc.tuple(numbers, compare, numbers).map((parts) => parts.join(' ')),
      fc.tuple(numbers, fc.constantFrom('+', '-', '*'), numbers, compare, numbers).map((parts) => parts.join(' ')),
      fc.tuple(times, compare, times).map((parts) => parts.join(' ')),
      fc.tuple(fc.constantFrom('all', 'exists', 'exists_one'), ofItem, ofItem).map(([macro, a, b]) => `plans.${macro}(p, ${a} && ${b})`),
      fc.tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('expression').map((inner) => `!(${inner})`),
      fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
  }));

  it('[FL3] judges known facts as the library does', () => {
    fc.assert(fc.property(expression, facts, (source, tree) => {
      const result = compileCondition(source, scope);
      if (!result.ok) return result.problems.every((problem) => problem.code === 'CEL_TOO_LARGE');
      const bindings = convert(tree, { object: scope }) as Record<string, CelInput>;
      const theirs = plan(celEnv(), parse(source))(bindings);
      expect(isCelError(theirs)).toBe(false);
      expect(result.condition.evaluate(tree)).toEqual({ verdict: theirs === true ? 'pass' : 'fail' });
      return true;
    }), { numRuns: 400, seed: 20_260_301 });
  });

  it('[FL5] never decides for an unknown fact what some value of it would decide otherwise', () => {
    const hidden = fc.constantFrom('account', 'card', 'plans', 'now');
    fc.assert(fc.property(expression, facts, facts, hidden, (source, tree, other, hide) => {
      const result = compileCondition(source, scope);
      if (!result.ok) return;
      const { [hide]: _gone, ...rest } = tree as Record<string, unknown>;
      const blind = result.condition.evaluate(rest);
      if (blind.verdict === 'unknown') expect(blind.unknown.every((fact) => fact.startsWith(hide))).toBe(true);
      else {
        expect(result.condition.evaluate(tree)).toEqual(blind);
        expect(result.condition.evaluate({ ...rest, [hide]: other[hide as keyof typeof other] })).toEqual(blind);
      }
    }), { numRuns: 400, seed: 7 });
  });
});

describe('cost', () => {
  it('[FL3] the worst admissible expression is quick', () => {
    // All nodes inside one comprehension over the longest list, each the dearest there is, none decided early.
    const time = '2026-03-05T08:30:00.000Z';
    const transactions = Array.from({ length: listLimit }, () => ({ at: time, amountFen: 1, id: 'x' }));
    const body = Array.from({ length: 14 }, () => 't.at.getHours("Asia/Shanghai") >= 0').join(' && ');
    const condition = compiled(`transactions.all(t, ${body})`);
    expect(condition.nodes).toBeGreaterThan(nodeLimit - 4);
    const ways = [condition, compiled(`transactions.all(t, ${Array.from({ length: 16 }, () => 't.at <= now').join(' && ')})`)];
    for (const way of ways) {
      let best = Infinity;
      for (let round = 0; round < 20; round += 1) {
        const from = performance.now();
        expect(way.evaluate({ transactions, now: time })).toEqual({ verdict: 'pass' });
        best = Math.min(best, performance.now() - from);
      }
      // 5 ms is the rule; measured 1-2 ms. The best of twenty is taken, since other work shares the machine.
      expect(best).toBeLessThan(5);
    }
  });
});
