/** What is done to a log at the shell, with a database or without: for whoever operates the server. */
import { v7 } from 'uuid';
import { LogFailure } from './log/log-errors.ts';
import { connect, dropClient, failureOf, placeOf } from './log/postgres/connections.ts';
import { copyLog } from './log/postgres/copy-log.ts';
import { openPostgresLog } from './log/postgres/open-postgres-log.ts';
import { migrate, unfitness } from './log/postgres/schema.ts';
import { openSqliteLog } from './log/sqlite/open-sqlite-log.ts';
import { StartError } from './start-error.ts';

/** Brings the tables to this program's version. Servers of the version before may run meanwhile where the migration allows it. */
export async function migrateDatabase(url: string): Promise<string> {
  const client = await connect(url);
  try {
    const unfit = await unfitness(client, placeOf(url));
    if (unfit !== null) throw new LogFailure(unfit);
    const done = await migrate(client, placeOf(url));
    if (!done.ok) throw new LogFailure(done.error);
    return done.from === done.to ? `数据库已是第 ${done.to} 版 / the tables are of version ${done.to} already\n` : `数据库已从第 ${done.from} 版升到第 ${done.to} 版 / the tables went from version ${done.from} to ${done.to}\n`;
  } catch (thrown) {
    throw failureOf(thrown, placeOf(url));
  } finally {
    dropClient(client);
  }
}

/**
 * SY9: after a restore by means that the server cannot notice by itself. On a stopped server; others on the same database
 * stop by themselves and have to be started anew.
 *
 * @param database null: the log in the data folder
 */
export async function beginEpoch(data: string, database: string | null, reason: string): Promise<string> {
  const options = { now: () => new Date().toISOString(), newId: v7 };
  const opened = database === null ? await openSqliteLog(data, options) : await openPostgresLog(database, options);
  if (!opened.ok) throw new LogFailure(opened.error);
  try {
    const epoch = await opened.log.newEpoch(reason);
    return `新纪元 / new epoch: ${epoch}\n`;
  } finally {
    await opened.log.close();
  }
}

/** @throws StartError where nothing was copied @throws LogFailure for trouble of either database */
export async function copyIntoDatabase({ from, to }: { from: string; to: string }): Promise<string> {
  const answer = await copyLog(from, to);
  if (!answer.ok) throw new StartError(`${answer.refusal.code} (${answer.refusal.cause}): ${answer.refusal.text.zh}\n${answer.refusal.text.en}`);
  const { entries, batches, keys, link, epoch } = answer.copied;
  return `已复制 ${entries} 条、${batches} 批、${keys} 把密钥，链末 ${link}，纪元 ${epoch} 不变 / copied ${entries} entries, ${batches} batches, ${keys} keys; head ${link}, epoch ${epoch} as before\n`;
}
