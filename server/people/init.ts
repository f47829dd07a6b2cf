import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { v7 as uuidv7 } from 'uuid';
import { Administration } from '../administration/administration.ts';
import { foundByTwo } from '../administration/found.ts';
import { Workstations } from '../administration/workstations.ts';
import type { Kept } from '../kept/kept.ts';
import { openKept } from '../kept/open-kept.ts';
import type { EventLog } from '../log/log.ts';
import { openSealedLog } from '../log/sealing/open-sealed-log.ts';
import type { Options } from '../options.ts';
import { loadControl } from '../policy/load-control.ts';
import { StartError } from '../start-error.ts';
import { Credentials } from './credentials.ts';

type StoppedCentre = { log: EventLog; now: () => string; kept: Kept; administration: Administration };

/** Opens the data of a server that does not run, for one piece of work, and lets go of it whatever happens. */
async function onStoppedCentre(options: Options, work: (centre: StoppedCentre) => Promise<void>): Promise<void> {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const now = (): string => new Date().toISOString();
  const opened = await openSealedLog(options.data, { database: options.database, ring: options.ring, ringSecret: process.env['AIDLINE_RING_SECRET'] ?? '', now, newId: () => uuidv7() });
  if (!opened.ok) throw new StartError(`${opened.error.code} (${opened.error.cause}): ${opened.error.text.zh}\n${opened.error.text.en}`);
  const kept = openKept(options.data, options.database, opened.sealing.keys);
  try {
    const administration = new Administration(opened.log, now);
    await administration.start();
    await work({ log: opened.log, now, kept, administration });
  } finally {
    await kept.close();
    await opened.log.close();
  }
}

/**
 * Makes the first two administrators, once (TP12): every later change of people is made by two of them. Account, name and
 * password of each are read from standard input, a line each. Prints a code for the first workstation, good for a day.
 */
export async function initAdministrators(options: Options): Promise<void> {
  await onStoppedCentre(options, async ({ now, kept, administration }) => {
    if (administration.state.founded !== null) throw new StartError('已经有人员了：首批管理员只建一次 / there are people already: the first administrators are made once');
    const wanted = await askForTwo();
    const people = wanted.map(({ account, name, password }, index) => {
      const id = uuidv7();
      return { password, person: { id, human: id, account, name, no: `9${index + 1}`, role: 'admin' as const, team: '', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: now() } };
    });
    await foundByTwo(administration, new Credentials(kept.credentials), people, loadControl(options.control ?? new URL('../policy/control.yaml', import.meta.url)));
    const code = await new Workstations(kept.enrolments, administration, now, false).firstCode();
    process.stdout.write(`两位管理员已建立 / two administrators were made\n第一台工作站的登记码，24 小时内用一次 / enrolment code of the first workstation, once, within 24 hours: ${code}\n`);
  });
}

/**
 * Another code for the first workstation, for who let the first one pass or lost every machine: whoever can read the data
 * folder may have it, and only while nobody could sign in anywhere.
 */
export async function newFirstCode(options: Options): Promise<void> {
  await onStoppedCentre(options, async ({ log, now, kept, administration }) => {
    const { founded, workstations } = administration.state;
    if (founded !== 'init') throw new StartError('还没有首批管理员：请先运行 init / there are no administrators yet: run init first');
    if (Object.values(workstations).some((one) => one.revokedAt === null)) throw new StartError('已有登记的工作站：请由两位管理员登记 / a workstation is enrolled: two administrators enrol the next one');
    const code = await new Workstations(kept.enrolments, administration, now, false).firstCode();
    await log.append([{ writes: [], command: null, audit: [{ kind: 'first code made', person: null, workstation: null, about: null, detail: {} }] }]);
    process.stdout.write(`第一台工作站的登记码，24 小时内用一次 / enrolment code of the first workstation, once, within 24 hours: ${code}\n`);
  });
}

async function askForTwo(): Promise<{ account: string; name: string; password: string }[]> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (what: string): Promise<string> => {
    process.stdout.write(`${what}: `);
    const { value, done } = await answers.next();
    if (done === true) throw new StartError('输入不完整，没有建立管理员 / the input ended early; no administrator was made');
    return String(value).trim();
  };
  const wanted: { account: string; name: string; password: string }[] = [];
  for (const which of ['第一位 / first', '第二位 / second']) {
    const account = await ask(`${which} 管理员账号 / administrator account`);
    const name = await ask('姓名 / name');
    const password = await ask('密码，至少 15 个字符 / password, at least 15 characters');
    if (account === '' || name === '' || password.length < 15) throw new StartError('账号、姓名不能为空，密码至少 15 个字符 / account and name must not be empty; the password has at least 15 characters');
    if (wanted.some((one) => one.account.toLowerCase() === account.toLowerCase())) throw new StartError('两位管理员必须是两个账号 / the two administrators need two accounts');
    wanted.push({ account, name, password });
  }
  lines.close();
  return wanted;
}
