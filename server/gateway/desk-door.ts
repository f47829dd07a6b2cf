/** Who comes in, who is in, and who is put out: the desktops' door without what carries them. */
import type { Person } from '#shared/people/person.ts';
import type { CommandResult } from '#shared/protocol/command.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { Hello, OLDEST_PROTOCOL, PROTOCOL_VERSION, SOCKET, type LiveMessage } from '#shared/protocol/wire.ts';
import { DoorBook, TOGETHER_MS } from '../audit/door-book.ts';
import type { Centre } from '../centre.ts';
import type { CaseFeed } from '../log/feed.ts';
import type { StoredEvent } from '../log/log.ts';
import { Admission, type AdmissionLimits } from './admission.ts';
import type { makeAskers } from './asks.ts';
import { DeskConnection, type Seat, type Wire } from './desk-connection.ts';
import type { DoorGuard } from '../protection/door-guard.ts';
import { RateLimit } from './rate-limit.ts';
import { tongueOf } from './speaks-one.ts';

export type GatewayEvents = {
  arrived: (seat: { person: Person; desktop: string }) => void;
  left: (seat: { person: Person; desktop: string }) => void;
  answered?: (results: readonly CommandResult[]) => void;
  /** @param ms from the commit until it was handed to the wire @param events of that commit */
  fannedOut?: (ms: number, events: readonly StoredEvent[]) => void;
};

export type DoorParts = {
  centre: Centre;
  feed: CaseFeed;
  events: GatewayEvents;
  /** How much one person, workstation and address may do (RB1); absent: as much as a connection may. */
  guard?: Pick<DoorGuard, 'knock' | 'admit' | 'full' | 'entered' | 'left' | 'message'>;
  /** Milliseconds that only grow, from any start: for rate limit and admission. */
  elapsedMs(): number;
  /** Runs something so many milliseconds later, or as soon as the event loop comes round after that. */
  after(ms: number, run: () => void): void;
  /** How many are let in at once (OF5); the usual ones where absent. */
  admission?: AdmissionLimits;
};

/** As fast as another node lets desktops in (OF5). */
const A_MOVE_MS = 20;

export class DeskDoor {
  readonly #parts: DoorParts;
  readonly #book: DoorBook;
  /** By person: of thousands that are connected, each commit and each live value concerns a few. */
  readonly #connections = new Map<string, Set<DeskConnection>>();
  #desktops = 0;
  readonly #admission: Admission;
  readonly #stopListening: () => void;
  #askers: ReturnType<typeof makeAskers> | null = null;
  #leaving = false;
  /** Is about to be told everything, so that what its coming changes is not told to it twice. */
  #arriving: DeskConnection | null = null;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    const { centre } = parts;
    this.#admission = new Admission(parts.elapsedMs, (ms, run) => parts.after(ms, run), parts.admission);
    this.#book = new DoorBook(centre.log, () => centre.clock.now(), centre.logger, (write) => parts.after(TOGETHER_MS, write));
    this.#stopListening = centre.log.onAppended(({ to, feeds, events }) => {
      const committedMs = parts.elapsedMs();
      const sent = (): void => parts.events.fannedOut?.(parts.elapsedMs() - committedMs, events);
      for (const [reader, rows] of feeds) for (const connection of this.#of(reader)) connection.committed(to, rows, sent);
    });
  }

  /** Given once the switchboard is there. */
  answerWith(askers: ReturnType<typeof makeAskers>): void {
    this.#askers = askers;
  }

  /**
   * @param auth what the desktop says of itself; a refusal is written down
   * @param address as it is counted
   */
  async admit(auth: unknown, address = 'unknown'): Promise<{ seat: Seat } | { refusal: Refusal }> {
    const admitted = await this.#admit(auth, address).catch((error: unknown) => {
      // A database that is away: the desktop comes again by itself, and is not told where it lies.
      this.#parts.centre.logger.error({ error: error instanceof Error ? error.message : 'unknown' }, 'nobody can be let in');
      return { refusal: { code: 'server-trouble' } };
    });
    if ('refusal' in admitted) {
      const said = Hello.safeParse(auth);
      this.#book.turnedAway(admitted.refusal.code, null, said.success ? said.data.workstation : null);
    }
    return admitted;
  }

  async #admit(auth: unknown, address: string): Promise<{ seat: Seat } | { refusal: Refusal }> {
    const { centre, elapsedMs, guard } = this.#parts;
    const no = (refusal: Refusal): { refusal: Refusal } => ({ refusal });
    const knocked = (await guard?.knock(address)) ?? null;
    if (knocked !== null) return no(knocked);
    const hello = Hello.safeParse(auth);
    const { protocol } = (auth ?? {}) as { protocol?: unknown };
    if (typeof protocol === 'number' && protocol < OLDEST_PROTOCOL) return no({ code: 'protocol-too-old', detail: { speaks: PROTOCOL_VERSION } });
    if (typeof protocol === 'number' && protocol > PROTOCOL_VERSION) return no({ code: 'protocol-too-new', detail: { speaks: PROTOCOL_VERSION } });
    if (!hello.success) return no({ code: 'hello-malformed' });
    if (this.#leaving) return no({ code: 'server-stopping' });
    const claims = await centre.tokens.readSession(hello.data.token);
    if (claims === null || claims.desktop !== hello.data.desktop || claims.workstation !== hello.data.workstation) return no({ code: 'session-over' });
    await centre.administration.fresh();
    // PR9: the token is of use at the machine it was given to, and only while that machine is enrolled.
    const machine = centre.workstations.admit(claims.workstation);
    if (!machine.ok) return no({ code: machine.code });
    if (!centre.workstations.proves(claims.workstation, hello.data.token, hello.data.proof)) return no({ code: 'workstation-proof' });
    const person = centre.people.byId(claims.sub);
    if (person === null || !person.active) return no({ code: 'person-disabled' });
    if (!this.#lasts(person.id, claims.centre)) return no({ code: 'session-over' });
    const ended = centre.sessionEnds?.whyOver(claims.session, { person: person.id, workstation: claims.workstation }) ?? null;
    if (ended !== null) return no(tongueOf(hello.data.protocol).goodbye({ code: ended }));
    if (!(await centre.desktops.claim(claims.desktop, person.id))) return no({ code: 'desktop-taken' });
    const over = (await guard?.admit({ person, workstation: claims.workstation })) ?? null;
    if (over !== null) return no(over);
    // What has ended their session while that was looked up has not seen them among those who are in (TP8).
    const who = { person, centre: claims.centre, session: claims.session, workstation: claims.workstation };
    const gone = this.#gone(who);
    if (gone !== null) return no({ code: gone });
    // Last: who would not be let in anyway takes nobody's place.
    const urgent = hello.data.urgent === true;
    const busy = await this.#admission.enter(urgent);
    if (busy !== null) return no(busy);
    // They may have waited for seconds, and others of theirs with them.
    const since = this.#gone(who);
    if (since !== null) return no({ code: since });
    if (this.#leaving) return no({ code: 'server-stopping' });
    const full = guard?.full(who) ?? null;
    if (full !== null) return no(full);
    return { seat: { protocol: hello.data.protocol, urgent, person, centre: claims.centre, session: claims.session, desktop: claims.desktop, workstation: claims.workstation, rate: new RateLimit(elapsedMs) } };
  }

  /** The connection stands: everything central that its person should hold is told at once. */
  enter(seat: Seat, wire: Wire): DeskConnection {
    const { centre, feed, events, guard } = this.#parts;
    const connection = new DeskConnection({ centre, feed, book: this.#book, gone: (one) => this.#gone(one), askers: () => this.#askers, admission: this.#admission, answered: (results) => events.answered?.(results), message: (one) => guard?.message(one) ?? 0 }, seat, wire);
    const others = this.#connections.get(seat.person.id);
    if (others === undefined) this.#connections.set(seat.person.id, new Set([connection]));
    else others.add(connection);
    this.#desktops += 1;
    guard?.entered(seat);
    centre.logger.info({ person: seat.person.id, desktop: seat.desktop }, 'desktop connected');
    this.#book.arrived(seat);
    this.#arriving = connection;
    try {
      events.arrived(seat);
    } finally {
      this.#arriving = null;
    }
    for (const message of centre.live.all(seat.person.id)) connection.send(SOCKET.live, message);
    return connection;
  }

  /** Once for each that entered, when its wire has ended. */
  left(connection: DeskConnection): void {
    const { seat } = connection;
    const own = this.#connections.get(seat.person.id);
    if (own?.delete(connection) !== true) return;
    if (own.size === 0) this.#connections.delete(seat.person.id);
    this.#desktops -= 1;
    this.#parts.guard?.left(seat);
    this.#parts.centre.logger.info({ person: seat.person.id, desktop: seat.desktop }, 'desktop left');
    this.#book.left(seat);
    this.#parts.events.left(seat);
  }

  /** After a change of the centre: who was disabled or signed out, and every machine that was revoked, is out at once (TP8, PR9). */
  dismissTheGone(): void {
    for (const connection of this.#all()) {
      const gone = this.#gone(connection.seat);
      if (gone !== null) connection.dismiss(gone);
    }
  }

  #gone(seat: Pick<Seat, 'person' | 'centre' | 'session' | 'workstation'>): string | null {
    const { people, workstations } = this.#parts.centre;
    if (people.byId(seat.person.id)?.active !== true) return 'person-disabled';
    if (!this.#lasts(seat.person.id, seat.centre)) return 'session-over';
    const over = this.#parts.centre.sessionEnds?.whyOver(seat.session, { person: seat.person.id, workstation: seat.workstation }) ?? null;
    if (over !== null) return over;
    return workstations.refusal(seat.workstation);
  }

  /** TP12: sessions from before a person's passphrase was reset, or before they were disabled, are over. */
  #lasts(person: string, given: number): boolean {
    return given >= (this.#parts.centre.administration.state.signedOut[person]?.version ?? 0);
  }

  get desktops(): number {
    return this.#desktops;
  }

  online(person: string): boolean {
    return this.#connections.has(person);
  }

  sendLive(person: string, message: LiveMessage): void {
    for (const connection of this.#of(person)) if (connection !== this.#arriving) connection.send(SOCKET.live, message);
  }

  #of(person: string): Iterable<DeskConnection> {
    return this.#connections.get(person) ?? [];
  }

  #all(): DeskConnection[] {
    return [...this.#connections.values()].flatMap((own) => [...own]);
  }

  /**
   * Other nodes go on, and this one is leaving: nobody comes any more, and those who are here are told to go, a few at a time, so
   * that the others let each of them in at once. Until then each is served as ever.
   *
   * @param pause waits until the next may be told
   */
  async drain(pause: (ms: number) => Promise<void>): Promise<void> {
    this.#leaving = true;
    // A desktop that nobody waits for goes first: on a call even a second is long.
    for (const connection of this.#all().sort((a, b) => Number(this.#isTalking(a)) - Number(this.#isTalking(b)))) {
      if (this.#connections.get(connection.seat.person.id)?.has(connection) !== true) continue;
      connection.dismiss('server-stopping');
      await pause(A_MOVE_MS);
    }
  }

  #isTalking({ seat }: DeskConnection): boolean {
    return this.#parts.centre.agents.get(seat.person.id).state === 'on-call';
  }

  /** Nobody is connected any more. */
  closed(): void {
    this.#book.close();
  }

  /** The server stops: everybody is told, and nobody is fed any more. */
  close(): void {
    this.#stopListening();
    for (const connection of this.#all()) connection.send(SOCKET.goodbye, { refusal: { code: 'server-stopping' } });
  }
}
