import { describe, expect, it } from 'vitest';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import { decideAdministration } from '#shared/administration/administration-decide.ts';
import { noCentre } from '#shared/administration/administration-evolve.ts';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import type { Person } from '#shared/people/person.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { id, signedFor } from '../case/world.ts';

const policy = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
const person = (n: number, role: Person['role'], human = n, more: Partial<Person> = {}): Person => ({
  id: id(n), human: id(human), account: `p${n}`, name: `p${n}`, no: String(n), role, team: '', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: '2026-01-01T00:00:00.000Z', ...more,
});
const centreOf = (...people: Person[]): AdministrationState => ({
  ...noCentre, founded: 'init', policies: [policy], people: Object.fromEntries(people.map((one) => [one.id, { person: one, keys: [], mayRegisterKey: false }])),
});
/** What becomes of a proposal by the first of the people. */
function proposed(state: AdministrationState, by: Person, change: Change): string {
  const changeId = id(900);
  const signed = signedFor(by.id, 'order', changeDigest({ changeId, proposer: by.id, change }));
  const ruling = decideAdministration(
    state, { kind: 'propose change', body: { changeId, change, reason: 'x', signed } },
    { now: '2026-11-23T02:00:00.000Z', by: { person: by.id, human: by.human, role: by.role }, signature: { ok: true, purpose: signed.purpose, digest: signed.digest }, against: null, flows: [] } as Parameters<typeof decideAdministration>[2],
  );
  return 'refusal' in ruling ? ruling.refusal.code : 'proposed';
}
const next = (): Change => ({ kind: 'publish policy', policy: { ...policy, version: 'next' } });

describe('[TP12] neither of the two gains by it', () => {
  const [admin, other] = [person(1, 'admin'), person(2, 'admin')];

  it('[TP12] policy is not changed by who makes or reviews operations under another account', () => {
    expect(proposed(centreOf(admin, other), admin, next())).toBe('proposed');
    for (const role of ['agent', 'mentor', 'lead'] as const) expect(proposed(centreOf(admin, other, person(3, role, 1)), admin, next())).toBe('tp12-gains');
  });

  it('[TP12] a second account that is disabled, or takes no part in operations, is no gain', () => {
    expect(proposed(centreOf(admin, other, person(3, 'mentor', 1, { active: false })), admin, next())).toBe('proposed');
    expect(proposed(centreOf(admin, other, person(3, 'quality', 1)), admin, next())).toBe('proposed');
  });

  it('[TP12] nobody proposes a change of themselves, under any account', () => {
    const mine = person(3, 'mentor', 1);
    expect(proposed(centreOf(admin, other, mine), admin, { kind: 'change person', person: { ...mine, entitlements: { reviewLimitFen: { refund: 1 } } } })).toBe('tp12-gains');
    expect(proposed(centreOf(admin, other, mine), admin, { kind: 'reset passphrase', personId: mine.id })).toBe('tp12-gains');
    expect(proposed(centreOf(admin, other), admin, { kind: 'add person', person: person(4, 'agent', 1) })).toBe('tp12-gains');
  });
});
