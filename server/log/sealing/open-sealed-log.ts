import type { LogError } from '../log-errors.ts';
import type { EventLog } from '../log.ts';
import { openSqliteLog, type LogOptions } from '../sqlite/open-sqlite-log.ts';
import { openSealing, type Sealing, type SealingOptions } from './sealing.ts';

export type SealedLog = { log: EventLog; sealing: Sealing };

/**
 * The log of a data folder with its bodies sealed. Closing the log closes the keys as well.
 *
 * @param folder the data folder, which exists
 * @returns both, or what is wrong with folder, log, keys or ring (RB2); then nothing is held open
 */
export async function openSealedLog(folder: string, options: Omit<LogOptions, 'sealer'> & SealingOptions): Promise<({ ok: true } & SealedLog) | { ok: false; error: LogError }> {
  const opened = await openSealing(folder, options);
  if (!opened.ok) return opened;
  const { sealing } = opened;
  const sealed = await openSqliteLog(folder, { ...options, sealer: sealing.sealer });
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
