import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { changeDigest, type Change, type ChangeRequest } from '#shared/administration/change.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Role } from '#shared/people/roles.ts';

export type Me = { id: string; human: string; role: Role };
/** Why this person does not get to agree; the codes of `administration-refusals.ts`. */
export type NotMine = 'role-may-not' | 'tp12-two-people' | 'tp12-gains' | 'tp12-proposer-gone' | 'tp2-digest';

const humanOf = (view: AdministrationView, personId: string): string | null => view.people.find(({ person }) => person.id === personId)?.person.human ?? null;

/** Whether a change is about this human, under any account of theirs (TP12, TP14): as the server will judge it again. */
export function isAboutMe(view: AdministrationView, change: Change, human: string): boolean {
  switch (change.kind) {
    case 'add person':
    case 'change person':
      return change.person.human === human || humanOf(view, change.person.id) === human;
    case 'reset passphrase':
      return humanOf(view, change.personId) === human;
    case 'lift legal hold':
    case 'erase customer':
      return view.people.some(({ person }) => person.human === human && person.relatedCustomers.includes(change.customerId));
    default:
      return false;
  }
}

/** @returns what speaks against this person's agreeing, as far as this desktop can tell; null where nothing does. The server decides. */
export function whyNotMine(view: AdministrationView, request: ChangeRequest, me: Me): NotMine | null {
  if (!mayDo(me.role, 'approve change') || !mayDo(me.role, request.change.kind)) return 'role-may-not';
  if (request.proposer === me.id || humanOf(view, request.proposer) === me.human) return 'tp12-two-people';
  if (isAboutMe(view, request.change, me.human)) return 'tp12-gains';
  const proposer = view.people.find(({ person }) => person.id === request.proposer)?.person;
  if (proposer !== undefined && (!proposer.active || !mayDo(proposer.role, request.change.kind))) return 'tp12-proposer-gone';
  // What is shown is what is signed: a digest that is not of this content is agreed to by nobody.
  return changeDigest(request) === request.digest ? null : 'tp2-digest';
}
