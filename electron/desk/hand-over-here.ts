import { handOverDigest } from '#shared/case/hand-over-schema.ts';
import { mayTakeOver } from '#shared/case/hand-over-decide.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { DeskReply, MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { instantOf, type Environment } from './environment.ts';
import { giveCommand, type CommandParts } from './give-command.ts';
import type { SecondPerson } from './signing/second-person.ts';
import type { SessionSigning } from './signing/session-signing.ts';
import type { OutboxRow } from './store/outbox.ts';
import { storeTroubleOf } from './store/store-refusal.ts';

export const HAND_OVER_HERE = 'hand over here';
/** A successor's file is not left open at a screen that nobody looks at. */
const OPEN_MS = 15 * 60_000;

export type HandOverHereParts = {
  environment: Environment;
  /** The leaver, whose session this is. */
  person: { id: string; name: string };
  command(): CommandParts;
  signing: Pick<SessionSigning, 'sign'>;
  openSecond(given: { account: string; passphrase: string }): Promise<SecondPerson | { refusal: Refusal }>;
  /** A command was stored: it is shown and sent as any other. */
  stored(row: OutboxRow): void;
  isOver(): boolean;
};

type Given = { case: string; handOverId: string; note: string };

const no = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });

/**
 * The hand-over of a shift at one screen (OF1): the successor opens their own file here once, and takes case by case. Both
 * sign each; the leaver's command goes the way of all commands, and the case as this desktop shows it, with its drafts, is
 * copied into the successor's file, so that they go on with it where they sign in, with or without the line.
 */
export class HandOverHere {
  readonly #parts: HandOverHereParts;
  /** The hand-overs that are not settled yet, by case. */
  readonly #given: Map<string, string>;
  #second: SecondPerson | null = null;
  #spooled: Promise<void> | null = null;
  #opening = false;
  #cancelClose: () => void = () => {};

  constructor(parts: HandOverHereParts) {
    this.#parts = parts;
    this.#given = new Map(parts.command().store.outbox.pendingOfKind(HAND_OVER_HERE).map((row) => [row.stream, row.id]));
  }

  /** Refusals: those of `openSecondPerson`, and `hand-over-to-nobody` for somebody who takes no cases. */
  async open(given: { account: string; passphrase: string }): Promise<DeskReply<MethodValue<'openHandOver'>>> {
    if (this.#opening) return no({ code: 'store-in-use' });
    this.close();
    this.#opening = true;
    try {
      const second = await this.#parts.openSecond(given);
      if ('refusal' in second) return no(second.refusal);
      if (this.#parts.isOver() || !mayTakeOver(second.person.role)) {
        second.close();
        return no({ code: this.#parts.isOver() ? 'signed-out' : 'hand-over-to-nobody' });
      }
      this.#second = second;
      this.#cancelClose = this.#parts.environment.after(OPEN_MS, () => this.close());
      this.#copyWhatIsMissing(second);
      const { id, name, no: number, role } = second.person;
      return { ok: true, value: { successor: { id, name, no: number, role }, openUntil: instantOf(this.#parts.command().clock.nowMs() + OPEN_MS) } };
    } finally {
      this.#opening = false;
    }
  }

  /**
   * One case, taken by the successor. The same `handOverId` again is answered as the first time, and copied again where the
   * copy failed.
   */
  async give(given: Given): Promise<DeskReply<MethodValue<'handOverHere'>>> {
    const second = this.#second;
    if (second === null) return no({ code: 'hand-over-not-open' });
    const { store } = this.#parts.command();
    const known = store.outbox.get(given.handOverId);
    if (known !== null && (known.kind !== HAND_OVER_HERE || known.stream !== given.case)) return no({ code: 'command-id-used' });
    if (known?.refusal != null) return no(known.refusal);
    const row = known ?? (await this.#sign(second, given));
    if ('refusal' in row && !('seq' in row)) return no(row.refusal);
    const copied = this.#copy(second, row, given.note);
    // Acknowledged once the workstation's spool has it too (SY10).
    await this.#spooled;
    return { ok: true, value: { commandId: row.id, copied } };
  }

  async #sign(second: SecondPerson, { case: caseId, handOverId, note: words }: Given): Promise<OutboxRow | { refusal: Refusal }> {
    const { person, environment } = this.#parts;
    // What is signed is what the log keeps (PR2).
    const note = maskNumbers(words.trim());
    const digest = handOverDigest({ caseId, handOverId, from: person.id, to: second.person.id, note });
    const mine = await this.#parts.signing.sign('hand-over', digest, 'session', undefined);
    if ('refusal' in mine) return mine;
    const theirs = await second.sign('hand-over', digest);
    if ('refusal' in theirs) return theirs;
    if (this.#parts.isOver() || this.#second !== second) return { refusal: { code: 'signed-out' } };
    const body = { handOverId, to: second.person.id, note, nonce: environment.newId(), reviewId: environment.newId(), signed: mine.signed, successor: theirs.signed };
    const answer = giveCommand(this.#parts.command(), { id: handOverId, kind: HAND_OVER_HERE, case: caseId, body });
    if (!answer.ok) return { refusal: answer.refusal };
    if (answer.row === undefined) throw new Error('a new hand-over has a row');
    this.#spooled = answer.spooled ?? null;
    this.#given.set(caseId, answer.row.id);
    this.#parts.stored(answer.row);
    return answer.row;
  }

  /** @returns whether it is in the successor's file; where it is not, the case comes with the line */
  #copy(second: SecondPerson, row: OutboxRow, note: string): boolean {
    const { store, book } = this.#parts.command();
    const view = book.view(row.stream);
    if (view === null) return false;
    const { person } = this.#parts;
    const copy = {
      id: row.stream, handOverId: row.id, command: row.id, hash: row.hash, from: { person: person.id, name: person.name }, note: maskNumbers(note.trim()), at: row.made_at,
      state: view.state, version: view.version, heardAt: view.heardAt,
    };
    try {
      second.store.transaction(() => {
        second.store.takenOver.put(copy);
        const theirs = new Set(second.store.drafts.list(row.stream).map((draft) => draft.field));
        for (const draft of store.drafts.list(row.stream)) if (!theirs.has(draft.field)) second.store.drafts.put(row.stream, draft.field, draft.text, draft.at);
      });
      return true;
    } catch (error) {
      if (storeTroubleOf(error) === null) throw error;
      return false;
    }
  }

  /** A power cut between the two files left a signed hand-over without its copy: made up for when they meet again. */
  #copyWhatIsMissing(second: SecondPerson): void {
    const { store } = this.#parts.command();
    for (const row of store.outbox.pendingOfKind(HAND_OVER_HERE)) {
      const body = row.inner.body as { to?: unknown; note?: unknown };
      if (body.to !== second.person.id || second.store.takenOver.get(row.stream) !== null || second.store.cases.get(row.stream) !== null) continue;
      this.#copy(second, row, typeof body.note === 'string' ? body.note : '');
    }
  }

  /**
   * The server has answered in these cases. One that was never confirmed here and is handed over comes to this desktop no
   * more: that it was taken in is all that will be heard of it.
   */
  answered(streams: ReadonlySet<string>): void {
    if (this.#given.size === 0) return;
    const { store } = this.#parts.command();
    for (const stream of streams) {
      const handedOver = this.#given.get(stream);
      if (handedOver === undefined || store.cases.versionOf(stream) !== null) continue;
      const rows = store.outbox.ofStream(stream);
      if (rows.some((row) => row.status === 'unsent') || rows.find((row) => row.id === handedOver)?.status !== 'accepted') continue;
      store.outbox.confirmStream(stream);
      this.#given.delete(stream);
    }
  }

  /** Lets go of the successor's file. All that was taken is in it already. */
  close(): void {
    this.#cancelClose();
    this.#cancelClose = () => {};
    this.#second?.close();
    this.#second = null;
  }
}
