import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { ErasureParts } from '../../../server/log/sealing/erasure.ts';
import { openSealedLog, type SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import type { SealingOptions } from '../../../server/log/sealing/sealing.ts';
import { ANN, by, T0, write } from './log-fixture.ts';
import type { AppendItem } from '../../../server/log/log.ts';

export const CUSTOMER = 'C-4711';
export const OTHER = 'C-0815';
/** Ten years later: every retention is over. */
export const LATER = '2041-03-02T01:00:00.000Z';
export const TWO = { by: [ANN, '01950000-0000-7000-8000-0000000000fe'] as const, reason: 'R-1' };

export async function openSealed(folder: string, options: Partial<SealingOptions> = {}): Promise<SealedLog> {
  const opened = await openSealedLog(folder, { now: () => T0, ...options });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  return opened;
}

/** A write whose bodies are the customer's. */
export const ofCustomer = (customer: string | null, stream: StreamId, expectedVersion: number, events: EventDraft[]): AppendItem => {
  const item = write(stream, expectedVersion, events);
  return { ...item, writes: item.writes.map((one) => ({ ...one, actor: by(ANN), customer })) };
};

export const parts = ({ log, sealing }: SealedLog, now = LATER): ErasureParts => ({ log, sealing, now: () => now });

/** The files under a folder in which these bytes stand, as text, base64 or hex. */
export function filesWith(folder: string, bytes: Uint8Array): string[] {
  const raw = Buffer.from(bytes);
  const forms = [raw, Buffer.from(raw.toString('base64')), Buffer.from(raw.toString('hex'))];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .filter((name) => {
      const content = readFileSync(join(folder, name));
      return forms.some((form) => content.includes(form));
    });
}
