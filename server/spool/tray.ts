import { z } from 'zod';
import type { Person } from '#shared/people/person.ts';
import { LATE_WORK, PersonId, Uuid7, type Instant } from '#shared/protocol/ids.ts';
import { LateWork } from '#shared/protocol/spool.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import type { Centre } from '../centre.ts';

const EXPECTED = 'late work expected';
const ARRIVED = 'late work arrived';
const PUT_AWAY = 'late work put away';

const Item = LateWork.omit({ authorName: true, workstationName: true, arrivedAt: true }).extend({ workstation: Uuid7.nullable() });
export type LateItem = z.infer<typeof Item>;
const Expected = z.strictObject({ commands: z.array(Uuid7) });
const Arrived = z.strictObject({ items: z.array(Item) });
const PutAway = z.strictObject({ commands: z.array(Uuid7), by: PersonId });
/** What the tray's own stream can hold. */
export const lateWorkEventSchemas = { [EXPECTED]: Expected, [ARRIVED]: Arrived, [PUT_AWAY]: PutAway } as const;

type Held = LateItem & { arrivedAt: Instant; putAway: boolean };

const TRIES = 20;
/** Shown at once; what was put away makes room. */
const SHOWN = 200;

/** The leads' tray (SY10): folded from its own stream; leads see it live. */
export class LateWorkTray {
  readonly #centreOf: () => Centre;
  readonly #items = new Map<string, Held>();
  readonly #expected = new Set<string>();
  #version = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param centre asked for when it is needed: the tray is one of its parts */
  constructor(centre: () => Centre) {
    this.#centreOf = centre;
  }

  get #centre(): Centre {
    return this.#centreOf();
  }

  async start(): Promise<void> {
    await this.#catchUp();
    this.#tell();
    // Of another server of the centre as well.
    this.#centre.log.onAppended(({ events }) => {
      if (!events.some(({ envelope }) => envelope.case === LATE_WORK && envelope.version > this.#version)) return;
      void this.#inTurn(async () => {
        await this.#catchUp();
        this.#tell();
      }).catch(() => undefined);
    });
    this.#centre.administration.onChanged(() => this.#tell());
  }

  get(command: string): LateItem | null {
    return this.#items.get(command) ?? null;
  }

  /**
   * Notes what is about to be taken for the tray, before it is: a server that dies in between then tells of it all the same when
   * it comes again, and what its author had sent in time is never told as late.
   */
  expect(commands: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#append(null, () => {
      const news = commands.filter((command) => !this.#expected.has(command) && !this.#items.has(command));
      return news.length === 0 ? [] : [{ kind: EXPECTED, body: { commands: news } satisfies z.infer<typeof Expected> }];
    }));
  }

  expects(command: string): boolean {
    return this.#expected.has(command);
  }

  /** Once for each command, however often it arrives. */
  add(items: readonly LateItem[]): Promise<void> {
    return this.#inTurn(async () => {
      const events = (): { kind: string; body: unknown }[] => {
        const news = items.filter(({ command }) => !this.#items.has(command));
        return news.length === 0 ? [] : [{ kind: ARRIVED, body: { items: news } satisfies z.infer<typeof Arrived> }];
      };
      await this.#append(null, events);
    });
  }

  /** A lead has seen them; they stay in the log. */
  putAway(commands: readonly string[], by: Person, workstation: string): Promise<void> {
    return this.#inTurn(async () => {
      const events = (): { kind: string; body: unknown }[] => {
        const held = commands.filter((command) => this.#items.get(command)?.putAway === false);
        return held.length === 0 ? [] : [{ kind: PUT_AWAY, body: { commands: held, by: by.id } satisfies z.infer<typeof PutAway> }];
      };
      await this.#append({ person: by.id, workstation }, events);
    });
  }

  async #append(by: { person: string; workstation: string } | null, events: () => { kind: string; body: unknown }[]): Promise<void> {
    const { log, clock, newId } = this.#centre;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const made = events();
      if (made.length === 0) return;
      const [result] = await log.append([{
        writes: [{
          stream: LATE_WORK, expectedVersion: this.#version, events: made.map((event) => ({ id: newId(), ...event })),
          actor: by === null ? { kind: 'server', person: null, workstation: null } : { kind: 'person', ...by }, madeAt: clock.now(),
        }],
        command: null, audit: [],
      }]);
      if (result?.status !== 'appended' && result?.status !== 'conflict') throw new Error(`the log did not take late work: ${result?.status ?? 'nothing'}`);
      await this.#catchUp();
      if (result.status === 'appended') return this.#tell();
    }
    throw new Error(`late work met ${TRIES} conflicts`);
  }

  async #catchUp(): Promise<void> {
    for (const { envelope, body } of await this.#centre.log.readStream(LATE_WORK, this.#version + 1)) {
      this.#version = envelope.version;
      if (envelope.kind === EXPECTED) for (const command of Expected.parse(body).commands) this.#expected.add(command);
      if (envelope.kind === ARRIVED) for (const item of Arrived.parse(body).items) this.#items.set(item.command, { ...item, arrivedAt: envelope.times.recorded, putAway: false });
      if (envelope.kind === PUT_AWAY) for (const command of PutAway.parse(body).commands) this.#put(command);
    }
  }

  #put(command: string): void {
    const held = this.#items.get(command);
    if (held !== undefined) this.#items.set(command, { ...held, putAway: true });
  }

  #tell(): void {
    const { people, live, administration } = this.#centre;
    const shown: LiveValue<'late-work'> = [...this.#items.values()].filter(({ putAway }) => !putAway).slice(-SHOWN).map(({ putAway: _shown, workstation, ...item }) => ({
      ...item, authorName: people.byId(item.author)?.name ?? '', workstationName: workstation === null ? null : (administration.state.workstations[workstation]?.name ?? null),
    }));
    for (const person of people.all()) if (person.role === 'lead' && person.active) live.set(person.id, 'late-work', shown);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
