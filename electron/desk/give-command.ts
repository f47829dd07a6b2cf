import { createHash } from 'node:crypto';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { CommandAnswer, CommandParams } from '#shared/protocol/desk-command.ts';
import type { InnerCommand } from '#shared/protocol/command.ts';
import type { CaseBook } from './case-book.ts';
import type { CaseLogic } from './case-logic.ts';
import { instantOf } from './environment.ts';
import { leansOn } from './leans-on.ts';
import { maskBody } from './mask-body.ts';
import type { NewCommand, OutboxRow } from './store/outbox.ts';
import type { Store } from './store/store.ts';
import type { SessionSigning } from './signing/session-signing.ts';
import type { CorrectedClock } from './sync/corrected-clock.ts';
import { putOnTop, type Ground, type Who } from './sync/rebase.ts';

const CENTRAL_SECONDS = 60;
/** Of `OuterCommand.inner`. */
const MAX_INNER = 48_000;
const MAX_DEPENDS = 20;

export type CommandParts = {
  store: Store;
  logic: CaseLogic;
  book: CaseBook;
  clock: CorrectedClock;
  who: Who;
  newId(): string;
  /** Keeps each command as well where it outlives this session (SY10); none where the server has no key for it. */
  spool?: { put(row: OutboxRow): Promise<void> | null; drop(id: string): void } | undefined;
};

/** `spooled`: nothing is acknowledged before it is there; null where there is nothing to wait for. */
type Given = DeskReply<CommandAnswer> & { row?: OutboxRow; spooled?: Promise<void> | null };

/** The answer to an id that was given before: pressing twice, or asking again after a crash, is once. */
function answeredBefore({ store }: CommandParts, params: CommandParams): Given | null {
  const known = params.id === undefined ? null : store.outbox.get(params.id);
  if (known === null) return null;
  if (known.kind !== params.kind || known.stream !== params.case) return { ok: false, refusal: { code: 'command-id-used' } };
  return { ok: true, value: { commandId: known.id, decided: known.class === 'central' ? 'asked' : 'pending' } };
}

/**
 * Takes a command of a signed kind (TP8): this desk works out what is signed, signs it, and looks again whether it still is
 * what is shown, before the command is stored as any other.
 *
 * @param signing the session's keys, and whether the session still is
 */
export async function giveSigned(
  parts: CommandParts, params: CommandParams, signing: { keys: Pick<SessionSigning, 'sign'>; isOver(): boolean },
): Promise<Given> {
  const before = answeredBefore(parts, params);
  if (before !== null) return before;
  const { logic, book, clock } = parts;
  const given = { kind: params.kind, body: maskBody(params.body), madeAt: clock.now() };
  const shown = logic.toSign(book.ground(params.case).state, given);
  if ('refusal' in shown) return { ok: false, refusal: shown.refusal };
  const made = await signing.keys.sign(shown.purpose, shown.digest, shown.by, params.passphrase);
  if ('refusal' in made) return { ok: false, refusal: made.refusal };
  if (signing.isOver()) return { ok: false, refusal: { code: 'signed-out' } };
  // Opening a key takes its time, and the case goes on meanwhile: nobody signs what they were not shown.
  const still = logic.toSign(book.ground(params.case).state, given);
  if ('refusal' in still) return { ok: false, refusal: still.refusal };
  if (still.digest !== shown.digest) return { ok: false, refusal: { code: 'tp2-digest' } };
  return giveCommand(parts, { ...params, body: { ...still.body, signed: made.signed }, ...(still.dependsOn === undefined ? {} : { dependsOn: still.dependsOn }) }, given.madeAt);
}

/**
 * Takes a command from the person. A local one is decided at once on what they see and refused at once; accepted, its
 * row is on disk before this returns (SY1). A central one is stored and sent, and never predicted.
 *
 * The same id again is answered as the first time.
 *
 * @param madeAt corrected time; of the signature, where the body carries one
 */
export function giveCommand(parts: CommandParts, params: CommandParams, madeAt: string = parts.clock.now()): Given {
  const { logic, book, clock, who } = parts;
  const before = answeredBefore(parts, params);
  if (before !== null) return before;
  const id = params.id ?? parts.newId();
  const saidAt = params.saidAt ?? null;
  const parsed = logic.parseCommand(params.kind, { id, body: maskBody(params.body), madeAt, saidAt });
  if (!parsed.ok) return { ok: false, refusal: parsed.refusal };
  const { command } = parsed;

  const kind = logic.classOf(command.kind);
  let ground: Ground = book.ground(params.case);
  if (kind === 'local') {
    const outcome = putOnTop(logic, params.case, ground, command, who);
    if ('refusal' in outcome) return { ok: false, refusal: outcome.refusal };
    ground = outcome.ground;
  }

  const inner: InnerCommand = {
    madeAt,
    saidAt,
    dependsOn: params.dependsOn ?? (kind === 'local' ? leansOn(parts, params.case, command, MAX_DEPENDS) : []),
    notAfter: kind === 'central' ? instantOf(clock.nowMs() + 1000 * (params.notAfterSeconds ?? CENTRAL_SECONDS)) : null,
    body: command.body,
  };
  const innerText = JSON.stringify(inner);
  if (innerText.length > MAX_INNER) return { ok: false, refusal: { code: 'command-too-large', detail: { limit: MAX_INNER } } };

  const entry: NewCommand = {
    id, stream: params.case, kind: command.kind, schema: logic.commandSchema, class: kind,
    urgent: params.urgent ?? logic.isUrgent(command.kind),
    hash: createHash('sha256').update(innerText, 'utf8').digest('hex'),
    inner_text: innerText, made_at: madeAt,
  };
  const { row, spooled } = append(parts, entry);
  book.appended(row, ground);
  return { ok: true, value: { commandId: id, decided: kind === 'central' ? 'asked' : 'pending' }, row, spooled };
}

/**
 * Into the outbox, and into the workstation's spool from within the same transaction: the disk is asked for both at once.
 * What the outbox did not take leaves the spool, since the person is told that it was not saved.
 */
function append({ store, spool }: CommandParts, entry: NewCommand): { row: OutboxRow; spooled: Promise<void> | null } {
  let spooled: Promise<void> | null = null;
  try {
    const row = store.transaction(() => {
      const appended = store.outbox.append(entry);
      spooled = spool?.put(appended) ?? null;
      return appended;
    });
    return { row, spooled };
  } catch (error) {
    spool?.drop(entry.id);
    throw error;
  }
}
