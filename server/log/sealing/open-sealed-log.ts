import { join } from 'node:path';
import type { LogError } from '../log-errors.ts';
import type { EventLog } from '../log.ts';
import type { LogOptions } from '../log-options.ts';
import { openPostgresLog, type PostgresLogOptions } from '../postgres/open-postgres-log.ts';
import { openSqliteLog } from '../sqlite/open-sqlite-log.ts';
import { openSealing, type Sealing, type SealingOptions } from './sealing.ts';

export type SealedLog = { log: EventLog; sealing: Sealing };

type SealedOptions = Omit<LogOptions, 'sealer'> & SealingOptions & Pick<PostgresLogOptions, 'onReplaced' | 'line'>;

/**
 * The log of a data folder, or of a database where one is named, with its bodies sealed. Closing the log closes the keys as well.
 *
 * @param folder the data folder, which exists
 * @returns both, or what is wrong with folder, log, keys or ring (RB2); then nothing is held open
 */
export async function openSealedLog(folder: string, options: SealedOptions): Promise<({ ok: true } & SealedLog) | { ok: false; error: LogError }> {
  const opened = await openSealing(folder, options);
  if (!opened.ok) return opened;
  const { sealing } = opened;
  const { database = null } = options;
  const { sealer } = sealing;
  const sealed = database === null
    ? await openSqliteLog(folder, { ...options, sealer })
    : await openPostgresLog(database, { ...options, sealer, seenFile: join(folder, 'database.seen') });
  if (!sealed.ok) {
    sealing.close();
    return sealed;
  }
  const { log } = sealed;
  const close = log.close.bind(log);
  log.close = async () => {
    await close();
    sealing.close();
  };
  const settled = await sealing.settle(log);
  if (settled.ok) return { ok: true, log, sealing };
  await log.close();
  return settled;
}
