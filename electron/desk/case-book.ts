import type { CaseView, Look, Mark } from '#shared/protocol/case-view.ts';
import { CaseId } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { CaseLogic } from './case-logic.ts';
import type { OutboxRow, Standing } from './store/outbox.ts';
import type { Store } from './store/store.ts';
import { rebase, type Ground, type Pending, type Who } from './sync/rebase.ts';

type Entry = {
  ground: Ground;
  confirmed: Ground;
  /** The version beneath this desktop's own commands. */
  version: number;
  /** Handed over at this screen and not confirmed yet (OF1): the leaver's command, and the case as it left it. */
  takenOver: { command: string; ground: Ground } | null;
  heardAt: string | null;
  /** Of this entry alone: grows in place, and is copied when it is shown. */
  marks: Mark[];
  /** Ids of the local commands on top that change something, oldest first. */
  pending: string[];
};

const lookOf = (row: OutboxRow): Look =>
  row.status === 'refused' ? 'refused'
  // The centre has it; whether its events are here already is not the person's concern.
  : row.status !== 'unsent' ? 'confirmed'
  : row.class === 'central' ? 'asked'
  : 'saved-here';

export function markOf(row: OutboxRow, doubtful: Refusal | null): Mark {
  return {
    command: row.id, stream: row.stream, number: row.number, kind: row.kind, look: lookOf(row), urgent: row.urgent,
    madeAt: row.made_at, saidAt: row.inner.saidAt, notAfter: row.inner.notAfter, refusal: row.refusal, doubtful, seenAt: row.seen_at,
  };
}

const NOTHING: Ground = { state: null, version: 0 };

/**
 * Every case as this desktop shows it, folded once and kept in memory: confirmed state, this desktop's pending local
 * commands on top, and how each command stands. The store is the truth; this can be made from it at any time.
 */
export class CaseBook {
  readonly #store: Store;
  readonly #logic: CaseLogic;
  readonly #who: Who;
  readonly #entries = new Map<string, Entry>();

  constructor(store: Store, logic: CaseLogic, who: Who) {
    this.#store = store;
    this.#logic = logic;
    this.#who = who;
    // By name alone: each case is read once, when it is folded.
    const ids = new Set(store.cases.ids());
    for (const copy of store.takenOver.waiting()) ids.add(copy.id);
    for (const stream of store.outbox.streams()) if (CaseId.safeParse(stream).success) ids.add(stream);
    for (const id of ids) this.refresh(id);
  }

  /** The ground that a new command of this case is decided on. */
  ground(stream: string): Ground {
    return this.#entries.get(stream)?.ground ?? NOTHING;
  }

  /** What the server has confirmed, without this desktop's pending commands. */
  confirmed(stream: string): Ground {
    return this.#entries.get(stream)?.confirmed ?? NOTHING;
  }

  /** Ids of the pending local commands that a later one may build on, oldest first. */
  pendingIds(stream: string): readonly string[] {
    return this.#entries.get(stream)?.pending ?? [];
  }

  /** What everything that is done to this case here builds on, where it was taken over at this screen. */
  takenOver(stream: string): { command: string; ground: Ground } | null {
    return this.#entries.get(stream)?.takenOver ?? null;
  }

  view(id: string): CaseView | null {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.ground.state === null) return null;
    return { case: id, version: entry.version, state: entry.ground.state, marks: [...entry.marks], heardAt: entry.heardAt };
  }

  all(): CaseView[] {
    return [...this.#entries.keys()].map((id) => this.view(id)).filter((view) => view !== null);
  }

  /** Cases that the server has told of, and not since `at`. */
  heardBefore(at: string): string[] {
    return [...this.#entries].filter(([, { heardAt }]) => heardAt !== null && heardAt < at).map(([id]) => id);
  }

  ids(): string[] {
    return [...this.#entries.keys()];
  }

  /** Folds one case anew from the store. Streams that are no case have no view. */
  refresh(id: string): void {
    if (!CaseId.safeParse(id).success) return;
    const held = this.#store.cases.get(id);
    const standing = this.#store.outbox.standingOf(id);
    const copy = this.#store.takenOver.get(id);
    if (held === null && standing.length === 0 && copy === null) {
      this.#entries.delete(id);
      return;
    }
    const confirmed: Ground = held === null ? NOTHING : { state: held.state, version: held.version };
    const settled = this.#settledMarks(id, standing);
    const rows = settled === null ? this.#store.outbox.ofStream(id) : [];
    const pending = this.#pending(rows);
    // Handed over at this screen and not confirmed yet (OF1): what the leaver saw is what is worked on, and all of it builds on that hand-over.
    const base = copy === null ? confirmed : { state: this.#stateOf(copy.state), version: copy.version };
    const { view, doubtful } = rebase(this.#logic, id, base, pending, this.#who);
    this.#entries.set(id, {
      ground: view,
      confirmed,
      version: base.version,
      takenOver: copy === null ? null : { command: copy.command, ground: base },
      pending: pending.filter((one) => !this.#isView(one)).map((one) => one.id),
      heardAt: copy !== null ? copy.heardAt : (held?.heardAt ?? null),
      marks: settled ?? rows.map((row) => markOf(row, row.status === 'unsent' ? (doubtful.get(row.id) ?? null) : null)),
    });
  }

  /**
   * The marks of a case where everything is answered and was read before: after a night that is each case once more, and what
   * is in its commands decides nothing any more.
   * @returns null where some of them are to be read
   */
  #settledMarks(id: string, standing: readonly Standing[]): Mark[] | null {
    const known = new Map(this.#entries.get(id)?.marks.map((mark) => [mark.command, mark]));
    const marks: Mark[] = [];
    for (const { id: command, number, status, refusal, seen_at: seenAt } of standing) {
      const mark = known.get(command);
      if (mark === undefined || (status !== 'confirmed' && status !== 'refused')) return null;
      marks.push({ ...mark, number, look: status, refusal, doubtful: null, seenAt });
    }
    return marks;
  }

  /** A command was decided on `ground()` and stored: no need to fold the rest again. */
  appended(row: OutboxRow, ground: Ground): void {
    if (!CaseId.safeParse(row.stream).success) return;
    const entry = this.#entries.get(row.stream) ?? { ground, confirmed: NOTHING, version: 0, takenOver: null, heardAt: null, marks: [], pending: [] };
    entry.ground = ground;
    entry.marks.push(markOf(row, null));
    if (row.class === 'local' && !this.#logic.isView(row.kind)) entry.pending.push(row.id);
    this.#entries.set(row.stream, entry);
  }

  /** A copy of another program that this one cannot read is not shown; the case comes with the line. */
  #stateOf(state: unknown): Ground['state'] {
    try {
      return this.#logic.parseSnapshot(state);
    } catch {
      return null;
    }
  }

  #isView({ command }: Pending): boolean {
    return 'kind' in command && this.#logic.isView(command.kind);
  }

  /** Local commands whose effect the confirmed state does not hold yet, in their order. */
  #pending(rows: readonly OutboxRow[]): Pending[] {
    return rows
      .filter((row) => row.class === 'local' && (row.status === 'unsent' || row.status === 'accepted'))
      .sort((a, b) => a.seq - b.seq)
      .map((row) => {
        const parts = { id: row.id, body: row.inner.body, madeAt: row.inner.madeAt, saidAt: row.inner.saidAt, schema: row.schema };
        const parsed = this.#logic.parseCommand(row.kind, parts);
        return { id: row.id, command: parsed.ok ? parsed.command : parsed.refusal };
      });
  }
}
