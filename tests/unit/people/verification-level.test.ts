import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelOf } from '#shared/people/verification-level.ts';

const asked = (...factors: string[]) => factors.map((factor) => (factor.startsWith('!') ? { factor: factor.slice(1), ok: false } : { factor, ok: true }));

describe('[FLOWS V] the level of a caller', () => {
  it.each([
    [[], 0], [['name'], 0], [['name', 'birthDate', 'servicePassword'], 0], [['name', 'idLast4'], 1], [['name', 'idLast4', 'birthDate'], 2], [['name', 'idLast4', 'servicePassword'], 2],
    [['name', 'idLast4', 'birthDate', 'servicePassword'], 3], [['name', 'idLast4', 'birthDate', 'branchDistrict', 'statementDay'], 3], [['name', '!idLast4', 'birthDate'], 0],
    // A factor counts once, and by its last answer.
    [['name', 'idLast4', 'birthDate', 'birthDate'], 2], [['name', 'idLast4', '!birthDate', 'birthDate'], 2], [['name', 'idLast4', 'birthDate', '!birthDate'], 1], [['name', 'idLast4', '!name'], 0],
  ] as const)('%j is level %i', (factors, level) => expect(levelOf(asked(...factors))).toBe(level));

  it('a failed answer never raises the level, and no order of different questions changes it', () => {
    const factor = fc.constantFrom('name', 'idLast4', 'birthDate', 'servicePassword', 'statementDay');
    const answers = fc.array(fc.record({ factor, ok: fc.boolean() }), { maxLength: 8 });
    fc.assert(fc.property(answers, factor, (before, failed) => levelOf([...before, { factor: failed, ok: false }]) <= levelOf(before)), { seed: 1 });
    const distinct = fc.uniqueArray(fc.record({ factor, ok: fc.boolean() }), { selector: (one) => one.factor });
    fc.assert(fc.property(distinct, (list) => levelOf(list) === levelOf([...list].reverse())), { seed: 1 });
  });
});
