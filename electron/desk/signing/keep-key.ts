import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { Meta } from '../store/meta.ts';

/** Refusals after which this key is no use: another is registered, or this one belongs to somebody or is void. */
const USELESS: ReadonlySet<string> = new Set(['key-registered', 'key-taken']);

/**
 * Sends the person's wrapped key to the server, which registers it where it is new and keeps it for the other
 * workstations (TP8). Tried again with each connection until the server has it.
 *
 * @param lost the server will not have it
 * @returns null where there is nothing to send
 */
export function keepKey(meta: Pick<Meta, 'get' | 'set' | 'clear'>, ask: (kind: string, body: unknown) => Promise<AskAnswer>, lost: () => void, isOver: () => boolean): Promise<void> | null {
  const held = isOver() ? null : meta.get('personKey');
  if (held === null || held.unsent === null) return null;
  const { publicKey, keyId, wrapped } = held.kept;
  return ask('keep key', { publicKey, keyId, wrapped }).then((answer) => {
    if (isOver()) return;
    const now = meta.get('personKey');
    // Wrapped anew while the answer was on its way: that one has still to be sent.
    if (now === null || now.kept.wrapped.sealed !== wrapped.sealed) return;
    if (answer.ok) meta.set('personKey', { ...now, unsent: null });
    else if (USELESS.has(answer.refusal.code)) {
      if (now.unsent === 'new') meta.clear('personKey');
      lost();
    }
  });
}
