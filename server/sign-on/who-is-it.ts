import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SignOnSettings } from './settings.ts';

type Claims = Readonly<Record<string, unknown>>;

const sameIssuer = (one: string, other: string): boolean => URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
const names = (claim: unknown): string[] => (typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : []);

/**
 * Whom the centre's own books mean by an ID token (TP12). The provider says who somebody is; what they may do is in the books, and a
 * role that the provider tells can only keep them out: where it does not agree nobody comes in, and none is ever taken from it.
 *
 * @param claims of a token that was checked
 */
export function whoIsIt(people: readonly Person[], issuer: string, claims: Claims, settings: Pick<SignOnSettings, 'roles' | 'acr'>): { person: Person } | { refusal: Refusal } {
  const meant = people.filter(({ signOn }) => signOn !== undefined && sameIssuer(signOn.issuer, issuer) && Object.hasOwn(claims, signOn.claim) && claims[signOn.claim] === signOn.value);
  const [person] = meant;
  // Two who are named by two claims of one token: which of them it is nobody can say.
  if (person === undefined || meant.length > 1) return { refusal: { code: 'sign-on-unknown' } };
  if (!person.active) return { refusal: { code: 'person-disabled' } };
  const { roles, acr } = settings;
  if (acr.length > 0 && !acr.some((one) => one === claims['acr'])) return { refusal: { code: 'sign-on-weak' } };
  if (roles === null) return { person };
  const wanted = roles.names[person.role] ?? [];
  return names(claims[roles.claim]).some((name) => wanted.includes(name)) ? { person } : { refusal: { code: 'sign-on-role' } };
}
