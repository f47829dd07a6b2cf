/** What is done to a log at the shell, with a database or without: for whoever operates the server. */
import { v7 } from 'uuid';
import { LogFailure } from './log/log-errors.ts';
import { connect, dropClient, failureOf, placeOf } from './log/postgres/connections.ts';
import { copyLog } from './log/postgres/copy-log.ts';
import { openPostgresLog } from './log/postgres/open-postgres-log.ts';
import { migrate, unfitness } from './log/postgres/schema.ts';
import { openSqliteLog } from './log/sqlite/open-sqlite-log.ts';
import { countOf, lacksKept, readKept, writeKept, type KeptRows } from './kept/move-kept.ts';
import { StartError } from './start-error.ts';

/** Where the key is that wraps the others, as at a server's start. */
type Ring = { ring: string | null; ringSecret: string };
const now = (): string => new Date().toISOString();

/**
 * Brings the tables to this program's version. Servers of the version before may run meanwhile where the migration allows it.
 *
 * @param data the data folder of the server that was on this database: before version 3 people and secrets lay there, and go over now
 */
export async function migrateDatabase(url: string, data: string, ring: Ring): Promise<string> {
  const client = await connect(url);
  try {
    const unfit = await unfitness(client, placeOf(url));
    if (unfit !== null) throw new LogFailure(unfit);
    const done = await migrate(client, placeOf(url));
    if (!done.ok) throw new LogFailure(done.error);
    const taken = (await lacksKept(client)) ? await takeOver(client, url, data, ring) : '';
    return taken + (done.from === done.to ? `数据库已是第 ${done.to} 版 / the tables are of version ${done.to} already\n` : `数据库已从第 ${done.from} 版升到第 ${done.to} 版 / the tables went from version ${done.from} to ${done.to}\n`);
  } catch (thrown) {
    throw failureOf(thrown, placeOf(url));
  } finally {
    dropClient(client);
  }
}

async function takeOver(client: Awaited<ReturnType<typeof connect>>, url: string, data: string, ring: Ring): Promise<string> {
  const kept = await readKept(data, { ...ring, database: url, now });
  if (kept.length === 0) return `注意：${data} 中没有人员与密钥资料，库里也没有，现在谁也不能登录。原服务器的数据文件夹请用 --data 指明，启动之前再运行一次 / note: ${data} holds no people and secrets, and neither does the database: nobody could sign in. Name the data folder of the server that was on it with --data, and run this again before any server starts\n`;
  await client.query('BEGIN');
  const differs = await writeKept(client, kept);
  if (differs !== null) {
    await client.query('ROLLBACK');
    throw new StartError(`${data}: 人员与密钥资料没有转入 / people and secrets were not taken over (${differs})`);
  }
  await client.query('COMMIT');
  return `已从 ${data} 转入 ${countOf(kept)} 项人员与密钥资料 / ${countOf(kept)} rows of people and secrets were taken over from ${data}\n`;
}

/**
 * SY9: after a restore by means that the server cannot notice by itself. On a stopped server; others on the same database
 * stop by themselves and have to be started anew.
 *
 * @param database null: the log in the data folder
 */
export async function beginEpoch(data: string, database: string | null, reason: string): Promise<string> {
  const options = { now, newId: v7 };
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
export async function copyIntoDatabase({ from, to }: { from: string; to: string }, ring: Ring): Promise<string> {
  let kept: KeptRows = [];
  const answer = await copyLog(from, to, async (folder) => {
    kept = await readKept(folder, { ...ring, now });
    return (client) => writeKept(client, kept);
  });
  if (!answer.ok) throw new StartError(`${answer.refusal.code} (${answer.refusal.cause}): ${answer.refusal.text.zh}\n${answer.refusal.text.en}`);
  const { entries, batches, keys, link, epoch } = answer.copied;
  return `已复制 ${entries} 条、${batches} 批、${keys} 把密钥、${countOf(kept)} 项人员与密钥资料，链末 ${link}，纪元 ${epoch} 不变 / copied ${entries} entries, ${batches} batches, ${keys} keys, ${countOf(kept)} rows of people and secrets; head ${link}, epoch ${epoch} as before\n`;
}
