import { parseArgs } from 'node:util';
import { walkChain } from '../log/verify-chain.ts';
import { logOf } from './log-copy.ts';
import { openLogFile } from './open-log-file.ts';
import { readingSealer } from './reading-sealer.ts';
import type { CheckedSignature, SignatureVerdict } from './signatures.ts';
import { readStory, type BodyState, type Story, type StoryAudit, type StoryEvent } from './story.ts';
import { fieldLines, instantText, placesOf, sentence, type Language, type Names } from './tell.ts';
import { UsageError } from './usage-error.ts';
import { databaseOf } from './verify-command.ts';
import { auditWords } from './words/audit.ts';
import { eventWords } from './words/events.ts';

type ShowOptions = { stream: string; database: string; languages: readonly Language[]; ring: string | null; keys: string | null; json: boolean };

function readShowOptions(args: readonly string[]): ShowOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args], strict: true, allowPositionals: true,
      options: { database: { type: 'string' }, lang: { type: 'string', default: 'both' }, ring: { type: 'string' }, keys: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals: [stream, ...rest] } = parsed;
  if (stream === undefined || rest.length > 0) throw new UsageError('show CASE: 写一个案件编号 / name one case');
  const languages = ({ zh: ['zh'], en: ['en'], both: ['zh', 'en'] } as Record<string, Language[]>)[values.lang];
  if (languages === undefined) throw new UsageError(`--lang ${values.lang}: zh, en, both`);
  if ((values.ring === undefined) !== (values.keys === undefined)) throw new UsageError('--ring 和 --keys 要一起给 / go together');
  return { stream, database: databaseOf(values.database), languages, ring: values.ring ?? null, keys: values.keys ?? null, json: values.json };
}

/**
 * `audit show`: one case's story.
 *
 * @returns 0, or 1 where the chain is broken or a signature does not hold
 * @throws UsageError
 */
export async function runShow(args: readonly string[], say: (text: string) => void): Promise<number> {
  const options = readShowOptions(args);
  const sealer = options.ring === null || options.keys === null ? null : await readingSealer(options.ring, options.keys);
  const { path, dispose } = await logOf(options.database);
  const db = openLogFile(path);
  try {
    db.exec('BEGIN');
    const verdict = walkChain(db);
    const story = await readStory(db, options.stream, sealer);
    if (story === null) throw new UsageError(`${options.stream}: 日志里没有这个案件 / the log has no such case`);
    const signatures = story.entries.flatMap((entry) => (entry.what === 'event' ? entry.signatures : []));
    const sound = signatures.every(holds);
    const chain = verdict.ok ? `${verdict.entries} 条，完整 / ${verdict.entries} entries, intact` : `不完整 / NOT INTACT: ${verdict.fault.kind}, ${verdict.fault.position}: ${verdict.fault.said}`;
    say(options.json ? `${JSON.stringify({ stream: story.stream, chain: verdict.ok ? { ok: true, entries: verdict.entries } : { ok: false, fault: verdict.fault }, signatures: { count: signatures.length, sound }, entries: story.entries })}\n` : `${told(story, options.languages, chain).join('\n')}\n`);
    return verdict.ok && sound ? 0 : 1;
  } finally {
    db.close();
    dispose();
  }
}

const holds = ({ person, workstation, digestOfBody }: CheckedSignature): boolean => person === 'valid' && workstation === 'valid' && digestOfBody;

function told(story: Story, languages: readonly Language[], chain: string): string[] {
  const signatures = story.entries.flatMap((entry) => (entry.what === 'event' ? entry.signatures : []));
  const bad = signatures.filter((one) => !holds(one)).length;
  return [
    `案件 / Case ${story.stream}`, `审计链 / Chain: ${chain}`,
    `签名 / Signatures: ${signatures.length}${bad === 0 ? '，全部有效 / all valid' : `，其中 ${bad} 个不成立 / ${bad} of them do not hold`}`, '',
    ...story.entries.flatMap((entry) => [...(entry.what === 'event' ? eventLines(entry, languages, story.names) : auditLines(entry, languages, story.names)), '']),
  ];
}

const actors: Record<string, string> = { server: '服务器 / server', phones: '电话系统 / phone system', bank: '银行 / bank' };
const missing: Record<Exclude<BodyState, 'open'>, Record<Language, string>> = {
  erased: { zh: '正文已按规定销毁（密钥已毁），封面与链仍可核对', en: 'the body was erased with its key; envelope and chain still verify' },
  sealed: { zh: '正文已加密，给出 --ring 与 --keys 方可阅读', en: 'the body is sealed; give --ring and --keys to read it' },
};

function eventLines(event: StoryEvent, languages: readonly Language[], names: Names): string[] {
  const { actor, body, kind, state } = event;
  const who = actor.kind === 'person' ? `${names.get(actor.person ?? '') ?? actor.person ?? ''} @ ${names.get(actor.workstation ?? '') ?? actor.workstation ?? '-'}` : (actors[actor.kind] ?? actor.kind);
  const lines = [`#${event.position}  ${instantText(event.at)}  第 ${event.version} 版 / version ${event.version}  [${kind}]  ${who}`];
  if (event.madeAt !== event.at) lines.push(`    工作台所记 / as the desktop says: ${instantText(event.madeAt)}`);
  if (event.saidAt !== null) lines.push(`    客户所说 / said by the customer: ${instantText(event.saidAt)}`);
  const words = eventWords[kind] ?? { zh: kind, en: kind };
  const places = new Set(placesOf(words));
  for (const language of languages) {
    if (state !== 'open') lines.push(`    ${kind}: ${missing[state][language]} (${event.bodyHash})`);
    else lines.push(`    ${sentence(words, body, language, names)}`, ...fieldLines(body, places, language, names).map((line) => `      ${line}`));
  }
  return [...lines, ...event.signatures.flatMap((signature) => signatureLines(signature))];
}

const verdicts: Record<SignatureVerdict, string> = {
  valid: '有效 / valid', INVALID: '无效 / INVALID', 'key unknown': '公钥未知 / key unknown', 'key revoked before': '公钥此前已吊销 / key revoked before', 'key not yet registered': '公钥此时尚未登记 / key not yet registered', 'key of another': '公钥属于他人或另一台机器 / key of another person or machine',
};

function signatureLines({ purpose, digest, digestOfBody, person, personKey, workstation, workstationKey }: CheckedSignature): string[] {
  return [
    `    签名 / signed (${purpose}) ${digest}${digestOfBody ? '' : '  摘要不符 / NOT THE DIGEST OF THIS EVENT'}`,
    `      人员 / person: ${verdicts[person]} (${personKey})`,
    `      工作站 / workstation: ${verdicts[workstation]} (${workstationKey})`,
  ];
}

function auditLines({ position, at, kind, entry }: StoryAudit, languages: readonly Language[], names: Names): string[] {
  const words = auditWords[kind] ?? { zh: `${kind}（{person}）`, en: `${kind} ({person})` };
  const place = entry.workstation === null ? '' : `  @ ${names.get(entry.workstation) ?? entry.workstation}`;
  return [`#${position}  ${instantText(at)}  [${kind}]${place}`, ...languages.map((language) => `    ${sentence(words, entry, language, names)}`)];
}
