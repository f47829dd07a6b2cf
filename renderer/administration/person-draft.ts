import { OperationKind } from '#shared/operation/payload.ts';
import { Person } from '#shared/people/person.ts';
import type { Role } from '#shared/people/roles.ts';

/** What is typed of a person; lists as one text, limits in fen or null for "reviews none". */
export type PersonDraft = {
  id: string; since: string; account: string; name: string; no: string; role: Role | null; team: string; skills: string; related: string; active: boolean;
  limits: Readonly<Partial<Record<OperationKind, number | null>>>;
  /** Who they are at the identity provider; null: they have a passphrase. */
  signOn: { issuer: string; claim: string; value: string } | null;
  /** The human: made anew, or that of an account there is. */
  human: string;
};

export const emptyDraft = (id: string, human: string, since: string): PersonDraft => ({ id, human, since, account: '', name: '', no: '', role: null, team: '', skills: '', related: '', active: true, signOn: null, limits: {} });

export const draftOf = (person: Person): PersonDraft => ({
  id: person.id, human: person.human, since: person.since, account: person.account, name: person.name, no: person.no, role: person.role, team: person.team,
  skills: person.skills.join(', '), related: person.relatedCustomers.join(', '), active: person.active, signOn: person.signOn ?? null, limits: person.entitlements.reviewLimitFen,
});

const listOf = (text: string): string[] => [...new Set(text.split(/[\s,，、;；]+/).filter((part) => part !== ''))];

/** @returns the whole person, or the fields that are missing or too long */
export function personOf(draft: PersonDraft): { person: Person } | { missing: (keyof Person)[] } {
  const reviewLimitFen = Object.fromEntries(OperationKind.options.flatMap((kind) => {
    const limit = draft.limits[kind];
    return limit === undefined || limit === null ? [] : [[kind, limit] as const];
  }));
  const parsed = Person.safeParse({
    id: draft.id, human: draft.human, account: draft.account.trim(), name: draft.name.trim(), no: draft.no.trim(), role: draft.role, team: draft.team.trim(), skills: listOf(draft.skills),
    entitlements: { reviewLimitFen }, relatedCustomers: listOf(draft.related), active: draft.active, since: draft.since,
    ...(draft.signOn === null ? {} : { signOn: { issuer: draft.signOn.issuer.trim(), claim: draft.signOn.claim.trim(), value: draft.signOn.value.trim() } }),
  });
  return parsed.success ? { person: parsed.data } : { missing: [...new Set(parsed.error.issues.map((issue) => issue.path[0] as keyof Person))] };
}
