import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { commandClass, commandSchemas, isUrgent, type CommandKind } from '#shared/case/commands.ts';
import { eventSchemas } from '#shared/case/events.ts';
import { asks } from '#shared/protocol/asks.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import { REFUSALS } from '#shared/protocol/refusals.ts';
import { SOCKET } from '#shared/protocol/wire.ts';
import { webhookErrors } from '../../../server/telephony/webhook-error.ts';
import { webhookPath } from '../../../server/telephony/webhook.ts';
import { signatureHeader } from '../../../server/telephony/webhook-signature.ts';

const folder = resolve(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
type Tree = { [key: string]: unknown };
const documents: [string, Tree][] = ['asyncapi', 'openapi', 'bank-openapi'].map((name) => [name, parse(read(`docs/protocol/${name}.yaml`)) as Tree]);
const [asyncApi, openApi] = documents.map(([, document]) => document) as [Tree, Tree];

const at = (document: Tree, pointer: string): unknown =>
  pointer.slice(2).split('/').reduce<unknown>((node, key) => (node as Tree | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);

function references(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const one of value) references(one, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key === '$ref' && typeof one === 'string') found.push(one);
      else references(one, found);
    }
  }
  return found;
}

describe('the documents of the protocol', () => {
  test.each(documents)('%s: every reference leads somewhere within the document', (_name, document) => {
    const all = new Set(references(document));
    expect(all.size).toBeGreaterThanOrEqual(10);
    expect([...all].filter((pointer) => !pointer.startsWith('#/') || at(document, pointer) === undefined)).toEqual([]);
  });

  test.each(documents)('%s: no component that nothing refers to', (_name, document) => {
    const all = new Set(references(document));
    const { schemas } = document['components'] as { schemas: Tree };
    // Snapshots and rules are described for the reader, and hang on the feed and on an answer.
    expect(Object.keys(schemas).filter((name) => !all.has(`#/components/schemas/${name}`))).toEqual([]);
  });

  test.each(documents)('%s: every pattern is one that a regular expression engine takes', (_name, document) => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:\\.|[^"\\])*")/g)].map(([, text = '""']) => JSON.parse(text) as string);
    expect(patterns.length).toBeGreaterThan(3);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });

  test('asyncapi: every command with its class and urgency, every event, ask and live topic', () => {
    const listed = asyncApi['x-aidline-commands'] as { kind: CommandKind; class: string; urgent: boolean }[];
    expect(listed.map(({ kind, class: of, urgent }) => [kind, of, urgent])).toEqual(
      (Object.keys(commandSchemas) as CommandKind[]).map((kind) => [kind, commandClass(kind), isUrgent(kind)]),
    );
    expect((asyncApi['x-aidline-events'] as { kind: string }[]).map(({ kind }) => kind)).toEqual(Object.keys(eventSchemas));
    const operations = asyncApi['operations'] as Record<string, { action: string; reply?: unknown }>;
    for (const kind of Object.keys(asks)) expect(operations[`ask.${kind.replaceAll(' ', '-')}`]?.reply).toBeDefined();
    for (const topic of Object.keys(liveTopics)) expect(operations[`live.${topic}`]?.action).toBe('send');
    for (const name of [SOCKET.push, SOCKET.pull]) expect(operations[name]?.reply).toBeDefined();
    for (const name of [SOCKET.feed, SOCKET.goodbye]) expect(operations[name]?.action).toBe('send');
  });

  test('openapi: the webhook’s path, header and refusals; demo routes marked', () => {
    const paths = openApi['paths'] as Record<string, Record<string, Tree>>;
    const post = paths[webhookPath]!['post']!;
    expect((post['parameters'] as { name: string }[]).map(({ name }) => name)).toEqual([signatureHeader]);
    const said = JSON.stringify(post['responses']);
    const answers = post['responses'] as Tree;
    for (const [code, { status }] of Object.entries(webhookErrors)) {
      expect(said).toContain(code);
      expect(answers[String(status)]).toBeDefined();
    }
    const marked = Object.entries(paths).filter(([, methods]) => Object.values(methods).every((operation) => operation['x-demo-only'] === true)).map(([path]) => path);
    expect(marked).toEqual(Object.keys(paths).filter((path) => path.startsWith('/demo/')));
  });

  test('openapi: the routes that the server registers, and no others', () => {
    const sources = ['server/http/app.ts', 'server/sign-on/sign-on-routes.ts', 'server/demo/demo-parts.ts'].map(read).join('\n');
    const registered = [...sources.matchAll(/\b(?:app|scope)\.(get|post|put|delete)\('([^']+)'/g)].map(([, method, path]) => `${method} ${path}`);
    const described = Object.entries(openApi['paths'] as Record<string, object>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect([...registered, `post ${webhookPath}`].sort()).toEqual(described.sort());
  });

  test('refusals.md has every code', () => {
    const text = read('docs/protocol/refusals.md');
    expect(Object.keys(REFUSALS).filter((code) => !text.includes(`| \`${code}\` |`))).toEqual([]);
  });
});

/** RFC 8785 written a second time: JSON's own numbers and strings, keys by UTF-16 code units. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const Vectors = z.object({
  canonicalJson: z.array(z.object({ value: z.unknown(), canonical: z.string(), sha256: z.string() })).min(2),
  operationDigest: z.array(z.object({ name: z.string(), payload: z.unknown(), canonical: z.string(), digest: z.string() })).min(2),
  innerHash: z.array(z.object({ inner: z.string(), hash: z.string(), outer: z.object({ inner: z.string(), hash: z.string() }) })).min(1),
  eventIds: z.array(z.object({ command: z.string(), index: z.int(), event: z.string() })).min(2),
});

describe('[TP2] vectors.json, computed a second time without the program', () => {
  const vectors = Vectors.parse(JSON.parse(read('docs/protocol/vectors.json')));

  test('canonical JSON', () => {
    const page = read('docs/protocol/README.md');
    for (const { value, canonical: text, sha256: hash } of vectors.canonicalJson) {
      expect(canonical(value)).toBe(text);
      expect(sha256(text)).toBe(hash);
    }
    const [worked] = vectors.canonicalJson;
    expect([worked!.canonical, worked!.sha256].filter((line) => !page.includes(line))).toEqual([]);
  });

  test('the digest of a payload, and that one fen more is another', () => {
    for (const { payload, canonical: text, digest } of vectors.operationDigest) {
      expect(canonical(payload)).toBe(text);
      expect(sha256(text)).toBe(digest);
    }
    expect(new Set(vectors.operationDigest.map(({ digest }) => digest)).size).toBe(vectors.operationDigest.length);
  });

  test('the hash of a command’s inner bytes', () => {
    for (const { inner, hash, outer } of vectors.innerHash) {
      expect(sha256(inner)).toBe(hash);
      expect(outer).toMatchObject({ inner, hash });
    }
  });

  test('ids of a command’s events', () => {
    for (const { command, index, event } of vectors.eventIds) {
      const bytes = Buffer.from(command.replaceAll('-', ''), 'hex');
      bytes[15] = bytes[15]! ^ (index + 1);
      expect(event.replaceAll('-', '')).toBe(bytes.toString('hex'));
    }
  });
});
