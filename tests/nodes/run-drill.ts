import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { launchDemoBank } from '../../server/bank/demo/launch.ts';
import { makeDemoBankControl } from '../../server/bank/demo/control.ts';
import { Cluster } from '../integration/postgres/cluster.ts';
import { LARGE, MORNING, ready, statusOf } from '../integration/server/story.ts';
import { farStage } from '../integration/server/far-stage.ts';
import { Front } from './front.ts';
import { judgeDrill, type DrillJudgement } from './judge-drill.ts';
import { NodeProcess } from './node-process.ts';
import { PersistentDesktop } from './persistent.ts';
import { RedisServer } from './redis.ts';

const TARGETS = ['duty', 'node', 'redis', 'postgres', 'proxy'] as const;
type Target = (typeof TARGETS)[number];
export type DrillVerdict = DrillJudgement & { kills: number; commands: number; calls: number; recovery_ms: Record<Target, { command: number; call: number | null }>; seed: number };

export const isClean = ({ lost, doubled, two_owner_offers, booked_twice, untold, chain }: DrillVerdict): boolean => lost + doubled + two_owner_offers + booked_twice + untold === 0 && chain === 'whole';

const CALL_WAIT_MS = 30_000;

/** @param say told of progress */
export async function runDrill(rounds: number, seed: number, say: (line: string) => void): Promise<DrillVerdict> {
  const data = mkdtempSync(join(tmpdir(), 'aidline-drill-'));
  const cluster = await Cluster.start({ max_connections: '120' });
  const redis = await RedisServer.start();
  const bank = await launchDemoBank({ dataDir: join(data, 'bank'), seed, crowd: 0, now: MORNING });
  const database = cluster.url(await cluster.database());
  const args = ['--demo', '--database', database, '--redis', redis.url, '--ring', join(data, 'ring.key'), '--checkpoints', join(data, 'checkpoints'), '--port', '0', '--calls', 'off', '--crowd', '0', '--now', MORNING, '--seed', String(seed)];
  const nodes = [1, 2].map((number) => new NodeProcess([...args, '--data', join(data, `node-${number}`)], { DRILL_BANK: bank.url, DRILL_BANK_SECRET: bank.secret }));
  const front = new Front(() => nodes.flatMap(({ url }) => (url === null ? [] : [url])));
  const desktops: PersistentDesktop[] = [];
  const load = { stopped: false };
  try {
    for (const node of nodes) await node.up();
    await front.up();
    const signIn = async (...accounts: string[]): Promise<PersistentDesktop[]> => {
      const signedIn = await Promise.all(accounts.map((account) => PersistentDesktop.signIn(front.url, account)));
      desktops.push(...signedIn);
      return signedIn;
    };
    const [maker, reviewer] = (await signIn('agent', 'mentor')) as [PersistentDesktop, PersistentDesktop];
    const control = makeDemoBankControl(bank);
    const stage = farStage(front.url, { agent: maker.raw, mentor: reviewer.raw }, control, async (order) => {
      const onDuty = nodes.find((node) => node.onDuty);
      await fetch(`${onDuty?.url ?? ''}/demo/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) });
    });
    const settlement = await ready(await stage, LARGE);
    // Only now: a lead who was there before might be offered the review first, and the reviewer only `offerSeconds` later.
    const [secondAgent] = (await signIn('agent2', 'lead')) as [PersistentDesktop, PersistentDesktop];
    // The first line goes through; the second is on its way for long enough to lose who sent it.
    await control.fault({ kind: 'slow', call: 'book', ms: 1 });
    await control.fault({ kind: 'slow', call: 'book', ms: 4_000 });
    const ordered = await maker.command('order execution', settlement.drafted.caseId, settlement.order);
    if (ordered.status !== 'accepted') throw new Error(`the order was not taken: ${JSON.stringify(ordered)}`);
    const acknowledged: { id: string; caseId: string; noteId: string }[] = [];
    const lastAt = { command: performance.now(), call: performance.now() };
    const calls = { answered: 0 };
    const said: string[] = [];

    const write = async (desktop: PersistentDesktop): Promise<void> => {
      const caseId = uuidv7();
      await desktop.command('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
      for (let count = 0; !load.stopped; count += 1) {
        const noteId = uuidv7();
        const result = await desktop.command('write note', caseId, { noteId, text: `第 ${count} 条` });
        if (result.status !== 'accepted') throw new Error(`a note was not taken: ${JSON.stringify(result)}`);
        acknowledged.push({ id: result.id, caseId, noteId });
        lastAt.command = performance.now();
      }
    };
    /** Available, rung, answered, ended, wrapped up, again and again; what is refused on the way is tried anew. */
    const takeCalls = async (desktop: PersistentDesktop): Promise<void> => {
      const { raw } = desktop;
      let known = '';
      while (!load.stopped) {
        try {
          await desktop.back();
          const state = raw.liveValue('agent');
          const offer = raw.liveValue('offer');
          if (offer != null && offer.callId !== known) {
            await raw.ask('answer call', { callId: offer.callId });
            known = offer.callId;
            calls.answered += 1;
            lastAt.call = performance.now();
          } else if (state?.state === 'on-call' && state.callId !== null) await raw.ask('end call', { callId: state.callId });
          else if (state?.state === 'after-call') await raw.ask('finish wrap-up', { basedOn: state.version });
          else if (state !== undefined && state.state !== 'available') await raw.ask('set agent state', { to: 'available', basedOn: state.version });
        } catch (error) {
          // Refused, cut off or not answered: looked at again.
          said.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)} ${JSON.stringify([raw.liveValue('agent'), raw.liveValue('offer')])}`);
        }
        await wait(30);
      }
    };
    const ring = async (): Promise<void> => {
      while (!load.stopped) {
        const onDuty = nodes.find((node) => node.onDuty && node.url !== null);
        if (onDuty?.url != null) await fetch(`${onDuty.url}/demo/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ intent: 'general' }) }).catch(() => undefined);
        await wait(250);
      }
    };
    const work = [...desktops.map(write), takeCalls(maker), takeCalls(secondAgent), ring()];
    const failed = Promise.all(work);
    failed.catch(() => undefined);

    const kill: Record<Target, () => Promise<void>> = {
      duty: async () => {
        const node = nodes.find(({ onDuty }) => onDuty) ?? nodes[0]!;
        await node.kill();
        void wait(1_500).then(() => node.up());
      },
      node: async () => {
        const node = nodes.find(({ onDuty }) => !onDuty) ?? nodes[1]!;
        await node.kill();
        void wait(1_500).then(() => node.up());
      },
      redis: async () => {
        await redis.down();
        void wait(3_000).then(() => redis.up());
      },
      postgres: async () => {
        await cluster.down('immediate');
        await cluster.up();
      },
      proxy: async () => {
        await front.down();
        await wait(300);
        await front.up();
      },
    };
    const recovery: DrillVerdict['recovery_ms'] = Object.fromEntries(TARGETS.map((target) => [target, { command: 0, call: 0 }])) as DrillVerdict['recovery_ms'];
    let kills = 0;
    while (!(await control.ledger()).some(({ state, kind }) => state === 'done' && kind === 'early-settlement')) await wait(10);
    for (let round = 0; round < rounds; round += 1) {
      for (const target of TARGETS) {
        const began = performance.now();
        await kill[target]();
        kills += 1;
        const until = async (at: 'command' | 'call'): Promise<number | null> => {
          const from = performance.now();
          while (lastAt[at] <= from) {
            if (performance.now() - from > CALL_WAIT_MS) return null;
            await Promise.race([failed, wait(10)]);
          }
          return Math.round(lastAt[at] - began);
        };
        const [command, call] = await Promise.all([until('command'), until('call')]);
        if (command === null) throw new Error(`after ${target} nothing is taken any more: ${nodes.map(({ said }) => said.slice(-1_500)).join('\n')}`);
        const worst = recovery[target];
        recovery[target] = { command: Math.max(worst.command, command), call: call === null || worst.call === null ? null : Math.max(worst.call, call) };
        if (call === null) say([...said.slice(-6), ...nodes.map((node) => node.said.slice(-1_500))].join('\n'));
        say(`round ${round + 1}: ${target} killed; next command after ${command} ms, next call after ${call ?? 'more than 30,000'} ms; ${acknowledged.length} commands, ${calls.answered} calls so far`);
        // Whoever was killed is back before the next.
        while (nodes.some(({ url }) => url === null)) await wait(50);
        await wait(1_500);
      }
    }
    load.stopped = true;
    await failed;
    const { drafted } = settlement;
    await maker.raw.until(() => ['done', 'partial', 'refused'].includes(statusOf(maker.raw, drafted) ?? ''), 'the outcome of the order that was on its way');
    const ledger = await control.ledger();
    const judged = await judgeDrill(database, join(data, 'ring.key'), acknowledged, ledger);
    return { kills, commands: acknowledged.length, calls: calls.answered, ...judged, recovery_ms: recovery, seed };
  } finally {
    load.stopped = true;
    for (const desktop of desktops) desktop.close();
    for (const node of nodes) await node.kill('SIGKILL');
    await front.down();
    await bank.kill();
    await redis.dispose();
    await cluster.dispose();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}
