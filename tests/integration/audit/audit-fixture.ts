import { join } from 'node:path';
import type { BodySealer } from '../../../server/log/body-sealer.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { FileSecret } from '../../../server/kept/file-secret.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { startCheckpoints, type Checkpoints } from '../../../server/audit/keep-checkpoints.ts';
import { verifyAudit, type AuditReport, type VerifyOptions } from '../../../server/audit/verify.ts';
import { ANN, appended, BEN, CAI, CASE_A, CASE_B, command, granted, note, revoked, T0, temporaryFolder, withCommand, write } from '../log/log-fixture.ts';

export type Kept = { folder: string; database: string; checkpoints: string; dispose: () => Promise<void> };

/** A timer that a test sets off by hand. */
export class HandTimer {
  readonly #waiting = new Set<() => void>();

  readonly scheduler = {
    after: (_ms: number, run: () => void) => {
      this.#waiting.add(run);
      return () => void this.#waiting.delete(run);
    },
  };

  fire(): void {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const run of due) run();
  }
}

export const silent = { info: () => undefined, warn: () => undefined };

export async function openLog(folder: string, sealer?: BodySealer): Promise<EventLog> {
  const opened = await openSqliteLog(folder, { now: () => T0, ...(sealer === undefined ? {} : { sealer }) });
  if (!opened.ok) throw new Error(opened.error.cause);
  return opened.log;
}

export const keep = (log: EventLog, folder: string, at = join(folder, 'checkpoints')): Promise<Checkpoints> =>
  startCheckpoints({ log, key: new FileSecret(join(folder, 'audit.key')), folder: at, now: () => T0, scheduler: new HandTimer().scheduler, logger: silent });

/** Seals the bodies of one customer by turning their bytes round, which is no protection and enough for a chain. */
export const turning: BodySealer = {
  seal: async (requests) => requests.map(({ plain, customer }) => (customer === null ? { bytes: plain, keyId: 'unsealed' } : { bytes: plain.map((byte) => byte ^ 0xff), keyId: `turned-${customer}` })),
  open: async (bodies) => bodies.map(({ bytes, keyId }) => (keyId === 'unsealed' ? bytes : bytes.map((byte) => byte ^ 0xff))),
};

/** A small log with something of everything, four checkpoints, and nothing running on it. */
export async function keptLog(sealer?: BodySealer): Promise<Kept> {
  const { folder, dispose } = await temporaryFolder();
  const log = await openLog(folder, sealer);
  const checkpoints = await keep(log, folder);
  await appended(log, withCommand(write(CASE_A, 0, [granted(ANN), note('one')]), command({ number: 1 })));
  const viewed = { kind: 'customer viewed', person: ANN, workstation: 'W-1', about: 'C-1', detail: {} };
  await appended(log, { ...write(CASE_B, 0, [granted(BEN), granted(CAI)]), audit: [viewed] });
  await checkpoints.keep();
  const of = (item: ReturnType<typeof write>) => ({ ...item, writes: item.writes.map((one) => ({ ...one, customer: 'C-1' })) });
  const repeated = command({ number: 1, stream: CASE_B });
  await appended(log, withCommand(of(write(CASE_B, 2, [note('two'), revoked(CAI)])), repeated));
  await log.append([withCommand(write(CASE_B, 4, []), { ...repeated, outer: { ...repeated.outer, incarnation: 2 } })]);
  await log.append([withCommand({ writes: [], command: null, audit: [] }, command({ number: 2, answer: { status: 'refused', refusal: { code: 'not-your-case', detail: { why: 'x' } } } }))]);
  await checkpoints.keep();
  await appended(log, withCommand({ writes: [], command: null, audit: [] }, command({ number: 3 })));
  await checkpoints.stop();
  await log.close();
  return { folder, database: join(folder, 'log.db'), checkpoints: join(folder, 'checkpoints'), dispose };
}

export const verify = (kept: Pick<Kept, 'database' | 'checkpoints'>, more: Partial<VerifyOptions> = {}): Promise<AuditReport> =>
  verifyAudit({ database: kept.database, checkpoints: kept.checkpoints, keys: [], restored: new Set(), sealer: null, ...more });

/** The first thing found, in short. */
export async function first(kept: Pick<Kept, 'database' | 'checkpoints'>, more: Partial<VerifyOptions> = {}): Promise<string> {
  const { faults } = await verify(kept, more);
  const fault = faults[0];
  if (fault === undefined) return 'intact';
  return [fault.kind, fault.checkpoint === null ? fault.position : `#${fault.checkpoint}`].filter((part) => part !== null).join(' ');
}
