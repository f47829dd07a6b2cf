import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, OperationPayload } from '#shared/operation/payload.ts';
import { approved } from '../case/path.ts';

/** Fixed for ever: another implementation must come to the same digest (TP2). Keys in no order, text beyond ASCII. */
const VECTOR: OperationPayload = OperationPayload.parse({
  nonce: '01950000-0000-7000-8000-000000000009', kind: 'early-settlement', caseId: '01950000-0000-7000-8000-000000000001', operationId: '01950000-0000-7000-8000-000000000002',
  maker: '01950000-0000-7000-8000-000000000003', customerId: 'cust-1', accountId: 'acct-1', cardLastFour: '0005', totalDueFen: 700_000, statementDate: '2026-12-03', dueDate: '2026-12-23',
  policyVersion: 'control-1', validUntil: '2026-11-23T02:30:00.000Z',
  lines: [{
    type: 'settlement', planId: 'plan-1', lineId: '01950000-0000-7000-8000-000000000004', merchant: '样例“商户”\n', signedOn: '2025-03-05', principalFen: 1_200_000, periodsTotal: 12, periodsPosted: 5, remainingFen: 700_000,
    feeMode: 'A', chargingRule: { zh: '利息', en: 'Interest' }, feeFen: 0, dueNowFen: 700_000, savedFen: -1, cardLastFour: '0005', say: { zh: '€ 元', en: 'yuan' },
  }],
  pinned: [{ fact: 'plan.plan-1.status', value: 'active' }, { fact: 'account.acct-1.hold', value: null }, { fact: 'plan.plan-1.ruleConflict', value: false }],
});

describe('[TP2] the digest', () => {
  it('of the fixed vector is what another program, in another language, made of it', () => {
    expect(digestOf(VECTOR)).toBe('f7699b89786e22f6d753b1937152c225bc0ae8a0f5e1b22af4f08c8f8f84dc13');
  });

  it('does not hang on the order of keys, and hangs on every single value', () => {
    const shuffled = Object.fromEntries(Object.entries(VECTOR).reverse()) as OperationPayload;
    expect(digestOf(shuffled)).toBe(digestOf(VECTOR));
    const payload = approved().operation().payload!;
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      if (typeof value === 'object' && value !== null) for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
      else paths.push(path);
    };
    walk(payload, []);
    expect(paths.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.constantFrom(...paths), (path) => {
        const changed = structuredClone(payload) as unknown as Record<string | number, unknown>;
        const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as Record<string | number, unknown>, changed);
        const last = path.at(-1)!;
        parent[last] = typeof parent[last] === 'number' ? (parent[last] as number) + 1 : `${String(parent[last])}x`;
        expect(digestOf(changed as unknown as OperationPayload)).not.toBe(digestOf(payload));
      }),
      { seed: 4, numRuns: 150 },
    );
  });
});
