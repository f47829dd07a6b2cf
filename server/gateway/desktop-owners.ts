import type { Database } from 'better-sqlite3';

/**
 * Whose a desktop is: the person's who first came with it. Numbers are counted by desktop (SY2), and a desktop's id is in
 * every call it took: whoever came under a colleague's could take their numbers, and their work would be refused (RB1).
 */
export class DesktopOwners {
  readonly #claim: (desktop: string, person: string) => void;
  readonly #ownerOf: (desktop: string) => string | undefined;

  /** @param db the file of what is not in the log */
  constructor(db: Database) {
    db.exec('create table if not exists desktops (desktop text primary key, person text not null) strict');
    const claim = db.prepare('insert into desktops (desktop, person) values (?, ?) on conflict (desktop) do nothing');
    const owner = db.prepare<[string], string>('select person from desktops where desktop = ?').pluck();
    this.#claim = (desktop, person) => void claim.run(desktop, person);
    this.#ownerOf = (desktop) => owner.get(desktop);
  }

  /** @returns whether the desktop is this person's, now and from now on */
  claim(desktop: string, person: string): boolean {
    // Asked first: nobody who only comes back waits for a write.
    const owner = this.#ownerOf(desktop);
    if (owner !== undefined) return owner === person;
    this.#claim(desktop, person);
    return this.#ownerOf(desktop) === person;
  }
}
