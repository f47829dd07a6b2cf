import { readFileSync } from 'node:fs';
import { noOutcome, readSalvage, SpoolAnswer, spoolRequest, withAnswer } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { StartError } from '../start-error.ts';

const WAIT_MS = 60_000;

/**
 * `salvage FILE`: hands a workstation's salvage file to the running server, as a desktop would (SY10). The same file again does
 * no harm.
 *
 * @param url of the server @returns what to tell the person at the shell
 * @throws StartError where the file is none, or the server is not there
 */
export async function salvageFile(path: string, url: string): Promise<string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new StartError(`${path}: 读不出 / cannot be read`);
  }
  const file = readSalvage(text);
  if (file === null) throw new StartError(`${path}: 这不是补送文件，或文件损坏了 / this is no salvage file, or it is damaged`);
  let outcome = noOutcome;
  for (let at = 0; at < file.rows.length;) {
    const { request, taken } = spoolRequest(file.rows, at, PROTOCOL_VERSION);
    outcome = withAnswer(outcome, await post(url, request));
    at += taken;
  }
  const { taken, refused, inTray, stays } = outcome;
  const unreadable = outcome.unreadable + file.damaged;
  return `收下 ${taken}，未受理 ${refused}，到补收 ${inTray}，读不出 ${unreadable}，还要等 ${stays} / ${taken} taken, ${refused} refused, ${inTray} to late work, ${unreadable} unreadable, ${stays} still waiting\n`;
}

async function post(url: string, request: object): Promise<SpoolAnswer> {
  let answer: unknown;
  try {
    const response = await fetch(`${url}/spool`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request), signal: AbortSignal.timeout(WAIT_MS), redirect: 'error' });
    answer = response.ok ? await response.json() : null;
  } catch {
    answer = null;
  }
  const parsed = SpoolAnswer.safeParse(answer);
  if (!parsed.success) throw new StartError(`${url}: 中心没有运行，或没有受理；已送到的不会重复 / the server is not running or did not take it; what it has is not taken twice`);
  return parsed.data;
}
