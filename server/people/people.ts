import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import type { Person } from '#shared/people/person.ts';
import type { Administration } from '../administration/administration.ts';
import type { CredentialCheck, Credentials } from './credentials.ts';

export type PasswordCheck = { ok: true; person: Person; mustChange: boolean; hash: string } | Extract<CredentialCheck, { ok: false }> | { ok: false; code: 'person-disabled'; until?: string };

type Listed = { from: AdministrationState['people']; all: readonly Person[]; quality: readonly string[] };

/** Who there is, as the log has it, and the check of their passwords. */
export class People {
  readonly #administration: Administration;
  readonly #credentials: Credentials;
  /** As of one state of the centre, which is never changed: commands ask with every decision, and people come and go by the week. */
  #listed: Listed | null = null;

  constructor(administration: Administration, credentials: Credentials) {
    this.#administration = administration;
    this.#credentials = credentials;
  }

  byId(id: string): Person | null {
    return this.#administration.state.people[id]?.person ?? null;
  }

  byAccount(account: string): Person | null {
    const wanted = account.trim().toLowerCase();
    return this.all().find((person) => person.account.toLowerCase() === wanted) ?? null;
  }

  all(): readonly Person[] {
    return this.#list().all;
  }

  /** Those who look into quality cases now. */
  qualityStaff(): readonly string[] {
    return this.#list().quality;
  }

  #list(): Listed {
    const { people } = this.#administration.state;
    if (this.#listed !== null && this.#listed.from === people) return this.#listed;
    const all = Object.values(people).map(({ person }) => person);
    this.#listed = { from: people, all, quality: all.filter((one) => one.role === 'quality' && one.active).map((one) => one.id) };
    return this.#listed;
  }

  async check(account: string, password: string, now: string): Promise<PasswordCheck> {
    const person = this.byAccount(account);
    const { by = null } = person === null ? {} : (this.#administration.state.signedOut[person.id] ?? {});
    // TP12: two people have voided the passphrase of before; it is nobody's way in until the new one is set.
    if (by !== null && !(await this.#credentials.isCarriedOut(by))) return { ok: false, code: 'wrong-password' };
    // Whoever comes by single sign-on has no passphrase here: said as of somebody who is not known, at the same cost.
    const checked = await this.#credentials.check(person?.signOn === undefined ? (person?.id ?? null) : null, password, now);
    if (!checked.ok) return checked;
    if (person === null || !person.active) return { ok: false, code: 'person-disabled' };
    return { ok: true, person, mustChange: checked.mustChange, hash: checked.hash };
  }
}
