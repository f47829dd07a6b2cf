/** What people do to the centre itself, clause by clause (TP12, TP15, TP8, PR9). */
import { describe, expect, it } from 'vitest';
import { decideAdministration, type AdministrationContext } from '#shared/administration/administration-decide.ts';
import { evolveAdministration, noCentre } from '#shared/administration/administration-evolve.ts';
import type { AdministrationCommand, AdministrationState } from '#shared/administration/administration-schema.ts';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { Person } from '#shared/people/person.ts';
import type { Role } from '#shared/people/roles.ts';
import { loadFlows } from '../../../server/flows/load-flows.ts';
import { control, id, signedFor } from '../case/world.ts';

const AT = '2026-11-23T02:00:00.000Z';
const [ADA, BO, CY, RITA, AMY] = [id(11), id(12), id(13), id(14), id(15)];
const CHANGE = id(50);
const NOBODY = id(999);
const key = (letter: string): string => letter.repeat(64);
const KEYS: Record<string, string> = { [ADA]: key('a'), [BO]: key('b'), [CY]: key('c'), [RITA]: key('d'), [AMY]: key('e') };
const PUBLIC = `${'A'.repeat(43)}=`;
const MACHINE = { id: id(70), name: '一号机', site: '总部', keyId: key('f'), publicKey: PUBLIC };

const person = (personId: string, role: Role, more: Partial<Person> = {}): Person => ({
  id: personId, human: personId, account: `account-${personId}`, name: '样例', no: '1', role, team: '', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: AT, ...more,
});
const PEOPLE = [person(ADA, 'admin'), person(BO, 'admin'), person(CY, 'admin'), person(RITA, 'risk'), person(AMY, 'agent', { relatedCustomers: ['cust-1'] })];

class Centre {
  state: AdministrationState = noCentre;
  flows: AdministrationContext['flows'] = [];

  constructor(people: Person[] = PEOPLE) {
    this.happen({ kind: 'centre founded', body: { how: 'init', people, policy: control } });
    for (const { id: personId } of people) this.happen({ kind: 'key registered', body: { personId, keyId: KEYS[personId], publicKey: PUBLIC } });
    this.happen({ kind: 'workstation enrolled', body: { workstation: MACHINE, how: 'first machine' } });
  }

  happen(event: { kind: string; body: unknown }): void {
    this.state = evolveAdministration(this.state, { ...event, version: this.state.version + 1, at: AT });
  }

  /** Code of the refusal, or the kinds of what happened. */
  do(by: string, command: AdministrationCommand, more: Partial<AdministrationContext> = {}): string | string[] {
    const who = this.state.people[by]!.person;
    const signed = 'signed' in command.body ? command.body.signed : null;
    const signature = signed === null ? ('unknown' as never) : { ok: true as const, purpose: signed.purpose, digest: signed.digest };
    const ruling = decideAdministration(this.state, command, { now: AT, by: { person: by, human: who.human, role: who.role }, signature, flows: this.flows, against: null, ...more });
    if ('refusal' in ruling) return ruling.refusal.code;
    for (const event of ruling.events) this.happen(event);
    return ruling.events.map((event) => event.kind);
  }

  signed(by: string, purpose: 'order' | 'approval', digest: string) {
    return { ...signedFor(by, purpose, digest), personKey: KEYS[by]! };
  }
  propose(change: Change, by = ADA, more: Partial<AdministrationContext> = {}, changeId = CHANGE): string | string[] {
    const digest = changeDigest({ changeId, proposer: by, change });
    return this.do(by, { kind: 'propose change', body: { changeId, change, reason: 'x', signed: this.signed(by, 'order', digest) } }, more);
  }
  approve(by = BO, more: Partial<AdministrationContext> = {}, digest = this.state.changes[CHANGE]?.digest ?? key('0')): string | string[] {
    return this.do(by, { kind: 'approve change', body: { changeId: CHANGE, digest, signed: this.signed(by, 'approval', digest) } }, more);
  }
}
const proposed = (change: Change, by = ADA): Centre => {
  const centre = new Centre();
  expect(centre.propose(change, by)).toEqual(['change proposed']);
  return centre;
};
const HARMLESS: Change = { kind: 'set legal hold', customerId: 'cust-9', matter: 'A-1', reason: 'x' };
const POLICY: Change = { kind: 'publish policy', policy: { ...control, version: 'control-next' } };

describe('two people', () => {
  it('[TP12] one proposes, another approves, and only then it is in force', () => {
    const centre = proposed(POLICY);
    expect(centre.state.policies.at(-1)!.version).toBe(control.version);
    expect(centre.approve()).toEqual(['change approved']);
    expect(centre.state.policies.at(-1)!.version).toBe('control-next');
    expect(centre.state.changes[CHANGE]).toMatchObject({ status: 'in-force', proposer: ADA, decidedBy: BO, reason: 'x' });
    expect(centre.approve(CY)).toBe('change-decided');
    expect(centre.propose(HARMLESS)).toBe('change-exists');
  });

  it('[TP12] never the proposer, nor the proposer\'s other account, nor where the proposer is unknown', () => {
    expect(proposed(POLICY).approve(ADA)).toBe('tp12-two-people');
    const twice = new Centre(PEOPLE.map((one) => (one.id === BO ? { ...one, human: ADA } : one)));
    twice.propose(POLICY);
    expect(twice.approve(BO)).toBe('tp12-two-people');
    expect(twice.approve(CY)).toEqual(['change approved']);
    const gone = proposed(POLICY);
    const { [ADA]: _ada, ...people } = gone.state.people;
    gone.state = { ...gone.state, people };
    expect(gone.approve()).toBe('tp12-two-people');
  });

  it('[TP12] the proposer is still there, and still may, when it is approved', () => {
    for (const change of [{ active: false }, { role: 'agent' as const }]) {
      const centre = proposed(POLICY);
      const known = centre.state.people[ADA]!;
      centre.state = { ...centre.state, people: { ...centre.state.people, [ADA]: { ...known, person: { ...known.person, ...change } } } };
      expect(centre.approve()).toBe('tp12-proposer-gone');
    }
  });

  it('[TP12] [TP8] the keys that ordered it, the person\'s and the machine\'s, are still valid', () => {
    const person = proposed(POLICY);
    person.happen({ kind: 'key revoked', body: { personId: ADA, keyId: KEYS[ADA], by: CY, reason: 'x' } });
    expect(person.approve()).toBe('tp12-proposer-key');
    const machine = proposed(POLICY);
    machine.happen({ kind: 'workstation revoked', body: { workstationId: MACHINE.id, by: CY, reason: 'x' } });
    expect(machine.approve()).toBe('tp12-proposer-key');
    machine.happen({ kind: 'workstation enrolled', body: { workstation: { ...MACHINE, id: id(72), keyId: key('8') }, how: 'demo' } });
    expect(machine.approve()).toBe('tp12-proposer-key');
    const unknown = proposed(POLICY);
    unknown.state = { ...unknown.state, proposals: {} };
    expect(unknown.approve()).toBe('tp12-proposer-key');
    // Another machine that was revoked has nothing to do with it.
    const other = proposed(POLICY);
    other.happen({ kind: 'workstation enrolled', body: { workstation: { ...MACHINE, id: id(71), keyId: key('9') }, how: 'demo' } });
    other.happen({ kind: 'workstation revoked', body: { workstationId: id(71), by: CY, reason: 'x' } });
    expect(other.approve()).toEqual(['change approved']);
  });

  it('[TP2] [TP8] both sign this very change, each for their own purpose', () => {
    expect(proposed(POLICY).approve(BO, {}, key('1'))).toBe('tp2-digest');
    const { digest } = proposed(POLICY).state.changes[CHANGE]!;
    for (const [signature, code] of [
      [{ ok: true, purpose: 'order', digest }, 'tp8-other-digest'], [{ ok: true, purpose: 'approval', digest: key('1') }, 'tp8-other-digest'], [{ ok: false, code: 'tp8-bad-signature' }, 'tp8-bad-signature'],
    ] as const) expect(proposed(POLICY).approve(BO, { signature: signature as never })).toBe(code);
    for (const [signature, code] of [
      [{ ok: true, purpose: 'approval', digest }, 'tp8-other-digest'], [{ ok: true, purpose: 'order', digest: key('1') }, 'tp8-other-digest'], [{ ok: false, code: 'tp8-bad-signature' }, 'tp8-bad-signature'],
    ] as const) expect(new Centre().propose(POLICY, ADA, { signature: signature as never })).toBe(code);
  });

  it('[TP12] what was changed meanwhile is not put back by an older proposal', () => {
    const centre = proposed(POLICY);
    centre.state = { ...centre.state, touched: { policy: centre.state.version + 1 } };
    expect(centre.approve()).toBe('tp12-overtaken');
  });

  it('[TP12] what stands against it is judged at proposal and again at approval', () => {
    const against = { code: 'on-hold' };
    expect(new Centre().propose(HARMLESS, ADA, { against })).toBe('on-hold');
    expect(proposed(HARMLESS).approve(BO, { against })).toBe('on-hold');
    const taken = proposed(POLICY);
    taken.state = { ...taken.state, policies: [...taken.state.policies, { ...control, version: 'control-next' }] };
    expect(taken.approve()).toBe('policy-version-used');
  });

  it('[PR3] only roles of the table propose and approve, each kind by its own', () => {
    expect(new Centre().propose(HARMLESS, AMY)).toBe('role-may-not');
    expect(new Centre().propose(POLICY, RITA)).toBe('role-may-not');
    expect(new Centre().propose(HARMLESS, RITA)).toEqual(['change proposed']);
    expect(proposed(POLICY).approve(RITA)).toBe('role-may-not');
    expect(proposed(HARMLESS).approve(RITA)).toEqual(['change approved']);
    expect(new Centre().approve()).toBe('change-unknown');
  });

  it('[TP12] taken back by who proposed it, turned down by another, once', () => {
    const withdraw = (centre: Centre, by: string) => centre.do(by, { kind: 'withdraw change', body: { changeId: CHANGE } });
    const reject = (centre: Centre, by: string) => centre.do(by, { kind: 'reject change', body: { changeId: CHANGE, because: '不需要' } });
    expect([withdraw(new Centre(), ADA), reject(new Centre(), BO)]).toEqual(['change-unknown', 'change-unknown']);
    expect(withdraw(proposed(POLICY), BO)).toBe('change-not-yours');
    const taken = proposed(POLICY);
    expect(withdraw(taken, ADA)).toEqual(['change withdrawn']);
    expect(taken.state.changes[CHANGE]).toMatchObject({ status: 'withdrawn', decidedBy: ADA });
    const down = proposed(POLICY);
    expect(reject(down, BO)).toEqual(['change rejected']);
    expect(down.state.changes[CHANGE]).toMatchObject({ status: 'rejected', decidedBy: BO, because: '不需要' });
    for (const centre of [taken, down]) expect([withdraw(centre, ADA), reject(centre, BO), centre.approve()]).toEqual(['change-decided', 'change-decided', 'change-decided']);
  });
});

describe('neither gaining by it', () => {
  const cases: [string, Change][] = [
    ['add person', { kind: 'add person', person: person(id(16), 'agent', { human: BO }) }],
    ['change person', { kind: 'change person', person: person(BO, 'admin', { name: '新名' }) }],
    ['reset passphrase', { kind: 'reset passphrase', personId: BO }],
  ];
  it.each(cases)('[TP12] %s: not by the human it is about, proposing or approving', (_what, change) => {
    expect(new Centre().propose(change, BO)).toBe('tp12-gains');
    expect(proposed(change).approve(BO)).toBe('tp12-gains');
    expect(proposed(change).approve(CY)).toEqual(['change approved']);
  });

  it('[TP12] [TP5] nor by naming another human for one\'s own account', () => {
    expect(new Centre().propose({ kind: 'change person', person: person(BO, 'admin', { human: NOBODY }) }, BO)).toBe('tp12-gains');
    expect(new Centre().propose({ kind: 'reset passphrase', personId: NOBODY }, BO)).toBe('person-unknown');
  });

  it.each(['lift legal hold', 'erase customer'] as const)('[TP14] %s: not of a relative\'s', (kind) => {
    const change = { kind, customerId: 'cust-1', reason: 'x', ...(kind === 'erase customer' ? {} : { matter: 'A-1' }) } as Change;
    const related = (): Centre => new Centre(PEOPLE.map((one) => (one.id === BO ? { ...one, relatedCustomers: ['cust-1'] } : one)));
    expect(related().propose(change, BO)).toBe('tp12-gains');
    expect(related().propose({ ...change, customerId: 'cust-2' } as Change, BO)).toEqual(['change proposed']);
    // Amy's relative, not Bo's.
    expect(new Centre().propose(change, BO)).toEqual(['change proposed']);
    expect(related().propose({ ...HARMLESS, customerId: 'cust-1' }, BO)).toEqual(['change proposed']);
  });
});

it('[TP12] whoever makes or reviews operations under another account neither loosens policy, publishes flows, nor lets kinds go', () => {
  const definition = loadFlows().definitions[0]!;
  const changes: Change[] = [POLICY, { kind: 'publish flow', definition, publication: 'inForce' }, { kind: 'release kind', operationKind: 'refund' }];
  const also = (more: Partial<Person>): Centre => {
    const centre = new Centre(PEOPLE.map((one) => (one.id === AMY ? { ...one, human: BO, ...more } : one)));
    centre.happen({ kind: 'kind stopped', body: { operationKind: 'refund', by: RITA, reason: 'x' } });
    return centre;
  };
  for (const change of changes) {
    expect(also({}).propose(change, BO)).toBe('tp12-gains');
    expect(also({}).propose(change, ADA)).toEqual(['change proposed']);
    expect(also({ active: false }).propose(change, BO)).toEqual(['change proposed']);
    expect(also({ role: 'quality' }).propose(change, BO)).toEqual(['change proposed']);
  }
  expect(also({}).propose({ kind: 'enrol workstation', workstation: { ...MACHINE, id: id(71), keyId: key('9') } }, BO)).toEqual(['change proposed']);
});

describe('changes that make no sense', () => {
  it('[TP12] an account or a person that there is, however it is written', () => {
    const add = (more: Partial<Person>) => new Centre().propose({ kind: 'add person', person: person(id(16), 'agent', more) });
    expect(add({ id: AMY })).toBe('person-exists');
    expect(add({ account: `ACCOUNT-${AMY}` })).toBe('person-exists');
    expect(add({})).toEqual(['change proposed']);
  });

  it('[TP5] [TP12] human and account are for ever; the last administrators stay two', () => {
    const change = (centre: Centre, more: Partial<Person>, of = PEOPLE[1]!) => centre.propose({ kind: 'change person', person: { ...of, ...more } });
    expect(change(new Centre(), { id: NOBODY, human: NOBODY })).toBe('person-unknown');
    expect(change(new Centre(), { human: NOBODY })).toBe('person-fixed');
    expect(change(new Centre(), { account: 'other' })).toBe('person-fixed');
    const two = (): Centre => new Centre(PEOPLE.map((one) => (one.id === CY ? { ...one, active: false } : one)));
    expect(change(two(), { role: 'agent' })).toBe('last-administrators');
    expect(change(two(), { active: false })).toBe('last-administrators');
    expect(change(two(), { name: '新名' })).toEqual(['change proposed']);
    expect(change(new Centre(), { role: 'agent' })).toEqual(['change proposed']);
    // Who is none any more, or never was, is not counted.
    expect(change(two(), { active: true }, { ...PEOPLE[2]!, role: 'agent' })).toEqual(['change proposed']);
    expect(change(two(), { role: 'mentor' }, PEOPLE[4])).toEqual(['change proposed']);
    expect(change(new Centre(PEOPLE.map((one) => (one.id === CY ? { ...one, role: 'risk' as const } : one))), { active: false })).toBe('last-administrators');
  });

  it('[PR9] a machine is enrolled once; a key that was revoked may come again with another machine', () => {
    const enrol = (more: Partial<typeof MACHINE>, centre = new Centre()) => centre.propose({ kind: 'enrol workstation', workstation: { ...MACHINE, id: id(71), keyId: key('9'), ...more } });
    expect(enrol({})).toEqual(['change proposed']);
    expect(enrol({ id: MACHINE.id })).toBe('workstation-exists');
    expect(enrol({ keyId: MACHINE.keyId })).toBe('workstation-exists');
    const second = new Centre();
    second.happen({ kind: 'workstation enrolled', body: { workstation: { ...MACHINE, id: id(72), keyId: key('8') }, how: 'demo' } });
    expect(enrol({ keyId: MACHINE.keyId }, second)).toBe('workstation-exists');
    const revoked = new Centre();
    revoked.happen({ kind: 'workstation revoked', body: { workstationId: MACHINE.id, by: CY, reason: 'x' } });
    expect(enrol({ keyId: MACHINE.keyId }, revoked)).toEqual(['change proposed']);
    expect(new Centre().propose({ kind: 'publish policy', policy: control })).toBe('policy-version-used');
  });

  it('[TP15] what is not stopped is not let go', () => {
    const release: Change = { kind: 'release kind', operationKind: 'refund' };
    expect(new Centre().propose(release)).toBe('kind-not-stopped');
    const stopped = new Centre();
    stopped.happen({ kind: 'kind stopped', body: { operationKind: 'refund', by: RITA, reason: 'x' } });
    expect([stopped.propose(release), stopped.approve()]).toEqual([['change proposed'], ['change approved']]);
    expect(stopped.state.stopped).toEqual({});
  });

  it('[FL1] a published version never changes, a new one goes above, and a recall names what was published', () => {
    const definition: FlowDefinition = { ...loadFlows().definitions[0]!, version: 3 };
    const publish = (change: Partial<FlowDefinition>, publication: 'inForce' | 'recalled', state: 'inForce' | 'recalled' | null = 'inForce') => {
      const centre = new Centre();
      centre.flows = state === null ? [] : [{ definition: { ...definition, id: 'ANOTHER' } as FlowDefinition, publication: 'inForce' }, { definition: { ...definition, version: 2 }, publication: 'recalled' }, { definition, publication: state }];
      return centre.propose({ kind: 'publish flow', definition: { ...definition, ...change }, publication });
    };
    expect([2, 3, 4].map((version) => publish({ version }, 'inForce'))).toEqual(['flow-version-used', 'flow-version-used', ['change proposed']]);
    expect(publish({ version: 1 }, 'inForce', null)).toEqual(['change proposed']);
    expect(publish({}, 'recalled')).toEqual(['change proposed']);
    expect(publish({ version: 9 }, 'recalled')).toBe('flow-unknown');
    expect(publish({}, 'recalled', 'recalled')).toBe('flow-recalled');
    expect(publish({ title: { zh: '别的', en: 'Other' } } as Partial<FlowDefinition>, 'recalled')).toBe('flow-version-used');
  });
});

describe('by one, at once', () => {
  it('[TP15] risk control stops a kind that policy has, once', () => {
    const stop = (centre: Centre, by = RITA, operationKind = 'refund') => centre.do(by, { kind: 'stop kind', body: { operationKind: operationKind as 'refund', reason: 'x' } });
    const centre = new Centre();
    expect([stop(centre), stop(centre)]).toEqual([['kind stopped'], []]);
    expect(centre.state.stopped['refund']).toMatchObject({ by: RITA, reason: 'x' });
    expect(stop(new Centre(), ADA)).toBe('role-may-not');
    expect(stop(new Centre(), RITA, 'nothing')).toBe('kind-unknown');
    const unfounded = new Centre();
    unfounded.state = { ...unfounded.state, policies: [] };
    expect(stop(unfounded)).toBe('kind-unknown');
  });

  it('[TP8] one\'s own key by oneself, another\'s by guardians, and once', () => {
    const revoke = (centre: Centre, by: string, personId: string, keyId = KEYS[personId] ?? key('0')) => centre.do(by, { kind: 'revoke key', body: { personId, keyId, reason: 'x' } });
    const own = new Centre();
    expect([revoke(own, AMY, AMY), revoke(own, AMY, AMY)]).toEqual([['key revoked'], []]);
    expect(own.state.people[AMY]!.keys[0]).toMatchObject({ keyId: KEYS[AMY], revokedAt: AT });
    expect(revoke(new Centre(), AMY, ADA)).toBe('role-may-not');
    expect(revoke(new Centre(), RITA, AMY)).toEqual(['key revoked']);
    expect(revoke(new Centre(), ADA, AMY, KEYS[BO])).toBe('key-unknown');
    expect(revoke(new Centre(), ADA, NOBODY)).toBe('key-unknown');
  });

  it('[PR9] a machine is shut out once; an unknown one cannot be', () => {
    const revoke = (centre: Centre, workstationId = MACHINE.id, by = ADA) => centre.do(by, { kind: 'revoke workstation', body: { workstationId, reason: 'x' } });
    const centre = new Centre();
    expect([revoke(centre), revoke(centre), revoke(centre, NOBODY), revoke(centre, MACHINE.id, AMY)]).toEqual([['workstation revoked'], [], 'workstation-unknown', 'role-may-not']);
    expect(centre.state.workstations[MACHINE.id]!.revokedAt).toBe(AT);
  });

  it('[TP12] a person is disabled once, and two administrators always remain', () => {
    const disable = (centre: Centre, personId: string, by = ADA) => centre.do(by, { kind: 'disable person', body: { personId, reason: 'x' } });
    const centre = new Centre();
    expect([disable(centre, AMY), disable(centre, AMY), disable(centre, NOBODY), disable(centre, AMY, AMY)]).toEqual([['person disabled'], [], 'person-unknown', 'role-may-not']);
    expect(disable(centre, CY)).toEqual(['person disabled']);
    expect(disable(centre, BO)).toBe('last-administrators');
    // Somebody who is disabled already, or is no administrator, is none of the two.
    expect([disable(centre, CY), disable(centre, RITA)]).toEqual([[], ['person disabled']]);
  });

  it('[TP8] [TP12] a key is registered once, and anew only after a reset by two; never a key that somebody has', () => {
    const register = (centre: Centre, by: string, keyId: string) => centre.do(by, { kind: 'register key', body: { publicKey: PUBLIC, keyId } });
    const centre = new Centre();
    expect(register(centre, AMY, KEYS[AMY]!)).toEqual([]);
    expect(register(centre, AMY, key('7'))).toBe('key-registered');
    centre.propose({ kind: 'reset passphrase', personId: AMY });
    centre.approve();
    expect(centre.state.people[AMY]!.keys).toMatchObject([{ revokedAt: AT }]);
    expect([register(centre, AMY, KEYS[ADA]!), register(centre, AMY, KEYS[AMY]!)]).toEqual(['key-taken', 'key-taken']);
    expect(register(centre, AMY, key('7'))).toEqual(['key registered']);
    expect(register(centre, AMY, key('8'))).toBe('key-registered');
    expect(register(centre, AMY, key('7'))).toEqual([]);
    const reset = new Centre();
    reset.happen({ kind: 'key registered', body: { personId: ADA, keyId: key('6'), publicKey: PUBLIC } });
    reset.propose({ kind: 'reset passphrase', personId: AMY });
    reset.approve();
    expect(register(reset, AMY, key('6'))).toBe('key-taken');
    const unknown = new Centre();
    const { [AMY]: amy, ...people } = unknown.state.people;
    expect(amy).toBeDefined();
    const by = { person: AMY, human: AMY, role: 'agent' as const };
    unknown.state = { ...unknown.state, people: { ...people, [AMY]: amy! } };
    const state = { ...unknown.state, people };
    expect(decideAdministration(state, { kind: 'register key', body: { publicKey: PUBLIC, keyId: key('7') } }, { now: AT, by, signature: 'unknown' as never, flows: [], against: null })).toMatchObject({ refusal: { code: 'person-unknown' } });
  });
});

it('[TP12] a refusal names what it hangs on', () => {
  const centre = proposed(POLICY);
  centre.approve();
  const by = { person: CY, human: CY, role: 'admin' as const };
  const digest = centre.state.changes[CHANGE]!.digest;
  const context: AdministrationContext = { now: AT, by, signature: { ok: true, purpose: 'approval', digest }, flows: [], against: null };
  const body = { changeId: CHANGE, digest, signed: centre.signed(CY, 'approval', digest) };
  expect(decideAdministration(centre.state, { kind: 'approve change', body }, context)).toMatchObject({ refusal: { code: 'change-decided', detail: { status: 'in-force' } } });
  expect(decideAdministration(centre.state, { kind: 'withdraw change', body: { changeId: CHANGE } }, context)).toMatchObject({ refusal: { code: 'change-decided', detail: { status: 'in-force' } } });
});
