/** The centre's own rules behind the renderer's port: what a screen asks for is decided by the real `decideAdministration` and folded by the real `evolve`. */
import { act } from '@testing-library/react';
import { administrationCommandSchemas, type AdministrationCommand, type AdministrationCommandKind, type AdministrationEvent } from '#shared/administration/administration-schema.ts';
import { decideAdministration } from '#shared/administration/administration-decide.ts';
import { evolveAdministration, noCentre, policyInForce } from '#shared/administration/administration-evolve.ts';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { changeDigest, type Change, type Workstation } from '#shared/administration/change.ts';
import { Person } from '#shared/people/person.ts';
import type { Role } from '#shared/people/roles.ts';
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import { desk } from '../../../renderer/app/desk.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { useRules } from '../../../renderer/app/stores/rules.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { published } from '../setup/published.ts';

export const idOf = (n: number): string => `0190a0b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const keyOf = (n: number): string => n.toString(16).padStart(64, '0');
const KEY = Buffer.alloc(32, 7).toString('base64');

const person = (n: number, account: string, name: string, role: Role, more: Partial<Person> = {}): Person => Person.parse({
  id: idOf(n), human: idOf(n), account, name, no: String(1000 + n), role, team: 'night', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: '2020-01-01T00:00:00.000Z', ...more,
});
export const people = {
  admin: person(1, 'admin', '钱管理', 'admin'), admin2: person(2, 'admin2', '孙管理', 'admin', { relatedCustomers: ['cust-own'] }), admin3: person(3, 'admin3', '李管理', 'admin'),
  risk: person(4, 'risk', '褚风险', 'risk'), risk2: person(5, 'risk2', '卫风险', 'risk'), mentor: person(6, 'mentor', '周师', 'mentor', { entitlements: { reviewLimitFen: { 'early-settlement': 50_000_000 } } }),
  quality: person(7, 'quality', '韩清', 'quality'), lead: person(8, 'lead', '沈班', 'lead'),
  /** Another account of the first administrator. */
  adminToo: person(9, 'admin-too', '钱管理', 'admin', { human: idOf(1) }),
} as const;
export type Account = keyof typeof people;

const ASKING: Workstation = { id: idOf(0x51), name: 'N-12', site: '北山', keyId: 'a1b2c3d4e5f60718'.padEnd(64, '0'), publicKey: KEY };
const ENROLLED: Workstation = { id: idOf(0x50), name: 'N-01', site: '北山', keyId: keyOf(0x50), publicKey: KEY };

export type PlayedCentre = ReturnType<typeof playCentre>;

/** @param sits who is at this desk */
export function playCentre(sits: Account) {
  let state = noCentre;
  let now = Date.parse('2026-11-21T06:40:00.000Z');
  let halves: string[] = [];
  let refusal: Refusal | null = null;
  /** Everything that came over the port. */
  const called: { method: string; params: Record<string, unknown> }[] = [];
  const at = (): string => new Date(now).toISOString();
  const happen = (...events: AdministrationEvent[]): void => {
    for (const event of events) {
      now += 1000;
      state = evolveAdministration(state, { kind: event.kind, body: event.body, version: state.version + 1, at: at() });
    }
  };
  happen({ kind: 'centre founded', body: { how: 'init', people: Object.values(people), policy: published.control } }, { kind: 'workstation enrolled', body: { workstation: ENROLLED, how: 'first machine' } });
  for (const one of Object.values(people)) happen({ kind: 'key registered', body: { personId: one.id, keyId: keyOf(Number.parseInt(one.id.slice(-4), 16)), publicKey: KEY } });

  const signedBy = (by: Person, purpose: Signed['purpose'], digest: string): Signed => ({ purpose, digest, personKey: keyOf(Number.parseInt(by.id.slice(-4), 16)), personSignature: `${'A'.repeat(86)}==`, workstationKey: ENROLLED.keyId, workstationSignature: `${'A'.repeat(86)}==` });

  function take(by: Person, kind: AdministrationCommandKind, given: Record<string, unknown>): Refusal | null {
    const signs = kind === 'propose change' ? (['order', changeDigest({ changeId: String(given['changeId']), proposer: by.id, change: given['change'] as Change })] as const)
      : kind === 'approve change' ? (['approval', changeDigest(state.changes[String(given['changeId'])]!)] as const) : null;
    const parsed = administrationCommandSchemas[kind].safeParse(signs === null ? given : { ...given, signed: signedBy(by, signs[0], signs[1]) });
    if (!parsed.success) return { code: 'ask-malformed', detail: { kind } };
    const ruling = decideAdministration(state, { kind, body: parsed.data } as AdministrationCommand, {
      now: at(), by: { person: by.id, human: by.human, role: by.role }, flows: published.flows, against: null,
      signature: signs === null ? { ok: false, code: 'tp8-unsigned' } : { ok: true, purpose: signs[0], digest: signs[1] },
    });
    if ('refusal' in ruling) return ruling.refusal;
    happen(...ruling.events);
    return null;
  }

  const view = (): AdministrationView => ({
    people: Object.values(state.people).map(({ person: one, keys }) => ({ person: one, online: one.id === people[sits].id, keys: keys.map(({ keyId, registeredAt, revokedAt }) => ({ keyId, registeredAt, revokedAt })) })),
    workstations: Object.values(state.workstations), enrolments: state.workstations[ASKING.id] === undefined ? [{ workstation: ASKING, fingerprint: 'a1b2-c3d4-e5f6-0718', askedAt: at() }] : [],
    policy: policyInForce(state)!, policyVersions: state.policies.map(({ version }) => version),
    flows: published.flows.map(({ definition, publication }) => ({ id: definition.id, version: definition.version, publication, title: definition.title })),
    stopped: Object.entries(state.stopped).map(([kind, stop]) => ({ kind, ...stop })),
    changes: Object.values(state.changes).sort((a, b) => (a.proposedAt < b.proposedAt ? 1 : -1)), halves,
  });
  let version = 0;
  const tell = (change: (was: AdministrationView) => AdministrationView = (was) => was): void => {
    version += 1;
    act(() => useLiveStore.setState(({ held }) => ({ held: { ...held, administration: { value: change(view()), version, heardAt: at() } } })));
  };

  function answer(method: string, params: Record<string, unknown>): { value: unknown } | { refusal: Refusal } {
    if (refusal !== null) return { refusal };
    const kind = String(params['kind']);
    const body = params['body'] as Record<string, unknown>;
    if (method === 'ask') {
      if (kind === 'take half') {
        halves = halves.filter((one) => one !== body['changeId']);
        return { value: { half: 'HJKMNPQRST' } };
      }
      return { value: pairs };
    }
    if (kind === 'approve change' && params['passphrase'] !== 'right') return { refusal: { code: 'wrong-password' } };
    const refused = take(people[sits], kind as AdministrationCommandKind, body);
    if (refused !== null) return { refusal: refused };
    const approved = kind === 'approve change' ? state.changes[String(body['changeId'])]!.change.kind : null;
    return { value: { done: true, half: approved === 'add person' || approved === 'reset passphrase' ? 'ABCDEFGHJK' : null } };
  }

  let hear: (data: unknown) => void = () => {};
  const port: DeskPort = {
    onMessage: (handler) => void (hear = handler),
    close: () => {},
    postMessage: (message) => {
      const frame = message as { t: string; n: number; method: string; params: Record<string, unknown> };
      if (frame.t !== 'call') return;
      called.push({ method: frame.method, params: frame.params });
      const said = answer(frame.method, frame.params);
      queueMicrotask(() => {
        act(() => hear({ t: 'reply', n: frame.n, reply: 'value' in said ? { ok: true, value: said.value } : { ok: false, refusal: said.refusal } }));
        tell();
      });
    },
  };
  desk.attach(port);
  let pairs: unknown[] = [];
  const online = (on: boolean): void => act(() => useSync.setState({ sync: { connection: on ? 'online' : 'offline', clockOffsetMs: now - Date.now(), refused: [] } as never }));
  online(true);
  act(() => useSession.setState({ session: null }));
  act(() => useSession.setState({ session: { status: 'signed-in', person: people[sits], key: 'ready' } as never }));
  act(() => useRules.setState({ rules: published }));
  tell();

  return {
    called, online, tell, asking: ASKING, enrolled: ENROLLED, state: () => state,
    /** A colleague's doing, somewhere else. */
    by: (account: Account, kind: AdministrationCommandKind, body: Record<string, unknown>): void => {
      const refused = take(people[account], kind, body);
      if (refused !== null) throw new Error(refused.code);
      tell();
    },
    doings: (kind: string): Record<string, unknown>[] => called.filter((one) => one.method === 'administer' && one.params['kind'] === kind).map((one) => one.params['body'] as Record<string, unknown>),
    refuse: (next: Refusal | null): void => void (refusal = next),
    setHalves: (next: string[]): void => {
      halves = next;
      tell();
    },
    setPairs: (next: unknown[]): void => void (pairs = next),
  };
}

let serial = 0x1000;
export const newId = (): string => idOf((serial += 1));
