import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { SignatureFinding } from '../case/context.ts';
import { mayDo } from '../people/may.ts';
import type { Person } from '../people/person.ts';
import type { Role } from '../people/roles.ts';
import type { AdministrationCommand, AdministrationEvent, AdministrationState } from './administration-schema.ts';
import type { FlowDefinition, PublicationState } from '../flow/definition.ts';
import { digestOfJson } from '../protocol/signature.ts';
import { overtaken, policyInForce, sameSignOn, validKeys } from './administration-evolve.ts';
import { changeDigest, type Change } from './change.ts';

export type AdministrationContext = {
  now: string;
  by: { person: string; human: string; role: Role };
  signature: SignatureFinding;
  /** Every version that is published now, those that come with the program included. */
  flows: readonly { definition: FlowDefinition; publication: PublicationState }[];
  /** What the server found against the change beyond the centre's own state: a flow's checks (FL1), retention and holds (PR7). */
  against: Refusal | null;
};
export type AdministrationRuling = { events: AdministrationEvent[] } | { refusal: Refusal };

const happened = (...events: AdministrationEvent[]): AdministrationRuling => ({ events });

/** TP12, "neither gaining by it": whoever a change is about neither proposes nor approves it, under any account of theirs. */
function gains(state: AdministrationState, change: Change, human: string): boolean {
  switch (change.kind) {
    case 'add person':
    case 'change person':
      return change.person.human === human || state.people[change.person.id]?.person.human === human;
    case 'reset passphrase':
      return state.people[change.personId]?.person.human === human;
    // Traces of one's own matters, or a relative's (TP14).
    case 'lift legal hold':
    case 'erase customer':
      return Object.values(state.people).some(({ person }) => person.human === human && person.relatedCustomers.includes(change.customerId));
    // Who makes or reviews operations under another account would loosen what binds them there.
    case 'publish policy':
    case 'publish flow':
    case 'release kind':
      return Object.values(state.people).some(({ person }) => person.human === human && person.active && mayDo(person.role, 'submit for review'));
    default:
      return false;
  }
}

/** FL1: a published version never changes; a new one goes above, and a recall names what was published, word for word. */
function flowFault(change: Extract<Change, { kind: 'publish flow' }>, { flows }: AdministrationContext): { refusal: Refusal } | null {
  const { id, version } = change.definition;
  const known = flows.filter(({ definition }) => definition.id === id);
  if (change.publication === 'inForce') {
    const newest = Math.max(0, ...known.map(({ definition }) => definition.version));
    return version <= newest ? refuse('flow-version-used', { newest }) : null;
  }
  const named = known.find(({ definition }) => definition.version === version);
  if (named === undefined) return refuse('flow-unknown');
  if (named.publication === 'recalled') return refuse('flow-recalled');
  return digestOfJson(named.definition) === digestOfJson(change.definition) ? null : refuse('flow-version-used', { newest: version });
}

/** Two people of one identity would be one way in to both. */
const signOnTaken = (state: AdministrationState, { id, signOn }: Person): boolean =>
  signOn !== undefined && Object.values(state.people).some(({ person }) => person.id !== id && person.signOn !== undefined && sameSignOn(person.signOn, signOn));

/** Whether the change makes sense on the centre as it is now; judged at proposal and again at approval. */
function fault(state: AdministrationState, change: Change, context: AdministrationContext): { refusal: Refusal } | null {
  switch (change.kind) {
    case 'add person': {
      const taken = Object.values(state.people).some(({ person }) => person.id === change.person.id || person.account.toLowerCase() === change.person.account.toLowerCase());
      return taken ? refuse('person-exists') : signOnTaken(state, change.person) ? refuse('sign-on-taken') : null;
    }
    case 'change person': {
      const before = state.people[change.person.id]?.person;
      if (before === undefined) return refuse('person-unknown');
      // A human is told by `human` for ever: who could move it could review their own work (TP5).
      if (before.human !== change.person.human || before.account !== change.person.account) return refuse('person-fixed');
      if (signOnTaken(state, change.person)) return refuse('sign-on-taken');
      const admins = Object.values(state.people).filter(({ person }) => person.id !== before.id && person.role === 'admin' && person.active);
      // With one administrator left nobody could ever be the second one again.
      return before.role === 'admin' && before.active && (change.person.role !== 'admin' || !change.person.active) && admins.length < 2 ? refuse('last-administrators') : null;
    }
    case 'reset passphrase':
      return state.people[change.personId] === undefined ? refuse('person-unknown') : null;
    case 'enrol workstation': {
      const known = Object.values(state.workstations).some((one) => one.id === change.workstation.id || (one.keyId === change.workstation.keyId && one.revokedAt === null));
      return known ? refuse('workstation-exists') : null;
    }
    case 'publish policy':
      return state.policies.some(({ version }) => version === change.policy.version) ? refuse('policy-version-used', { version: change.policy.version }) : null;
    case 'publish flow':
      return flowFault(change, context);
    case 'release kind':
      return state.stopped[change.operationKind] === undefined ? refuse('kind-not-stopped') : null;
    case 'set legal hold':
    case 'lift legal hold':
    case 'erase customer':
      return null;
  }
}

function signatureFaultOf(context: AdministrationContext, purpose: 'order' | 'approval', digest: string): { refusal: Refusal } | null {
  if (!context.signature.ok) return refuse(context.signature.code);
  return context.signature.purpose === purpose && context.signature.digest === digest ? null : refuse('tp8-other-digest');
}

/**
 * Decides what a person does to the centre itself (TP12, TP15, TP8, PR9): pure, over the folded stream.
 *
 * @returns the events, or why not; nothing that could weaken control comes into force by one person
 */
export function decideAdministration(state: AdministrationState, command: AdministrationCommand, context: AdministrationContext): AdministrationRuling {
  const { by } = context;
  if (!mayDo(by.role, command.kind)) return refuse('role-may-not');
  switch (command.kind) {
    case 'propose change': {
      const { changeId, change, reason, signed } = command.body;
      if (!mayDo(by.role, change.kind)) return refuse('role-may-not');
      if (state.changes[changeId] !== undefined) return refuse('change-exists');
      if (gains(state, change, by.human)) return refuse('tp12-gains');
      const wrong = fault(state, change, context);
      if (wrong) return wrong;
      if (context.against !== null) return { refusal: context.against };
      const digest = changeDigest({ changeId, proposer: by.person, change });
      return signatureFaultOf(context, 'order', digest) ?? happened({ kind: 'change proposed', body: { changeId, change, digest, reason, proposer: by.person, signed } });
    }
    case 'approve change': {
      const request = state.changes[command.body.changeId];
      if (request === undefined) return refuse('change-unknown');
      if (request.status !== 'waiting') return refuse('change-decided', { status: request.status });
      if (!mayDo(by.role, request.change.kind)) return refuse('role-may-not');
      const proposer = state.people[request.proposer]?.person;
      if (request.proposer === by.person || proposer === undefined || proposer.human === by.human) return refuse('tp12-two-people');
      if (!proposer.active || !mayDo(proposer.role, request.change.kind)) return refuse('tp12-proposer-gone');
      if (gains(state, request.change, by.human)) return refuse('tp12-gains');
      // TP8: what was ordered with a key that is revoked by now was perhaps not ordered by its owner.
      const { personKey = '', workstationKey = '' } = state.proposals[request.changeId] ?? {};
      const stands = validKeys(state, request.proposer).includes(personKey) && Object.values(state.workstations).some((one) => one.keyId === workstationKey && one.revokedAt === null);
      if (!stands) return refuse('tp12-proposer-key');
      if (command.body.digest !== request.digest) return refuse('tp2-digest');
      if (overtaken(state, request.changeId, request.change)) return refuse('tp12-overtaken');
      const wrong = fault(state, request.change, context);
      if (wrong) return wrong;
      if (context.against !== null) return { refusal: context.against };
      return signatureFaultOf(context, 'approval', request.digest) ?? happened({ kind: 'change approved', body: { changeId: request.changeId, digest: request.digest, approver: by.person, signed: command.body.signed } });
    }
    case 'reject change':
    case 'withdraw change': {
      const request = state.changes[command.body.changeId];
      if (request === undefined) return refuse('change-unknown');
      if (request.status !== 'waiting') return refuse('change-decided', { status: request.status });
      if (command.kind === 'withdraw change') {
        return request.proposer === by.person ? happened({ kind: 'change withdrawn', body: { changeId: request.changeId, by: by.person } }) : refuse('change-not-yours');
      }
      return happened({ kind: 'change rejected', body: { changeId: request.changeId, by: by.person, because: command.body.because } });
    }
    case 'stop kind':
      if (policyInForce(state)?.kinds[command.body.operationKind] === undefined) return refuse('kind-unknown');
      return state.stopped[command.body.operationKind] === undefined ? happened({ kind: 'kind stopped', body: { ...command.body, by: by.person } }) : happened();
    case 'revoke key': {
      const { personId, keyId, reason } = command.body;
      // One's own key, at once; anybody's by those who look after people.
      if (personId !== by.person && !mayDo(by.role, "revoke others' keys")) return refuse('role-may-not');
      const key = state.people[personId]?.keys.find((one) => one.keyId === keyId);
      if (key === undefined) return refuse('key-unknown');
      return key.revokedAt === null ? happened({ kind: 'key revoked', body: { personId, keyId, by: by.person, reason } }) : happened();
    }
    case 'revoke workstation': {
      const workstation = state.workstations[command.body.workstationId];
      if (workstation === undefined) return refuse('workstation-unknown');
      return workstation.revokedAt === null ? happened({ kind: 'workstation revoked', body: { ...command.body, by: by.person } }) : happened();
    }
    case 'disable person': {
      const known = state.people[command.body.personId];
      if (known === undefined) return refuse('person-unknown');
      const admins = Object.values(state.people).filter(({ person }) => person.role === 'admin' && person.active);
      if (known.person.role === 'admin' && known.person.active && admins.length <= 2) return refuse('last-administrators');
      return known.person.active ? happened({ kind: 'person disabled', body: { ...command.body, by: by.person } }) : happened();
    }
    case 'register key': {
      const known = state.people[by.person];
      if (known === undefined) return refuse('person-unknown');
      if (known.keys.some((key) => key.keyId === command.body.keyId && key.revokedAt === null)) return happened();
      // TP8, TP12: another key for the same person is another person's chance; two people reset it first.
      if (!known.mayRegisterKey) return refuse('key-registered');
      const taken = Object.values(state.people).some(({ keys }) => keys.some((key) => key.keyId === command.body.keyId));
      return taken ? refuse('key-taken') : happened({ kind: 'key registered', body: { personId: by.person, ...command.body } });
    }
  }
}
