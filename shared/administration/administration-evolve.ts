import type { Person, SignOnIdentity } from '../people/person.ts';
import { administrationEventSchemas, type AdministrationEvent, type AdministrationEventKind, type AdministrationState } from './administration-schema.ts';
import { subjectOf, type Change, type Workstation } from './change.ts';

export const noCentre: AdministrationState = { version: 0, founded: null, people: {}, workstations: {}, policies: [], flows: [], stopped: {}, changes: {}, proposals: {}, touched: {}, signedOut: {} };

type Known = AdministrationState['people'][string];

const withPerson = (state: AdministrationState, id: string, change: (known: Known) => Known): AdministrationState => {
  const known = state.people[id];
  return known === undefined ? state : { ...state, people: { ...state.people, [id]: change(known) } };
};
const added = (people: AdministrationState['people'], person: Person): AdministrationState['people'] => ({ ...people, [person.id]: { person, keys: [], mayRegisterKey: true } });
const enrolled = (state: AdministrationState, workstation: Workstation, at: string): AdministrationState => ({
  ...state, workstations: { ...state.workstations, [workstation.id]: { ...workstation, enrolledAt: at, revokedAt: null } },
});

const touched = (state: AdministrationState, subject: string | null): AdministrationState =>
  subject === null ? state : { ...state, touched: { ...state.touched, [subject]: state.version } };
const signedOut = (state: AdministrationState, person: string, by: string | null): AdministrationState =>
  ({ ...state, signedOut: { ...state.signedOut, [person]: { version: state.version, by } } });

/** The passphrase of before and the keys that it opens are void, and every session with them. */
const startAnew = (state: AdministrationState, personId: string, changeId: string, at: string): AdministrationState =>
  withPerson(signedOut(state, personId, changeId), personId, (known) => ({
    ...known, mayRegisterKey: true, keys: known.keys.map((key) => (key.revokedAt === null ? { ...key, revokedAt: at } : key)),
  }));

export const sameSignOn = (one: SignOnIdentity | undefined, other: SignOnIdentity | undefined): boolean =>
  one?.issuer === other?.issuer && one?.claim === other?.claim && one?.value === other?.value;

/**
 * Who comes in another way from now on is signed out. From single sign-on back to a passphrase it is as a reset: the one of
 * before, which had no use meanwhile, must not come back to life.
 */
function otherWayIn(state: AdministrationState, next: Person, changeId: string, at: string): AdministrationState {
  const before = state.people[next.id]?.person.signOn;
  if (sameSignOn(before, next.signOn)) return state;
  return next.signOn === undefined ? startAnew(state, next.id, changeId, at) : signedOut(state, next.id, changeId);
}

/** A change comes into force with its approval: the event names it, the request holds it. */
function inForce(state: AdministrationState, changeId: string, change: Change, at: string): AdministrationState {
  switch (change.kind) {
    case 'add person':
      return signedOut({ ...state, people: added(state.people, change.person) }, change.person.id, changeId);
    case 'change person':
      return withPerson(otherWayIn(state, change.person, changeId, at), change.person.id, (known) => ({ ...known, person: change.person }));
    case 'reset passphrase':
      return startAnew(state, change.personId, changeId, at);
    case 'enrol workstation':
      return enrolled(state, change.workstation, at);
    case 'publish policy':
      return { ...state, policies: [...state.policies, change.policy] };
    case 'publish flow':
      return {
        ...state,
        flows: [...state.flows.filter(({ definition }) => definition.id !== change.definition.id || definition.version !== change.definition.version), { definition: change.definition, publication: change.publication }],
      };
    case 'release kind': {
      const { [change.operationKind]: _stopped, ...stopped } = state.stopped;
      return { ...state, stopped };
    }
    // Done by the server to what lies under the log's bodies; the centre itself is as it was.
    case 'set legal hold':
    case 'lift legal hold':
    case 'erase customer':
      return state;
  }
}

/**
 * What an event of the stream `centre:administration` changes. Total: a kind that this program does not know advances the
 * version and nothing else.
 */
export function evolveAdministration(state: AdministrationState, event: { kind: string; version: number; body: unknown; at: string }): AdministrationState {
  const next: AdministrationState = { ...state, version: event.version };
  if (!Object.hasOwn(administrationEventSchemas, event.kind) || event.body === null) return next;
  const kind = event.kind as AdministrationEventKind;
  const { at } = event;
  const read = { kind, body: administrationEventSchemas[kind].parse(event.body) } as AdministrationEvent;
  switch (read.kind) {
    case 'centre founded':
      return { ...next, founded: read.body.how, people: read.body.people.reduce(added, next.people), policies: [read.body.policy] };
    case 'change proposed': {
      const { changeId, change, digest, reason, proposer, signed } = read.body;
      return {
        ...next,
        proposals: { ...next.proposals, [changeId]: { version: event.version, personKey: signed.personKey, workstationKey: signed.workstationKey } },
        changes: { ...next.changes, [changeId]: { changeId, proposer, proposedAt: at, reason, change, digest, status: 'waiting', decidedBy: null, decidedAt: null, because: null } },
      };
    }
    case 'change approved': {
      const request = next.changes[read.body.changeId];
      if (request === undefined) return next;
      const decided = { ...next, changes: { ...next.changes, [request.changeId]: { ...request, status: 'in-force' as const, decidedBy: read.body.approver, decidedAt: at } } };
      return inForce(touched(decided, subjectOf(request.change)), request.changeId, request.change, at);
    }
    case 'change rejected':
    case 'change withdrawn': {
      const request = next.changes[read.body.changeId];
      if (request === undefined) return next;
      const because = read.kind === 'change rejected' ? read.body.because : null;
      const status = read.kind === 'change rejected' ? ('rejected' as const) : ('withdrawn' as const);
      return { ...next, changes: { ...next.changes, [request.changeId]: { ...request, status, decidedBy: read.body.by, decidedAt: at, because } } };
    }
    case 'kind stopped':
      return touched({ ...next, stopped: { ...next.stopped, [read.body.operationKind]: { by: read.body.by, at, reason: read.body.reason } } }, `kind ${read.body.operationKind}`);
    case 'key registered': {
      const { personId, keyId, publicKey } = read.body;
      return withPerson(next, personId, (known) => ({ ...known, mayRegisterKey: false, keys: [...known.keys, { keyId, publicKey, registeredAt: at, revokedAt: null }] }));
    }
    case 'key revoked':
      return withPerson(next, read.body.personId, (known) => ({
        ...known, keys: known.keys.map((key) => (key.keyId === read.body.keyId && key.revokedAt === null ? { ...key, revokedAt: at } : key)),
      }));
    case 'workstation enrolled':
      return enrolled(next, read.body.workstation, at);
    case 'workstation revoked': {
      const workstation = next.workstations[read.body.workstationId];
      return workstation === undefined ? next : { ...next, workstations: { ...next.workstations, [workstation.id]: { ...workstation, revokedAt: workstation.revokedAt ?? at } } };
    }
    case 'person disabled':
      return withPerson(touched(signedOut(next, read.body.personId, next.signedOut[read.body.personId]?.by ?? null), `person ${read.body.personId}`), read.body.personId, (known) => ({
        ...known, person: { ...known.person, active: false },
      }));
  }
}

/** The policy that is in force; null before the centre is founded. */
export const policyInForce = (state: AdministrationState): AdministrationState['policies'][number] | null => state.policies.at(-1) ?? null;

/** Whether what the change replaces was changed by others since it was proposed. */
export function overtaken(state: AdministrationState, changeId: string, change: Change): boolean {
  const subject = subjectOf(change);
  return subject !== null && (state.touched[subject] ?? 0) > (state.proposals[changeId]?.version ?? 0);
}

/** Ids of a person's keys that nobody has revoked. */
export const validKeys = (state: AdministrationState, personId: string): string[] =>
  (state.people[personId]?.keys ?? []).filter((key) => key.revokedAt === null).map((key) => key.keyId);
