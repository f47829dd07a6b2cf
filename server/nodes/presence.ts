import type { Bus } from './bus.ts';
import type { NodeMessage, NodeSeat } from './node-message.ts';

export const BEAT_MS = 2_000;
/** A node that says nothing for so long is gone, and its desktops with it: they are on their way to another node. */
const GONE_MS = 7_000;
const SEATS_A_PART = 200;
/** A node is asked for all of its seats no oftener: while the answer is on its way, more news that do not fit may come. */
const ASK_MS = 300;

type OtherNode = { heardMs: number; askedMs: number; count: number; seats: Map<string, { seat: NodeSeat; times: number }>; parts: Map<number, NodeSeat[]>; partsOf: number };
export type PresenceEvents = { arrived: (seat: NodeSeat) => void; left: (seat: NodeSeat) => void };

const nameOf = ({ person, desktop }: NodeSeat): string => `${person} ${desktop}`;

/** Who is connected, at whichever node of the centre: each node tells of its own, and keeps what the others told. */
export class Presence {
  readonly #bus: Bus;
  readonly #elapsedMs: () => number;
  readonly #mine = new Map<string, { seat: NodeSeat; times: number }>();
  readonly #others = new Map<string, OtherNode>();
  readonly #listeners = new Set<PresenceEvents>();
  /** How many connections a person has, wherever. */
  readonly #people = new Map<string, number>();
  readonly #stop: () => void;
  #count = 0;

  /** @param elapsedMs milliseconds that only grow, from any start; `beat` is called every BEAT_MS by whoever has a timer */
  constructor(bus: Bus, elapsedMs: () => number) {
    this.#bus = bus;
    this.#elapsedMs = elapsedMs;
    this.#stop = bus.onMessage((from, message) => this.#heard(from, message));
  }

  /** Told of each connection that comes or goes at any node. */
  onChanged(events: PresenceEvents): void {
    this.#listeners.add(events);
  }

  online(person: string): boolean {
    return this.connections(person) > 0;
  }

  /** How many of this person's desktops are connected, at whichever node. */
  connections(person: string): number {
    return this.#people.get(person) ?? 0;
  }

  /** Every connection, each as often as it stands. */
  seats(): NodeSeat[] {
    return [this.#mine, ...[...this.#others.values()].map(({ seats }) => seats)].flatMap((held) => [...held.values()].flatMap(({ seat, times }) => Array.from({ length: times }, () => seat)));
  }

  /** Nodes beside this one. */
  get nodes(): number {
    return this.#others.size;
  }

  came(seat: NodeSeat): void {
    this.#count += 1;
    add(this.#mine, seat);
    this.#bus.tell({ kind: 'came', count: this.#count, seat });
    this.#arrived(seat);
  }

  went(seat: NodeSeat): void {
    this.#count += 1;
    take(this.#mine, seat);
    this.#bus.tell({ kind: 'went', count: this.#count, seat });
    this.#left(seat);
  }

  /** That this node lives; and those that say nothing any more are gone. */
  beat(): void {
    this.#bus.tell({ kind: 'beat', count: this.#count });
    const before = this.#elapsedMs() - GONE_MS;
    for (const [node, { heardMs }] of this.#others) if (heardMs < before) this.#gone(node);
  }

  stop(): void {
    this.#stop();
  }

  #heard(from: string, message: NodeMessage): void {
    if (message.kind === 'who') {
      if (message.of === this.#bus.node) this.#tellAll();
      return;
    }
    if (message.kind === 'leaving') return this.#gone(from);
    if (message.kind !== 'beat' && message.kind !== 'came' && message.kind !== 'went' && message.kind !== 'seats') return;
    const known = this.#others.get(from);
    const node = known ?? { heardMs: 0, askedMs: -Infinity, count: -1, seats: new Map(), parts: new Map(), partsOf: -1 };
    this.#others.set(from, node);
    node.heardMs = this.#elapsedMs();
    // Whoever is new to us may not know us either.
    if (known === undefined) this.#bus.tell({ kind: 'beat', count: this.#count });
    if (message.kind === 'seats') return this.#takeAll(node, message);
    const next = message.kind === 'beat' ? node.count : node.count + 1;
    // Something was lost on the way, or came in another order by another carrier.
    if (message.count !== next) {
      if (message.count > node.count && node.askedMs + ASK_MS <= node.heardMs) {
        node.askedMs = node.heardMs;
        this.#bus.tell({ kind: 'who', of: from });
      }
      return;
    }
    node.count = message.count;
    if (message.kind === 'came') {
      add(node.seats, message.seat);
      this.#arrived(message.seat);
    }
    if (message.kind === 'went' && take(node.seats, message.seat)) this.#left(message.seat);
  }

  #tellAll(): void {
    const seats = [...this.#mine.values()].flatMap(({ seat, times }) => Array.from({ length: times }, () => seat));
    const parts = Math.max(1, Math.ceil(seats.length / SEATS_A_PART));
    for (let part = 0; part < parts; part += 1) this.#bus.tell({ kind: 'seats', count: this.#count, part, parts, seats: seats.slice(part * SEATS_A_PART, (part + 1) * SEATS_A_PART) });
  }

  #takeAll(node: OtherNode, message: Extract<NodeMessage, { kind: 'seats' }>): void {
    if (message.count < node.count) return;
    if (node.partsOf !== message.count) node.parts.clear();
    node.partsOf = message.count;
    node.parts.set(message.part, message.seats);
    if (node.parts.size < message.parts) return;
    const seats = new Map<string, { seat: NodeSeat; times: number }>();
    for (const part of node.parts.values()) for (const seat of part) add(seats, seat);
    node.parts.clear();
    const before = node.seats;
    node.seats = seats;
    node.count = message.count;
    // Arrivals first: who moved within the node was never away.
    for (const [name, { seat, times }] of seats) for (let more = before.get(name)?.times ?? 0; more < times; more += 1) this.#arrived(seat);
    for (const [name, { seat, times }] of before) for (let less = seats.get(name)?.times ?? 0; less < times; less += 1) this.#left(seat);
  }

  #gone(from: string): void {
    const node = this.#others.get(from);
    if (!this.#others.delete(from) || node === undefined) return;
    for (const { seat, times } of node.seats.values()) for (let one = 0; one < times; one += 1) this.#left(seat);
  }

  #arrived(seat: NodeSeat): void {
    this.#people.set(seat.person, (this.#people.get(seat.person) ?? 0) + 1);
    for (const { arrived } of this.#listeners) arrived(seat);
  }

  #left(seat: NodeSeat): void {
    const rest = (this.#people.get(seat.person) ?? 0) - 1;
    if (rest > 0) this.#people.set(seat.person, rest);
    else this.#people.delete(seat.person);
    for (const { left } of this.#listeners) left(seat);
  }
}

function add(held: Map<string, { seat: NodeSeat; times: number }>, seat: NodeSeat): void {
  const name = nameOf(seat);
  held.set(name, { seat, times: (held.get(name)?.times ?? 0) + 1 });
}

/** @returns whether it was there */
function take(held: Map<string, { seat: NodeSeat; times: number }>, seat: NodeSeat): boolean {
  const name = nameOf(seat);
  const one = held.get(name);
  if (one === undefined) return false;
  if (one.times > 1) held.set(name, { seat, times: one.times - 1 });
  else held.delete(name);
  return true;
}
