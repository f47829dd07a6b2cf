import type { OuterCommand } from '#shared/protocol/command.ts';
import { MAX_MESSAGE_BYTES, MAX_PUSH } from '#shared/protocol/wire.ts';
import type { Outbox, OutboxRow } from '../store/outbox.ts';

/** Room for the frame around the commands. */
const BATCH_BYTES = MAX_MESSAGE_BYTES - 16_384;

export function outerOf(row: OutboxRow, desktop: string, incarnation: number): OuterCommand {
  return {
    id: row.id, desktop, incarnation, case: row.stream, number: row.number, kind: row.kind, schema: row.schema,
    hash: row.hash, urgent: row.urgent, inner: row.inner_text,
  };
}

/**
 * The commands to send next: streams with something urgent first, then the oldest; within a stream by number and
 * without a hole, so that an urgent command takes with it what was said before it in its own case and nothing else
 * of others (SY2).
 */
export function nextBatch(outbox: Pick<Outbox, 'openStreams' | 'unsentOf'>, desktop: string, incarnation: number): OuterCommand[] {
  const batch: OuterCommand[] = [];
  let bytes = 0;
  for (const stream of outbox.openStreams()) {
    for (const row of outbox.unsentOf(stream, MAX_PUSH - batch.length)) {
      const outer = outerOf(row, desktop, incarnation);
      const size = Buffer.byteLength(JSON.stringify(outer));
      if (batch.length > 0 && bytes + size > BATCH_BYTES) return batch;
      batch.push(outer);
      bytes += size;
    }
    if (batch.length >= MAX_PUSH) return batch;
  }
  return batch;
}
