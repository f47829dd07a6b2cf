import type { OuterCommand } from '#shared/protocol/command.ts';
import { MAX_MESSAGE_BYTES, MAX_PUSH } from '#shared/protocol/wire.ts';
import type { Outbox, RowToSend } from '../store/outbox.ts';

/** Room for the frame around the commands. */
export const BATCH_BYTES = MAX_MESSAGE_BYTES - 16_384;
/** Of what stands around `inner` in a command: ids, numbers, hash, names. */
const OUTER_BYTES = 600;

export function outerOf(row: RowToSend, desktop: string, incarnation: number): OuterCommand {
  return {
    id: row.id, desktop, incarnation, case: row.stream, number: row.number, kind: row.kind, schema: row.schema,
    hash: row.hash, urgent: row.urgent, inner: row.inner_text,
  };
}

const sizeOf = (row: RowToSend): number => OUTER_BYTES + Buffer.byteLength(JSON.stringify(row.inner_text));

/** What a batch may hold. `streams` are looked at in turn; each is taken from where it stands, without a hole. */
export type BatchBounds = { streams: Iterable<string>; commands: number; bytes: number };

/**
 * The commands to send next: of each stream by number and without a hole (SY2).
 * @returns the batch, and the streams of which something is left
 */
export function fillBatch(
  outbox: Pick<Outbox, 'toSend'>, who: { desktop: string; incarnation: number }, { streams, commands, bytes }: BatchBounds,
): { batch: OuterCommand[]; bytes: number; more: string | null } {
  const batch: OuterCommand[] = [];
  let size = 0;
  for (const stream of streams) {
    const rows = outbox.toSend(stream, commands - batch.length + 1);
    for (const row of rows) {
      const own = sizeOf(row);
      if (batch.length > 0 && (size + own > bytes || batch.length >= commands)) return { batch, bytes: size, more: stream };
      batch.push(outerOf(row, who.desktop, who.incarnation));
      size += own;
    }
  }
  return { batch, bytes: size, more: null };
}

/** One message of all that is unsent, as the first of a connection: urgent streams first, then the oldest. */
export const nextBatch = (outbox: Pick<Outbox, 'openStreams' | 'toSend'>, desktop: string, incarnation: number): OuterCommand[] =>
  fillBatch(outbox, { desktop, incarnation }, { streams: outbox.openStreams(), commands: MAX_PUSH, bytes: BATCH_BYTES }).batch;
