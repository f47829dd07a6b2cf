import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { approve, clearStage, confirm, draft, executionOrder, setStage, submit, type Stage } from '../server/story.ts';

type Tree = { [key: string]: unknown };
type Frame = [string, { items?: Item[]; topic?: string; value?: unknown }];
type Item = { type: string; state?: unknown; envelope?: { kind: string }; body?: unknown };
const { components } = parse(readFileSync(resolve(import.meta.dirname, '..', '..', '..', 'docs/protocol/asyncapi.yaml'), 'utf8')) as { components: { schemas: Tree } };

/** The component as a validator made from the published document, not from the program's own schema. */
const published = new Map<string, z.ZodType>();
function validator(name: string): z.ZodType {
  const known = published.get(name);
  if (known) return known;
  const text = JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', $ref: `#/$defs/${name}`, $defs: components.schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const made = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
  published.set(name, made);
  return made;
}
const faults = (name: string, value: unknown): string[] => {
  const result = validator(name).safeParse(value);
  return result.success ? [] : [`${name}: ${JSON.stringify(result.error.issues[0])}`];
};

describe('[SY7] what the server sends over the whole story fits the published document', () => {
  let stage: Stage;
  let frames: Frame[];
  let answers: Tree[];
  beforeAll(async () => {
    stage = await setStage();
    const drafted = await draft(stage);
    await approve(stage, drafted, await submit(stage, drafted));
    const callId = await confirm(stage, drafted);
    await stage.agent.must('order execution', drafted.caseId, executionOrder(stage.agent, drafted, callId));
    await stage.agent.until(() => stage.agent.state(drafted.caseId).operations[drafted.operationId]?.status === 'done', 'the outcome');
    const received = [...stage.agent.received, ...stage.mentor.received].map((text) => JSON.parse(text) as Frame | Tree);
    frames = received.filter((one): one is Frame => Array.isArray(one));
    answers = received.filter((one): one is Tree => !Array.isArray(one));
  }, 90_000);
  afterAll(() => clearStage(stage));

  test('the feed, its snapshots, and the body of every event', () => {
    const feeds = [...frames.filter(([name]) => name === 'feed').map(([, value]) => value), ...answers.flatMap((answer) => (answer['feed'] === undefined ? [] : [answer['feed'] as { items: Item[] }]))];
    const items = feeds.flatMap((feed) => feed.items ?? []);
    const bodies = items.filter((item) => item.type === 'event' && item.body !== null);
    expect(new Set(bodies.map((item) => item.envelope!.kind)).size).toBeGreaterThan(12);
    expect(items.filter((item) => item.type === 'snapshot').length).toBeGreaterThan(1);
    expect([
      ...feeds.flatMap((feed) => faults('Feed', feed)),
      ...bodies.flatMap((item) => faults(`event.${item.envelope!.kind.replaceAll(' ', '-')}`, item.body)),
    ]).toEqual([]);
  });

  test('every live topic', () => {
    const live = frames.filter(([name]) => name === 'live').map(([, message]) => message);
    expect(new Set(live.map((message) => message.topic)).size).toBeGreaterThan(5);
    expect(live.flatMap((message) => [...faults('LiveMessage', message), ...faults(`live.${message.topic}`, message.value)])).toEqual([]);
  });

  test('the answers to push, pull and ask', () => {
    const of = (answer: Tree): string => ('results' in answer ? 'PushAnswer' : 'status' in answer ? 'PullAnswer' : 'AskAnswer');
    expect(new Set(answers.map(of)).size).toBe(3);
    expect(answers.flatMap((answer) => faults(of(answer), answer))).toEqual([]);
  });

  test('a body with a member too many does not fit, so that the tests above can fail', () => {
    expect(faults('event.note-written', { noteId: '01930000-0000-7000-8000-000000000001', text: 'x' })).toEqual([]);
    expect(faults('event.note-written', { noteId: '01930000-0000-7000-8000-000000000001', text: 'x', more: 1 })).not.toEqual([]);
  });
});
