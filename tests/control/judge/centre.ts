/** The centre itself as the judge folds it: who was who, up to what, with which keys, under which policy, at each place of the log. */
import type { LoggedEvent } from './evidence.ts';

type Person = { id: string; human: string; role: string; active: boolean; entitlements: { reviewLimitFen: Record<string, number> }; relatedCustomers: string[] };
type Kind = {
  selfCheck: { id: string }[]; consent: { id: string }[]; highValueFromFen: number; highValueFromLines: number; confirmationMinutes: number; recordingRequired: boolean;
  reviewLimitFen: Record<string, number>;
};
export type Policy = { version: string; equivalentTo: string[]; kinds: Record<string, Kind>; breakGlass: { capFen: number; perDay: number }; offline?: { capFen: number; hours: number; withoutRecording: boolean } };
type Change = { kind: string; person?: Person; personId?: string; policy?: Policy; operationKind?: string };
/** What the bodies of the centre's stream are said to hold; see `evidence.ts`. */
type Claimed = {
  people: Person[]; policy: Policy; changeId: string; change: Change; proposer: string; approver: string; digest: string; operationKind: string; personId: string; keyId: string; publicKey: string;
  workstation: { keyId: string; publicKey: string };
};
type Key = { publicKey: string; revoked: boolean };

export class JudgedCentre {
  readonly people = new Map<string, Person>();
  readonly personKeys = new Map<string, Map<string, Key>>();
  readonly workstationKeys = new Map<string, Key>();
  readonly policies: Policy[] = [];
  readonly stopped = new Set<string>();
  readonly #proposed = new Map<string, { change: Change; proposer: string; digest: string }>();
  readonly violations: string[] = [];

  get policy(): Policy | undefined {
    return this.policies.at(-1);
  }

  take(event: LoggedEvent): void {
    if (event.body === null) return;
    const body = event.body as unknown as Claimed;
    switch (event.kind) {
      case 'centre founded':
        for (const person of body.people) this.people.set(person.id, person);
        this.policies.push(body.policy);
        return;
      case 'change proposed':
        this.#proposed.set(body.changeId, { change: body.change, proposer: body.proposer, digest: body.digest });
        return;
      case 'change approved':
        this.#approved(event, body);
        return;
      case 'kind stopped':
        this.stopped.add(body.operationKind);
        return;
      case 'key registered': {
        const keys = this.personKeys.get(body.personId) ?? new Map<string, Key>();
        keys.set(body.keyId, { publicKey: body.publicKey, revoked: false });
        this.personKeys.set(body.personId, keys);
        return;
      }
      case 'key revoked': {
        const key = this.personKeys.get(body.personId)?.get(body.keyId);
        if (key !== undefined) key.revoked = true;
        return;
      }
      case 'workstation enrolled':
        this.workstationKeys.set(body.workstation.keyId, { publicKey: body.workstation.publicKey, revoked: false });
        return;
      case 'workstation revoked':
        return;
      case 'person disabled': {
        const person = this.people.get(body.personId);
        if (person !== undefined) this.people.set(person.id, { ...person, active: false });
      }
    }
  }

  #approved(event: LoggedEvent, body: Claimed): void {
    const asked = this.#proposed.get(body.changeId);
    if (asked === undefined) return void this.violations.push(`${event.id}: a change came into force that nobody proposed`);
    const proposer = this.people.get(asked.proposer);
    const approver = this.people.get(body.approver);
    // TP12: two humans, neither of them the one it is about.
    if (proposer === undefined || approver === undefined || proposer.human === approver.human) this.violations.push(`${event.id}: a change was made by one human`);
    if (event.actor.person !== body.approver) this.violations.push(`${event.id}: a change was approved in another's name`);
    const { change } = asked;
    const about = change.person?.human ?? this.people.get(change.personId ?? '')?.human;
    if (about !== undefined && (about === proposer?.human || about === approver?.human)) this.violations.push(`${event.id}: somebody changed what they gain by`);
    if (change.person !== undefined) this.people.set(change.person.id, change.person);
    if (change.kind === 'publish policy' && change.policy !== undefined) this.policies.push(change.policy);
    if (change.kind === 'release kind') this.stopped.delete(change.operationKind ?? '');
    if (change.kind === 'reset passphrase') for (const key of this.personKeys.get(change.personId ?? '')?.values() ?? []) key.revoked = true;
  }
}
