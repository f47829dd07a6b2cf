import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { demoPeople } from '../../../server/demo/demo-people.ts';
import { readOptions } from '../../../server/options.ts';
import { cleanUp, folder, root } from './child-server.ts';
import { Collector, type KeptSpan } from './otlp-collector.ts';
import { booked, clearStage, executionOrder, LARGE, NOTE_TO_REVIEWER, ready, setStage, statusOf, STORY_PLANS, type Stage } from './story.ts';

let collector: Collector;
let stage: Stage | null = null;
afterEach(async () => {
  if (stage !== null) await clearStage(stage);
  stage = null;
  await collector.stop();
});
afterAll(cleanUp);

const ofTrace = (id: string): KeptSpan[] => collector.spans.filter((span) => span.traceId === id.replaceAll('-', ''));
const named = (spans: readonly KeptSpan[], name: string): KeptSpan[] => spans.filter((span) => span.name === name);

describe('traces of commands', () => {
  it('[PR4] one trace leads from the press to the booking of each line, and tells ids, kinds and codes only', async () => {
    collector = await Collector.start();
    stage = await setStage(['--traces', collector.url]);
    const { agent } = stage;
    const { drafted, order } = await ready(stage);
    const made = agent.make('order execution', drafted.caseId, order);
    const { status } = await agent.send(made);
    expect(status).toBe('accepted');
    await agent.until(() => statusOf(agent, drafted) === 'done', 'the operation done');
    expect(await booked(stage)).toEqual([...STORY_PLANS].sort());
    // The same once more: the stored answer, and no second press.
    expect((await agent.send(made)).status).toBe('accepted');
    const refused = agent.make('order execution', drafted.caseId, executionOrder(agent, drafted, drafted.callId));
    expect((await agent.send(refused)).status).toBe('refused');
    const people = [stage.agent.person, stage.mentor.person];
    await clearStage(stage);
    stage = null;

    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
    const spans = ofTrace(made.id);
    const [press, ...others] = named(spans, 'press');
    expect(others).toEqual([]);
    expect(press).toMatchObject({ spanId: made.id.replaceAll('-', '').slice(16), attributes: { 'aidline.command': made.id, 'aidline.case': drafted.caseId, 'aidline.kind': 'order execution', 'aidline.answer': 'accepted' } });
    expect(press?.parentSpanId ?? '').toBe('');
    for (const span of spans) {
      if (span !== press) expect(span.parentSpanId).toBe(press?.spanId);
      expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
    }
    const lines = STORY_PLANS.length;
    expect(['wait', 'take', 'bank read', 'book', 'bank book'].map((name) => [name, named(spans, name).length])).toEqual([['wait', 1], ['take', 1], ['bank read', 1], ['book', lines], ['bank book', lines]]);
    expect(named(spans, 'decide').length).toBeGreaterThan(0);
    expect(named(spans, 'book').map(({ attributes }) => attributes['aidline.line']).sort()).toEqual([...drafted.lineIds].sort());
    // The command itself, and what the bank answered of each line.
    expect(named(spans, 'append').filter(({ attributes }) => attributes['aidline.status'] === 'appended')).toHaveLength(1 + lines);
    expect(named(spans, 'fan-out').length).toBeGreaterThan(lines);
    expect(named(ofTrace(refused.id), 'press')).toMatchObject([{ attributes: { 'aidline.answer': 'refused', 'aidline.refusal': expect.any(String) } }]);
    expect(named(ofTrace(refused.id), 'book')).toEqual([]);
    for (const secret of [LARGE.customerId, NOTE_TO_REVIEWER, '我确认办理', ...people, ...demoPeople.map(({ name }) => name)]) expect(collector.text).not.toContain(secret);
  }, 60_000);

  it('a collector that takes nothing costs nobody anything', async () => {
    collector = await Collector.start();
    collector.refuse();
    stage = await setStage(['--traces', collector.url]);
    const { drafted, order } = await ready(stage);
    await stage.agent.must('order execution', drafted.caseId, order);
    await stage.agent.until(() => statusOf(stage!.agent, drafted) === 'done', 'the operation done');
    expect(collector.spans).toEqual([]);
  }, 60_000);

  it('switched off, nothing of the SDK is loaded and nobody is told', async () => {
    collector = await Collector.start();
    expect(await loads([])).toEqual([]);
    expect(collector.paths).toEqual([]);
    expect(await loads(['--traces', collector.url])).not.toEqual([]);
  }, 60_000);

  it('[PR9] go to a collector beyond loopback over TLS only', async () => {
    collector = await Collector.start();
    expect(() => readOptions(['--traces', 'http://collector.example:4318'])).toThrow(/https/);
    expect(() => readOptions(['--traces', 'https://me:secret@collector.example'])).toThrow(/http\(s\)/);
    expect(readOptions(['--traces', 'https://collector.example:4318']).traces).toBe('https://collector.example:4318');
    expect(readOptions([]).traces).toBeNull();
  });
});

/** What a server loads of OpenTelemetry's SDK from its start until it listens; prom-client asks for the API by itself. */
async function loads(args: readonly string[]): Promise<string[]> {
  const spy = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => { if (name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api') process.stderr.write('loads ' + name + '\\n'); return next(name, context); } });`;
  const child = spawn(process.execPath, [
    '--import', `data:text/javascript,${encodeURIComponent(spy)}`, join(root, 'server/main.ts'),
    '--demo', '--calls', 'off', '--crowd', '0', '--port', '0', '--log-level', 'error', '--data', folder(), ...args,
  ], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    child.stdout.on('data', (data: Buffer) => (data.toString().includes('listening') ? resolve() : undefined));
    child.once('exit', () => reject(new Error(said)));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return said.split('\n').filter((line) => line.startsWith('loads '));
}
