import { isRefused } from '#shared/case/decision.ts';
import type { CaseBook } from './case-book.ts';
import type { CaseLogic, DeskCommand } from './case-logic.ts';
import type { Store } from './store/store.ts';
import { putOnTop, type Ground, type Who } from './sync/rebase.ts';

/** How many earlier commands are tried one by one, the newest first. */
const TRIED = 20;

type Parts = { store: Store; logic: CaseLogic; book: CaseBook; who: Who };

/**
 * What a command builds on (SY3): where it can stand on the confirmed state, nothing; otherwise as few of the pending commands
 * of its case as it can stand on, so that a refusal takes as little with it as possible. A loss report taken offline builds on
 * its case being opened, not on the steps of the flow before it (OF4).
 *
 * @param max how many a command may name; @returns ids of earlier pending commands, oldest first
 */
export function leansOn(parts: Parts, stream: string, command: DeskCommand, max: number): string[] {
  const taken = parts.book.takenOver(stream);
  // A case that was handed over at this screen stands on that hand-over, whatever else (OF1).
  return taken === null ? onPending(parts, stream, command, parts.book.confirmed(stream), max) : [taken.command, ...onPending(parts, stream, command, taken.ground, max - 1)];
}

function onPending({ store, logic, book, who }: Parts, stream: string, command: DeskCommand, confirmed: Ground, max: number): string[] {
  const pending = book.pendingIds(stream);
  if (pending.length === 0) return [];
  const stands = (ground: Ground): boolean => !isRefused(logic.decide(ground.state, command));
  if (stands(confirmed)) return [];
  const onTop = (ground: Ground, id: string): Ground | null => {
    const row = store.outbox.get(id);
    if (row === null) return null;
    const parsed = logic.parseCommand(row.kind, { id, body: row.inner.body, madeAt: row.inner.madeAt, saidAt: row.inner.saidAt });
    const outcome = parsed.ok ? putOnTop(logic, stream, ground, parsed.command, who) : null;
    return outcome === null || 'refusal' in outcome ? null : outcome.ground;
  };
  // A case that began here has nothing to stand on before its first command.
  const first = confirmed.state === null ? pending.slice(0, 1) : [];
  const ground = first.reduce<Ground | null>((on, id) => (on === null ? null : onTop(on, id)), confirmed);
  if (ground !== null) {
    if (first.length > 0 && stands(ground)) return first;
    for (const id of pending.slice(first.length).slice(-TRIED).toReversed()) {
      const both = onTop(ground, id);
      if (both !== null && stands(both)) return [...first, id];
    }
  }
  return pending.filter((id) => logic.mayBuildOn?.(command.kind, store.outbox.get(id)?.kind ?? '') !== false).slice(-max);
}
