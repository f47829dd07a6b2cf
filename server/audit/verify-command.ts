import { existsSync, readFileSync, statSync } from 'node:fs';
import type { KeyObject } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parsePublicKeyText } from './audit-key.ts';
import { faultNames, type AuditFault } from './fault.ts';
import { isDatabase } from './log-copy.ts';
import { readingSealer } from './reading-sealer.ts';
import { UsageError } from './usage-error.ts';
import { verifyAudit, type AuditReport, type VerifyOptions } from './verify.ts';

/** @throws UsageError */
async function readVerifyOptions(args: readonly string[]): Promise<VerifyOptions & { json: boolean }> {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args], strict: true,
      options: { database: { type: 'string' }, checkpoints: { type: 'string' }, key: { type: 'string', multiple: true }, restored: { type: 'string', multiple: true }, ring: { type: 'string' }, keys: { type: 'string' }, json: { type: 'boolean', default: false } },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const database = databaseOf(values.database);
  const checkpoints = values.checkpoints ?? null;
  if (checkpoints !== null && !existsSync(checkpoints)) throw new UsageError(`--checkpoints ${checkpoints}: 没有这个文件夹 / no such folder`);
  if ((values.ring === undefined) !== (values.keys === undefined)) throw new UsageError('--ring 和 --keys 要一起给 / go together');
  const sealer = values.ring === undefined || values.keys === undefined ? null : await readingSealer(values.ring, values.keys);
  return { database, checkpoints, keys: (values.key ?? []).map(readKey), restored: new Set(values.restored), sealer, json: values.json };
}

/** A file that is there, or the address of a database. @throws UsageError where it names neither */
export function databaseOf(path: string | undefined): string {
  if (path === undefined) throw new UsageError('--database FILE: 缺少日志文件 / the log is missing');
  if (isDatabase(path)) return path;
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`--database ${path}: 没有这个文件 / no such file`);
  return path;
}

function readKey(path: string): KeyObject {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`--key ${path}: 读不出来 / cannot be read`);
  }
  const key = parsePublicKeyText(text);
  if (key === null) throw new UsageError(`--key ${path}: 不是 Ed25519 公钥 (PEM) / no Ed25519 public key (PEM)`);
  return key;
}

/**
 * `audit verify`.
 *
 * @returns the exit code
 * @throws UsageError
 */
export async function runVerify(args: readonly string[], say: (text: string) => void): Promise<number> {
  const { json, ...options } = await readVerifyOptions(args);
  let report: AuditReport;
  try {
    report = await verifyAudit(options);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${options.database}: 不能核对 / cannot be verified: ${error instanceof Error ? error.message : String(error)}`);
  }
  say(json ? `${JSON.stringify(report)}\n` : `${told(report).join('\n')}\n`);
  return report.ok ? 0 : 1;
}

const count = (n: number, one: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : `${one === 'entry' ? 'entrie' : one}s`}`;

function told(report: AuditReport): string[] {
  const { entries, batches, checkpoints, uncovered, faults, notes } = report;
  const last = checkpoints.last;
  const covering = last === null ? [] : [
    `检查点 ${checkpoints.count} 个，末个 #${last.sequence}（${last.at}）至第 ${last.position} 条 / ${count(checkpoints.count, 'checkpoint')}, the last #${last.sequence} (${last.at}) up to position ${last.position}`,
    ...(uncovered === 0 ? [] : [`末个检查点之后 ${uncovered} 条：若此刻被截断，检查点看不出来 / ${count(uncovered, 'entry')} after the last checkpoint: cut off now, no checkpoint would show it`]),
  ];
  const verdict = report.ok
    ? [`${entries} entries, intact / ${entries} 条，完整`, `${count(batches, 'batch').replace('batchs', 'batches')}; head ${report.head}`]
    : ['不完整 / NOT INTACT', ...faults.map(toldFault)];
  return [...verdict, ...covering, ...notes];
}

function toldFault({ kind, position, batch, checkpoint, said }: AuditFault): string {
  const { zh, en } = faultNames[kind];
  const where = [
    ...(checkpoint === null ? [] : [`检查点 ${checkpoint} / checkpoint ${checkpoint}`]),
    ...(position === null ? [] : [`第 ${position} 条 / position ${position}`]),
    ...(batch === null ? [] : [`第 ${batch} 批 / batch ${batch}`]),
  ];
  return `✗ ${zh} / ${en}${where.length === 0 ? '' : ` (${where.join(', ')})`}: ${said}`;
}
