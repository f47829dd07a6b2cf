/**
 * `npm run proof:kills -- --kills N --seed S`: a real desk and a real server, each a process of its own, on a line that is
 * late, slow, half-open or cut, and one of the two killed with SIGKILL at a moment of chance, N times. In the end everything
 * the desk ever called saved is at the centre, once, in the order of its case, and the chain of the log verifies.
 *
 * The last line is JSON: `{"kills","desk_kills","server_kills","saved","lost","doubled","disordered","chain","seed"}`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { verifyChain } from '../../server/log/verify-chain.ts';
import { judgeKills, type Saved } from './judge-kills.ts';
import { Proxy, type Line } from './proxy.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

export type KillsVerdict = { kills: number; desk_kills: number; server_kills: number; saved: number; lost: number; doubled: number; disordered: number; chain: 'whole' | 'broken'; seed: number };

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => {
  if (child.exitCode !== null || child.signalCode !== null) resolve();
  else child.once('exit', () => resolve());
});

async function startServer(data: string, started: (child: ChildProcess) => void): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [join(project, 'server/main.ts'), '--demo', '--data', data, '--port', '0', '--calls', 'off', '--crowd', '0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'pipe'] });
  started(child);
  let text = '';
  const port = await new Promise<number>((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      text += bytes.toString();
      const found = /listening https?:\/\/[^:]+:(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`the server did not start: ${text}`)));
  });
  return { child, port };
}

/** @param say told of progress */
export async function proveKills(kills: number, seed: number, say: (line: string) => void): Promise<KillsVerdict> {
  const random = xoroshiro128plus(seed);
  const below = (limit: number): number => uniformInt(random, 0, limit - 1);
  const folder = mkdtempSync(join(tmpdir(), 'aidline-kills-'));
  const [data, root] = [join(folder, 'centre'), join(folder, 'desk')];
  const children = new Set<ChildProcess>();
  const keep = (child: ChildProcess): void => {
    children.add(child);
    child.once('exit', () => children.delete(child));
  };
  const proxy = new Proxy();
  const url = await proxy.listen();
  const saved: Saved[] = [];
  let server: ChildProcess | null = null;
  let next = 0;
  let deskKills = 0;
  let broken: Error | null = null;

  const serve = async (): Promise<void> => {
    const started = await startServer(data, keep);
    server = started.child;
    proxy.upstream = started.port;
  };
  const killServer = async (): Promise<void> => {
    const child = server;
    server = null;
    proxy.upstream = null;
    child?.kill('SIGKILL');
    if (child !== null) await ended(child);
  };
  /** A desk's whole life: what it says is taken down until it is killed. */
  const live = (what: string): { child: ChildProcess; isIn: Promise<string> } => {
    const child = spawn(process.execPath, [join(project, 'tests/proof/night-desk.ts'), root, url, 'agent', what], { stdio: ['ignore', 'pipe', 'inherit'] });
    keep(child);
    let rest = '';
    const isIn = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (bytes: Buffer) => {
        const lines = (rest + bytes.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const [word, id = '', caseId = '', n = ''] = line.split(' ');
          if (word !== 'saved') resolve(line);
          else {
            saved.push({ id, caseId });
            if (n !== '-') next = Number(n) + 1;
          }
        }
      });
      child.once('exit', (code, signal) => {
        if (signal !== 'SIGKILL' && code !== 0) reject(broken = new Error(`a desk ended by itself: ${code}`));
      });
    });
    isIn.catch(() => undefined);
    return { child, isIn };
  };
  const lines: readonly (() => Line)[] = [
    () => ({ kind: 'good' }), () => ({ kind: 'good' }), () => ({ kind: 'late', ms: 5 + below(200) }), () => ({ kind: 'slow', bytes: 200 + below(2_000), everyMs: 5 }),
    () => ({ kind: 'half-open' }), () => ({ kind: 'cut' }),
  ];

  try {
    await serve();
    let desk = live(String(next));
    await desk.isIn;
    for (let kill = 0; kill < kills; kill += 1) {
      proxy.become(lines[below(lines.length)]!());
      await wait(below(400));
      if (below(3) === 0) {
        await killServer();
        await wait(below(300));
        await serve();
      } else {
        desk.child.kill('SIGKILL');
        await ended(desk.child);
        deskKills += 1;
        // Signing in takes a line that answers, or one that is plainly down.
        if (proxy.line.kind !== 'cut') proxy.become({ kind: 'good' });
        desk = live(String(next));
        await desk.isIn;
      }
      if (broken !== null) throw broken;
      if ((kill + 1) % 25 === 0) say(`${kill + 1} kills, ${saved.length} commands saved`);
    }
    desk.child.kill('SIGKILL');
    await ended(desk.child);
    proxy.become({ kind: 'good' });
    const last = live('drain');
    await last.isIn;
    await ended(last.child);
    await killServer();
    const verdict = judgeKills(join(data, 'log.db'), saved);
    const chain = verifyChain(join(data, 'log.db')).ok ? 'whole' : 'broken';
    return { kills, desk_kills: deskKills, server_kills: kills - deskKills, saved: saved.length, ...verdict, chain, seed };
  } finally {
    const left = [...children];
    for (const child of left) child.kill('SIGKILL');
    await Promise.all(left.map(ended));
    await proxy.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A desk that saved nothing proves nothing. */
export const isClean = (verdict: KillsVerdict): boolean => verdict.saved > verdict.kills && verdict.lost + verdict.doubled + verdict.disordered === 0 && verdict.chain === 'whole';

if (import.meta.main) {
  const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
  const verdict = await proveKills(Number(values.kills), Number(values.seed), (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  process.exitCode = isClean(verdict) ? 0 : 1;
}
