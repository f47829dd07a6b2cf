/**
 * `npm run proof:fuzz -- --messages N --seed S`: N malformed, truncated, oversized, out-of-order and hostile messages, thrown
 * at a real server by strangers from many addresses and by persons with a session, while honest desktops work beside them. In
 * the end the server is up, its memory is where it was, nobody honest noticed, and the chain of the log verifies (RB1).
 *
 * The last line is JSON: `{"messages","kinds","crashes","honest_errors","honest_commands","honest_slowest_ms","server_errors",
 * "hung","faults","heap_before_mb","heap_after_mb","rss_before_mb","rss_after_mb","audit","seconds","seed"}`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEMO_PASSWORD } from '../../server/demo/demo-people.ts';
import { HonestDesktop } from './fuzz/honest-desktop.ts';
import { HostilePerson } from './fuzz/hostile-person.ts';
import { Dice } from './fuzz/mutate.ts';
import { STRANGERS } from './fuzz/strangers.ts';
import { WatchedServer } from './fuzz/watched-server.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const SECRET = 'the phone system of this proof';
const AT_ONCE = 40;
/** The honest write so often; more would be their own growth, not the fuzz's. */
const THROWN_FOR_ONE_COMMAND = 20;
const HONEST = ['agent', 'lead', 'mentor'] as const;
const HOSTILE = ['agent2', 'mentor2', 'lead2', 'quality', 'risk'] as const;
/** Of a hundred throws, those of persons with a session. */
const FROM_WITHIN = 30;
/** Answers of more than this are no answer to somebody with a caller on the line. */
export const HONEST_MS = 5_000;
/** What a server may hold after a hundred thousand: caches that fill up to their bounds, and the honest ones' cases. */
export const GROWTH_MB = 40;
/** Counts by address and connections that are half closed are gone by then. */
const SETTLE_MS = 70_000;

export type FuzzVerdict = {
  messages: number; kinds: Record<string, number>; crashes: number; honest_errors: number; honest_commands: number; honest_slowest_ms: number; server_errors: number; hung: number; /** What went wrong, each once, the first twenty. */ faults: string[];
  heap_before_mb: number; heap_after_mb: number; rss_before_mb: number; rss_after_mb: number; audit: 'whole' | 'broken'; seconds: number; seed: number;
};

/** An address of its own for each throw, so that it is what is thrown that is tried and not only the limit by address. */
const addressOf = (dice: Dice): string => `127.0.${1 + dice.below(4)}.${2 + dice.below(250)}`;

/** @param settle waits until what is forgotten by time is forgotten; @param say told of progress and of what went wrong */
export async function proveFuzz(messages: number, seed: number, settle: boolean, say: (line: string) => void): Promise<FuzzVerdict> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'aidline-fuzz-'));
  const server = await WatchedServer.start(folder, SECRET);
  const { url } = server;
  const port = Number(new URL(url).port);
  const kinds: Record<string, number> = {};
  const count = (kind: string): void => void (kinds[kind] = (kinds[kind] ?? 0) + 1);
  const failures: string[] = [];
  let hung = 0;
  const dice = new Dice(seed);
  const honest: HonestDesktop[] = [];
  const hostile: HostilePerson[] = [];
  const weighted = STRANGERS.flatMap((one) => Array.from({ length: one.weight }, () => one));

  const throwOne = async (mine: Dice, person: HostilePerson): Promise<void> => {
    if (mine.below(100) < FROM_WITHIN) return count(await person.send());
    const { kind, send } = mine.oneOf(weighted);
    count(kind);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        hung += 1;
        say(`hung: ${kind}`);
        resolve();
      }, 30_000);
    });
    await Promise.race([late, send({ port, secret: SECRET, from: addressOf(mine), hello: person.hello(), dice: mine, failed: (what) => failures.push(what) })]);
    clearTimeout(timer);
  };
  /** Each thrower has dice of its own: what it throws does not hang on which one the machine lets go first. */
  const throwMany = async (total: number, from: number, told: boolean): Promise<void> => {
    let thrown = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async (_one, index) => {
      const mine = new Dice(seed * 1_000 + from + index);
      const share = Math.floor(total / AT_ONCE) + (index < total % AT_ONCE ? 1 : 0);
      for (let n = 0; n < share && !server.crashed; n += 1) {
        await throwOne(mine, hostile[index % hostile.length]!);
        thrown += 1;
        if (told && thrown % 5_000 === 0) say(`${thrown} thrown, ${honest.reduce((sum, one) => sum + one.commands, 0)} honest commands, slowest ${Math.round(Math.max(...honest.map((one) => one.slowestMs)))} ms`);
        if (thrown % THROWN_FOR_ONE_COMMAND === 0) await honest[dice.below(honest.length)]!.work();
      }
    }));
  };

  try {
    for (const account of HONEST) honest.push(await HonestDesktop.start(url, account));
    for (const account of HOSTILE) hostile.push(new HostilePerson(url, account, DEMO_PASSWORD, addressOf(dice), new Dice(seed * 1_000_000 + hostile.length)));
    for (const person of hostile) await person.signIn();
    // What a server fills once (code, caches, plans of statements) is no growth.
    await throwMany(Math.ceil(messages / 20), 500, false);
    for (const kind of Object.keys(kinds)) delete kinds[kind];
    const before = await server.memory();
    say(`before: heap ${before.heapMb} MB, RSS ${before.rssMb} MB`);
    await throwMany(messages, 0, true);
    for (const person of hostile) person.close();
    for (const [index, one] of honest.entries()) {
      await one.work();
      await one.agrees(url, HONEST[index]!);
    }
    if (settle && !server.crashed) await wait(SETTLE_MS);
    const after = server.crashed ? { heapMb: 0, rssMb: 0 } : await server.memory();
    say(`after: heap ${after.heapMb} MB, RSS ${after.rssMb} MB`);
    for (const one of honest) one.close();
    const crashes = server.crashed ? 1 : 0;
    await server.stop();
    const faults = [...new Set([...failures, ...server.errors, ...honest.flatMap(({ errors }) => errors)])].slice(0, 20);
    return {
      messages: Object.values(kinds).reduce((sum, one) => sum + one, 0), kinds, crashes, honest_errors: honest.reduce((sum, one) => sum + one.errors.length, 0),
      honest_commands: honest.reduce((sum, one) => sum + one.commands, 0), honest_slowest_ms: Math.round(Math.max(...honest.map((one) => one.slowestMs))),
      server_errors: failures.length + server.errors.length, hung: hung + hostile.reduce((sum, one) => sum + one.late, 0), faults,
      heap_before_mb: before.heapMb, heap_after_mb: after.heapMb, rss_before_mb: before.rssMb, rss_after_mb: after.rssMb, audit: await audit(folder), seconds: Math.round((performance.now() - began) / 1_000), seed,
    };
  } finally {
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As the administrator asks, over the log of the stopped server. */
async function audit(data: string): Promise<'whole' | 'broken'> {
  const child = spawn(process.execPath, [join(project, 'server/audit/main.ts'), 'verify', '--database', join(data, 'log.db'), '--checkpoints', join(data, 'checkpoints')], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0 ? 'whole' : 'broken';
}

export const isClean = (verdict: FuzzVerdict): boolean =>
  verdict.crashes + verdict.honest_errors + verdict.server_errors + verdict.hung === 0 && verdict.honest_slowest_ms <= HONEST_MS && verdict.heap_after_mb - verdict.heap_before_mb <= GROWTH_MB && verdict.audit === 'whole';

if (import.meta.main) {
  const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } });
  const verdict = await proveFuzz(Number(values.messages), Number(values.seed), true, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  process.exitCode = isClean(verdict) ? 0 : 1;
}
