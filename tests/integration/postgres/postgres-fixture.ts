import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { StreamId } from '#shared/protocol/ids.ts';
import { verifyAudit, type AuditReport } from '../../../server/audit/verify.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { openPostgresLog, type PostgresLogOptions } from '../../../server/log/postgres/open-postgres-log.ts';

const program = fileURLToPath(new URL('./append-until-killed.ts', import.meta.url));

export async function openLog(url: string, options: Partial<PostgresLogOptions> = {}): Promise<EventLog> {
  const opened = await openPostgresLog(url, { now: () => new Date().toISOString(), ...options });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  return opened.log;
}

export const verified = (url: string): Promise<AuditReport> =>
  verifyAudit({ database: url, checkpoints: null, keys: [], restored: new Set(), sealer: null });

/** A process that appends; what it acknowledged so far, and its end. */
export class Appender {
  readonly acknowledged: string[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; trouble: string }>;
  #rest = '';
  #waiting: (() => void)[] = [];

  constructor(url: string, round: number, wanted = Infinity) {
    this.child = spawn(process.execPath, [program, url, String(round), String(wanted)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let trouble = '';
    this.child.stderr?.on('data', (data: Buffer) => (trouble += data.toString()));
    this.child.stdout?.on('data', (data: Buffer) => {
      const lines = (this.#rest + data.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      this.acknowledged.push(...lines);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        for (const wake of this.#waiting.splice(0)) wake();
        resolve({ code, signal, trouble });
      });
    });
  }

  async until(count: number): Promise<void> {
    while (this.acknowledged.length < count) {
      if (this.child.exitCode !== null) throw new Error(`it ended by itself: ${(await this.ended).trouble}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** Nothing acknowledged is missing, nothing is there twice, positions and versions have no gap, and the chain is whole. */
export async function judge(log: EventLog, url: string, acknowledged: readonly string[]): Promise<void> {
  const seen = new Map<string, number>();
  const versions = new Map<StreamId, number>();
  const positions: number[] = [];
  let after = 0;
  for (let page = await log.eventsAfter(0, 500); page.length > 0; page = await log.eventsAfter(after, 500)) {
    for (const { position, envelope, body } of page) {
      const { text } = body as { text: string };
      const key = `${envelope.case} ${text}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      expect(envelope.version).toBe((versions.get(envelope.case) ?? 0) + 1);
      versions.set(envelope.case, envelope.version);
      positions.push(position);
      after = position;
    }
  }
  expect(acknowledged.filter((line) => seen.get(line) !== 1)).toEqual([]);
  expect([...seen].filter(([, times]) => times > 1)).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  for (let page = await log.auditAfter(0, 500), last = 0; page.length > 0; page = await log.auditAfter(last, 500)) {
    positions.push(...page.map(({ position }) => position));
    last = page.at(-1)?.position ?? 0;
  }
  expect(positions.toSorted((a, b) => a - b)).toEqual(positions.map((_, index) => index + 1));
  expect((await verified(url)).faults).toEqual([]);
}
