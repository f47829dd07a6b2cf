import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { readOptions } from '../../../server/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'aidline-example-'));
let running: RunningCentre;

beforeAll(async () => {
  running = await startCentre(readOptions(['--demo', '--calls', 'off', '--port', '0', '--log-level', 'error', '--data', folder]));
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the documents' example as a reader would. */
async function example(...args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '..', '..', '..', 'docs/protocol/example-client.mjs'), running.url, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

test('[SY2][SY5] a client written from the documents alone gets every kind of answer, and the repeat only once', async () => {
  const { code, text } = await example('agent', 'aidline-demo');
  expect({ code, text }).toMatchObject({ code: 0 });
  const results = [...text.matchAll(/← 43\d+\[(\{"results":.*\})\]$/gm)].map(([, json = '']) => (JSON.parse(json) as { results: { status: string; refusal?: { code: string } }[] }).results);
  expect(results.map((of) => of.map((one) => one.refusal?.code ?? one.status))).toEqual([['accepted', 'accepted'], ['accepted'], ['command-malformed'], ['gap']]);
  expect(results[1]).toEqual([results[0]![1]]);
  const [held] = [...text.matchAll(/^holds ([0-9a-f-]+) at (\d+)$/gm)];
  const events = await running.centre.log.readStream(held![1] as never, 1);
  expect(events.map(({ envelope }) => envelope.kind)).toEqual(['case opened', 'access granted', 'note written']);
  expect(Number(held![2])).toBe(events.length);
});

test('a wrong password is told with its code and its words', async () => {
  const { code, text } = await example('agent', 'not the password');
  expect(code).toBe(1);
  expect(text).toContain('← 401 {"refusal":{"code":"wrong-password"}');
});
