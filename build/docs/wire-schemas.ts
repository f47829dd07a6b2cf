/** Every schema of the wire as JSON Schema, taken from the zod schemas that the program itself parses with. */
import { z } from 'zod';
import { COMMAND_SCHEMA_VERSION, commandClass, commandSchemas, isUrgent, type CommandKind } from '#shared/case/commands.ts';
import { eventSchemaOf, eventSchemas, type EventKind } from '#shared/case/events.ts';
import { CaseState } from '#shared/case/state.ts';
import { OperationState } from '#shared/operation/operation-schema.ts';
import { OperationLine, OperationPayload } from '#shared/operation/payload.ts';
import { asks, type AskKind } from '#shared/protocol/asks.ts';
import { Account, Card, CustomerFacts, Customer, FindAnswer, FindQuery, PinnedFact, Plan, Quote, Transaction } from '#shared/protocol/bank.ts';
import { CommandResult, InnerCommand, OuterCommand } from '#shared/protocol/command.ts';
import { Actor, Envelope } from '#shared/protocol/envelope.ts';
import { bilingual, CivilDate, Hash, Instant, StreamId, Uuid7 } from '#shared/protocol/ids.ts';
import { liveTopics, PoolRow, type LiveTopic } from '#shared/protocol/live.ts';
import { Refusal } from '#shared/protocol/refusal.ts';
import { Rules } from '#shared/protocol/rules.ts';
import { AskAnswer, AskRequest, ComeBackAnswer, ComeBackRequest, Cursor, EnrolmentAnswer, EnrolmentRequest, Feed, FeedItem, Goodbye, Hello, LiveMessage, PullAnswer, PullRequest, PushAnswer, PushRequest, SignInAnswer, SignInRequest, SignOnAnswer, SignOnAnswerRequest, SignOnBegun, SignOnRequest } from '#shared/protocol/wire.ts';
import { ReviewState } from '#shared/review/review-schema.ts';
import { agentStateSchema } from '#shared/telephony/agent-state.ts';
import { callEventSchema, phoneEventSchema } from '#shared/telephony/call-event.ts';

export type Json = { [key: string]: unknown };
/** Which side made it: what comes in is described as the server takes it, what goes out as the server sends it. */
type Side = 'input' | 'output';

const SMALL = { Uuid7, Instant, CivilDate, Hash, Bilingual: bilingual, StreamId, Cursor, Actor, Refusal } as const;

const fromDesktop = { Hello, PushRequest, OuterCommand, InnerCommand, PullRequest, AskRequest, SignInRequest, SignOnRequest, SignOnAnswerRequest, ComeBackRequest, EnrolmentRequest, FindQuery, PhoneEvent: phoneEventSchema } as const;
const fromServer = {
  PushAnswer, CommandResult, PullAnswer, Feed, FeedItem, Envelope, AskAnswer, LiveMessage, Goodbye, SignInAnswer, SignOnBegun, SignOnAnswer, ComeBackAnswer, EnrolmentAnswer,
  CaseState, OperationState, OperationPayload, OperationLine, ReviewState, CallEvent: callEventSchema, AgentState: agentStateSchema, PoolRow,
  CustomerFacts, Customer, Account, Card, Plan, Transaction, Quote, PinnedFact, FindAnswer, Rules,
} as const;

/** `find customer` → `find-customer`: what a component may be called. */
export const slug = (kind: string): string => kind.replaceAll(' ', '-');

export const commandKinds = Object.keys(commandSchemas) as CommandKind[];
export const eventKinds = Object.keys(eventSchemas) as EventKind[];
export const askKinds = Object.keys(asks) as AskKind[];
export const liveKinds = Object.keys(liveTopics) as LiveTopic[];
export const commandFacts = commandKinds.map((kind) => ({ kind, class: commandClass(kind), urgent: isUrgent(kind), schema: COMMAND_SCHEMA_VERSION }));
export const eventFacts = eventKinds.map((kind) => ({ kind, schema: eventSchemaOf(kind) }));

/** JSON Schema says 9007199254740991 for every whole number; that is JSON's own bound and no rule of ours. */
function withoutNoise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNoise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => !(key === '$schema' || key === '$id' || (key === 'maximum' && one === Number.MAX_SAFE_INTEGER) || (key === 'minimum' && one === Number.MIN_SAFE_INTEGER)))
      .map(([key, one]) => [key, withoutNoise(one)]),
  );
}

/** What normalises (an instant with any zone) gives an instant in UTC. */
const described = {
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Json }): void => {
    if (zodSchema instanceof z.ZodPipe && zodSchema.out instanceof z.ZodTransform && Object.keys(jsonSchema).length === 0) Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
  },
} as const;

/** @returns the schema with everything it refers to inside it: what a version is the hash of */
export const whole = (schema: z.ZodType, io: Side): Json => withoutNoise(z.toJSONSchema(schema, { ...described, io })) as Json;

/** Named schemas as components, each referring to the others by name. */
export function components(io: Side, named: Record<string, z.ZodType>): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...described, io, target: 'draft-2020-12', uri: (id) => `#/components/schemas/${id}` });
  return withoutNoise(schemas) as Record<string, Json>;
}

/** Replaces what is written out but equals a small named schema (the same pattern in another room) by a reference. */
function named(value: unknown, small: ReadonlyMap<string, string>, top = false): unknown {
  if (Array.isArray(value)) return value.map((one) => named(one, small));
  if (typeof value !== 'object' || value === null) return value;
  const name = top ? undefined : small.get(JSON.stringify(value));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one, small)]));
}

/**
 * Components by name, for both documents: the small ones, what is on the socket and over HTTP, and the bodies of every
 * kind (`command.…`, `event.…`, `ask.…`, `answer.…`, `live.…`).
 */
export function wireComponents(): Record<string, Json> {
  const kinds = (prefix: string, all: Record<string, unknown>): Record<string, z.ZodType> =>
    // A kind whose schema is a named one already is described by a reference to it.
    Object.fromEntries(Object.entries(all).map(([kind, schema]) => [`${prefix}.${slug(kind)}`, z.lazy(() => schema as z.ZodType)]));
  const input = components('input', { ...SMALL, ...fromDesktop, ...kinds('command', commandSchemas), ...kinds('ask', Object.fromEntries(askKinds.map((kind) => [kind, asks[kind].body]))) });
  const output = components('output', {
    ...SMALL, ...fromServer, ...kinds('event', eventSchemas), ...kinds('answer', Object.fromEntries(askKinds.map((kind) => [kind, asks[kind].value]))), ...kinds('live', liveTopics),
  });
  const all: Record<string, Json> = { ...output, ...input };
  const small = new Map(Object.keys(SMALL).filter((name) => name !== 'Refusal' && name !== 'Actor').map((name) => [JSON.stringify(all[name]), name]));
  const order = (name: string): string => `${name.includes('.') ? 1 : 0}${name}`;
  const sorted = Object.keys(all).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const result = Object.fromEntries(sorted.map((name) => [name, named(all[name], small, true) as Json]));
  const { inner } = result['OuterCommand']!['properties'] as { inner: Json };
  Object.assign(inner, { contentMediaType: 'application/json', contentSchema: { $ref: '#/components/schemas/InnerCommand' } });
  fillOpen(result);
  return result;
}

/** What the code parses in a second step, and is therefore open in its schema, is named here for the reader. */
function fillOpen(all: Record<string, Json>): void {
  const [snapshot, event] = all['FeedItem']!['oneOf'] as [{ properties: Json }, { properties: Json }];
  snapshot.properties['state'] = { $ref: '#/components/schemas/CaseState' };
  event.properties['body'] = { description: 'The body of the kind that the envelope names (x-aidline-events), or null: withheld or erased.' };
  const { properties } = all['answer.rules'] as { properties: Json };
  properties['rules'] = { anyOf: [{ $ref: '#/components/schemas/Rules' }, { type: 'null' }] };
  (all['InnerCommand']!['properties'] as Json)['body'] = { description: 'The body of the kind that the outer part names (x-aidline-commands).' };
}

/** The components that some schemas refer to, however far. */
export function closure(from: readonly unknown[], all: Record<string, Json>): Record<string, Json> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || found.has(name) || all[name] === undefined) continue;
      found.add(name);
      walk(all[name]);
    }
  };
  from.forEach(walk);
  return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)));
}

/** What belongs to the protocol's own version: every message but the bodies of commands and events, which have theirs. */
export const protocolSchemas: readonly { name: string; schema: z.ZodType; io: Side }[] = [
  ...Object.entries({ Hello, PushRequest, InnerCommand, PullRequest, AskRequest, SignInRequest, EnrolmentRequest }).map(([name, schema]) => ({ name, schema, io: 'input' as const })),
  ...Object.entries({ PushAnswer, PullAnswer, Feed, AskAnswer, LiveMessage, Goodbye, SignInAnswer, EnrolmentAnswer, CaseState, Rules }).map(([name, schema]) => ({ name, schema, io: 'output' as const })),
  ...askKinds.flatMap((kind) => [{ name: `ask.${kind}`, schema: asks[kind].body as z.ZodType, io: 'input' as const }, { name: `answer.${kind}`, schema: asks[kind].value as z.ZodType, io: 'output' as const }]),
  ...liveKinds.map((kind) => ({ name: `live.${kind}`, schema: liveTopics[kind] as z.ZodType, io: 'output' as const })),
];
