import { describe, expect, it } from 'vitest';
import { compileCondition } from '#shared/flow/condition.ts';
import { declaredFacts } from '#shared/flow/facts.ts';
import { flowPolicy, policyFacts, policyParameters, policyShape } from '#shared/flow/policy.ts';
import { published } from './run-bench.ts';

const entry = (id: string, value: unknown, effectiveFrom: string) => ({ id, value, source: 'test', effectiveFrom, confirmed: true });

describe('policy data', () => {
  it('a later value takes over on its day, and one that is not yet in effect is unknown', () => {
    const policy = flowPolicy.parse({ version: '1', parameters: [entry('es.reviewPlans', 5, '2026-06-01'), entry('es.reviewPlans', 3, '2026-01-01'), entry('es.minPrep', 600, '2027-01-01')] });
    expect(policyFacts(policy, '2026-05-31')).toEqual({ es: { reviewPlans: 3 } });
    expect(policyFacts(policy, '2026-06-01')).toEqual({ es: { reviewPlans: 5 } });
    const condition = compileCondition('now + policy.es.minPrep > now', { ...declaredFacts, policy: { object: policyShape() } });
    expect(condition.ok && condition.condition.evaluate({ now: '2026-06-01T00:00:00.000Z', policy: policyFacts(policy, '2026-06-01') })).toEqual({ verdict: 'unknown', unknown: ['policy.es.minPrep'] });
  });

  it('every parameter of the program has a value, a source and a date', () => {
    expect(published.policy?.parameters.map((parameter) => parameter.id).sort()).toEqual(Object.keys(policyParameters).sort());
  });

  it('no bank can write down a reset by voice', () => {
    expect(flowPolicy.safeParse({ version: '1', parameters: [entry('reset.loginPassword', ['voice'], '2026-01-01')] }).success).toBe(false);
    expect(flowPolicy.safeParse({ version: '1', parameters: [entry('reset.loginPassword', [], '2026-01-01')] }).success).toBe(false);
    expect(flowPolicy.safeParse({ version: '1', parameters: [entry('reset.loginPassword', ['branch', 'appFace'], '2026-01-01')] }).success).toBe(true);
  });

  it('a value has the kind of its parameter', () => {
    for (const value of ['3', 3.5, -1, true, null]) expect(flowPolicy.safeParse({ version: '1', parameters: [entry('es.reviewPlans', value, '2026-01-01')] }).success).toBe(false);
  });
});
