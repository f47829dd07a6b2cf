import { z } from 'zod';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { SessionEnds } from './session-ends.ts';
import type { SessionListStore } from './session-list-store.ts';
import { SessionOf } from './tokens.ts';

/** How long one is remembered that has no end of its own: in a demonstration alone. */
const DEMO_HOURS = 24;

const Content = z.strictObject({ session: SessionOf, /** The centre's version when it began. */ centre: z.int() });

type Place = { person: string; workstation: string };

export type OwnSessionsParts = {
  store: SessionListStore;
  ends: SessionEnds;
  administration: () => AdministrationState;
  centreVersion: () => number;
  now: () => string;
};

/** What somebody is told of their own sessions, and how they end another of them (ASVS 7.5.2). */
export class OwnSessions {
  readonly #parts: OwnSessionsParts;

  constructor(parts: OwnSessionsParts) {
    this.#parts = parts;
  }

  /** A token was given: the session takes the place of the one before at that workstation. */
  async begun({ person, workstation }: Place, session: SessionOf): Promise<void> {
    const { store, ends, now, centreVersion } = this.#parts;
    const until = ends.until(session) ?? new Date(Date.parse(session.since) + DEMO_HOURS * 3_600_000).toISOString();
    await store.put({ person, workstation, session: session.id, content: JSON.stringify({ session, centre: centreVersion() } satisfies z.infer<typeof Content>), until }, now());
  }

  /** The person signed out there. */
  async left({ person, workstation }: Place, session: SessionOf): Promise<void> {
    await this.#parts.store.remove({ person, workstation, session: session.id });
  }

  /** Those that something would still serve, newest first. @param here the workstation that asks */
  async of(person: string, here: string): Promise<AskValue<'own sessions'>> {
    const { store, ends, administration } = this.#parts;
    const state = administration();
    const rows = await store.of(person);
    return rows.flatMap(({ workstation, content }) => {
      const { session, centre } = Content.parse(JSON.parse(content));
      const machine = state.workstations[workstation];
      const isOver = ends.whyOver(session, { person, workstation }) !== null || centre < (state.signedOut[person]?.version ?? 0) || machine === undefined || machine.revokedAt !== null;
      return isOver ? [] : [{ session: session.id, workstation: machine.name, site: machine.site, since: session.since, how: session.signOn === null ? 'passphrase' as const : 'sign-on' as const, until: ends.until(session), here: workstation === here }];
    }).sort((a, b) => (a.since < b.since ? 1 : -1));
  }

  /** Ends it at all servers at once, with whatever the desktop there would bring it back by. @returns where it was, or null: there is none such, or it is the one `here` */
  async end(person: string, session: string, here: string): Promise<{ workstation: string } | null> {
    const { store, ends } = this.#parts;
    const row = (await store.of(person)).find((one) => one.session === session);
    if (row === undefined || row.workstation === here) return null;
    const { workstation } = row;
    await ends.note({ closed: session }, { person, workstation });
    await store.remove({ person, workstation, session });
    ends.tell();
    return { workstation };
  }
}
