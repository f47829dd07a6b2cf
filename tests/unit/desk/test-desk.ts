import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { v7 } from 'uuid';
import { createDesk, type Desk, type DeskParts } from '../../../electron/desk/create-desk.ts';
import { nodePort } from '../../../electron/desk/ports.ts';
import type { KdfCost } from '../../../shared/protocol/wrapped-key.ts';
import { createDeskClient, type DeskClient } from '../../../renderer/desk-client/desk-client.ts';
import type { DeskTopic, TopicParams, TopicView } from '../../../shared/protocol/desk-rpc.ts';
import { smallLogic } from './small-logic.ts';

/** A guess that costs nothing: tests make hundreds of keys. */
export const CHEAP: KdfCost = { memoryKib: 8, passes: 1, lanes: 1 };

export function tempFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'aidline-desk-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A clock that moves only when told; waiting ends when the clock passes it. */
export function handClock(startMs: number) {
  let now = startMs;
  let waits: { at: number; run: () => void }[] = [];
  return {
    environment: {
      now: () => now,
      newId: () => v7(),
      random: () => 0.5,
      after: (ms: number, run: () => void) => {
        const wait = { at: now + ms, run };
        waits.push(wait);
        return () => {
          waits = waits.filter((other) => other !== wait);
        };
      },
    },
    advance(ms: number): void {
      now += ms;
      const due = waits.filter((wait) => wait.at <= now);
      waits = waits.filter((wait) => wait.at > now);
      for (const wait of due) wait.run();
    },
    setTo(ms: number): void {
      now = ms;
    },
  };
}

export const realEnvironment = (): DeskParts['environment'] => ({
  now: () => Date.now(),
  newId: () => v7(),
  random: () => 0,
  after: (ms, run) => {
    // Tests do not sit through backoff: order is what matters.
    const timer = setTimeout(run, Math.min(ms, ms > 60_000 ? ms : 40));
    return () => clearTimeout(timer);
  },
});

export type Running = { desk: Desk; client: DeskClient; close(): void; errors: unknown[] };

/** A desk and a client joined by a real MessageChannel. */
export function runDesk(parts: Partial<DeskParts> & Pick<DeskParts, 'root' | 'connect' | 'signInOverHttp'>): Running {
  const errors: unknown[] = [];
  const desk = createDesk({
    workstation: 'ws-1', nativeBinding: null, environment: realEnvironment(), logic: () => smallLogic(), kdfCost: CHEAP,
    report: (error) => errors.push(error), ...parts,
  });
  const { port1, port2 } = new MessageChannel();
  desk.attach(nodePort(port1));
  const client = createDeskClient();
  client.attach(nodePort(port2));
  return { desk, client, errors, close: () => { desk.close(); port2.close(); } };
}

/** The first view of a topic that `fits`: a barrier, not a sleep. */
export function untilView<T extends DeskTopic>(client: DeskClient, topic: T, params: TopicParams<T>, fits: (view: TopicView<T>) => boolean, ms = 8000): Promise<TopicView<T>> {
  return new Promise((resolve, reject) => {
    let last: unknown;
    const timer = setTimeout(() => {
      end();
      reject(new Error(`no such view of ${topic}; last: ${JSON.stringify(last)?.slice(0, 800)}`));
    }, ms);
    let ended = false;
    let stop: (() => void) | null = null;
    const end = (): void => {
      ended = true;
      clearTimeout(timer);
      stop?.();
    };
    stop = client.subscribe(topic, params, (view) => {
      last = view;
      if (ended || !fits(view)) return;
      end();
      resolve(view);
    });
    if (ended) stop();
  });
}
