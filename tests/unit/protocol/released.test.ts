import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADDED_IN_2, downcastCaseState, upcastCaseState } from '#shared/case/case-upcast.ts';
import { COMMAND_SCHEMA_VERSION, COMMAND_STEPS, commandSchemas, parseCommand } from '#shared/case/commands.ts';
import { EVENT_SCHEMA_VERSION, EVENT_STEPS, eventSchemaOf, eventSchemas } from '#shared/case/events.ts';
import { evolve } from '#shared/case/evolve.ts';
import { CaseState, emptyCase } from '#shared/case/state.ts';
import { upcastBody } from '#shared/protocol/upcast.ts';
import { OLDEST_PROTOCOL, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { currentHashes, Versions } from '../../../build/docs/versions.ts';
import { protocolSchemas } from '../../../build/docs/wire-schemas.ts';
import { DOWNCASTS } from '../../../server/gateway/speaks-one.ts';
import * as v1 from '../../samples/v1/desk.mjs';

const Samples = z.record(z.string(), z.array(z.strictObject({ schema: z.int(), body: z.unknown() })).min(1));
const stored = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const commands = Samples.parse(stored('tests/samples/v1/commands.json'));
const events = Samples.parse(stored('tests/samples/v1/events.json'));
const states = z.array(z.unknown()).min(5).parse(stored('tests/samples/v1/states.json'));
const versions = Versions.parse(stored('docs/protocol/versions.json'));

/** What was released stays as it was: a hash of the hashes, which nobody edits along with them by accident. */
const RELEASED = { protocol: { 1: '8149a489b8a61ea0661117449aa9bde4191fa79b5e8820af9a7adb5cf5f2cd0f' }, commands: { 1: '83c62967f9eb98c8f64fa9b66d13fb696e2574cddcb04a0235b1168ea80eee9c' }, events: { 1: '990fbebe99b78d720b01171d4b8d02517db50fb214547480373566ae4312aa8b' } } as const;
const hashOf = (hashes: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalize(hashes) ?? '')));

describe('[SY7] what was released stays as it was', () => {
  it.each(['protocol', 'commands', 'events'] as const)('%s: every released version is remembered unchanged', (part) => {
    expect(versions[part].released).toEqual(Object.keys(RELEASED[part]));
    for (const [version, hash] of Object.entries(RELEASED[part])) expect([part, version, hashOf(versions[part].versions[version])]).toEqual([part, version, hash]);
  });

  it('the frozen desk has the schemas that version 1 is remembered by', () => {
    const named = (all: Record<string, z.ZodType>): string[] => Object.keys(all).sort();
    expect(named(v1.commandSchemas)).toEqual(Object.keys(versions.commands.versions['1'] ?? {}));
    expect(named(v1.eventSchemas)).toEqual(Object.keys(versions.events.versions['1'] ?? {}));
    expect(v1.wire.PROTOCOL_VERSION).toBe(1);
  });

  it('no kind of command or event that was released has changed: what is new is a kind of its own', () => {
    const { commands: now, events: nowEvents } = currentHashes();
    const changed = (before: Record<string, string>, after: Record<string, string>): string[] => Object.keys(before).filter((kind) => after[kind] !== before[kind]);
    // One that has to change gets a step from 1, an entry in CHANGED_IN, and leaves this list.
    expect(changed(versions.commands.versions['1']!, now.hashes)).toEqual([]);
    expect(changed(versions.events.versions['1']!, nowEvents.hashes)).toEqual([]);
    expect(Object.keys(eventSchemas).filter((kind) => eventSchemaOf(kind) !== 1)).toEqual([]);
  });

  it('the server speaks the present version and the one before', () => {
    expect(PROTOCOL_VERSION - OLDEST_PROTOCOL).toBeLessThanOrEqual(1);
  });

  it('whatever the server says differently from version 1 has its downcast, and nothing else has', () => {
    const before = versions.protocol.versions['1']!;
    const { hashes } = currentHashes().protocol;
    const said = new Set(protocolSchemas.filter(({ io }) => io === 'output').map(({ name }) => name));
    // A feed is the items that it carries; a topic or an ask that is new is not told, or not asked.
    const changed = Object.keys(hashes).filter((name) => said.has(name) && before[name] !== undefined && before[name] !== hashes[name]);
    expect(Object.keys(DOWNCASTS).filter((name) => before[name] === undefined)).toEqual([]);
    expect(changed.filter((name) => DOWNCASTS[name] === undefined)).toEqual([]);
  });
});

describe('[SY7] samples of version 1', () => {
  it('are whole: one of every kind', () => {
    expect(Object.keys(commands)).toEqual(Object.keys(versions.commands.versions['1']!));
    expect(Object.keys(events)).toEqual(Object.keys(versions.events.versions['1']!));
  });

  it.each(Object.keys(commands))('a command "%s" of version 1 is taken today', (kind) => {
    for (const { schema, body } of commands[kind]!) {
      const parsed = parseCommand(kind, { id: '01a20000-0000-7000-8000-000000000001', body, madeAt: '2026-11-23T02:00:00.000Z', saidAt: null, schema });
      expect(parsed).toMatchObject({ ok: true });
      expect(v1.commandSchemas[kind]!.safeParse(body).success).toBe(true);
    }
  });

  it.each(Object.keys(events))('an event "%s" of version 1 is read today', (kind) => {
    for (const { schema, body } of events[kind]!) {
      expect(eventSchemas[kind as keyof typeof eventSchemas].safeParse(upcastBody(EVENT_STEPS, EVENT_SCHEMA_VERSION, kind, schema, body)).success).toBe(true);
    }
  });

  it('case states of version 1 are completed and parse; what goes back to a desk of version 1 is what it had', () => {
    for (const state of states) {
      const before = structuredClone(state);
      expect(v1.CaseState.safeParse(state).success).toBe(true);
      const completed = CaseState.parse(upcastCaseState(state));
      expect(state).toEqual(before);
      expect(upcastCaseState(completed)).toEqual(completed);
      expect(downcastCaseState(completed)).toEqual(v1.CaseState.parse(state));
    }
  });

  it('an event of version 1 on a state of version 1 gives today what it gave then', () => {
    const [state] = states as [ReturnType<typeof CaseState.parse>];
    const event = {
      id: '01a20000-0000-7000-8000-000000000002', case: state.id, version: state.version + 1, kind: 'note written', schema: 1, actor: { kind: 'person', person: null, workstation: null },
      times: { said: null, made: '2026-11-23T02:00:00.000Z', recorded: '2026-11-23T02:00:00.000Z' }, body: { noteId: '01a20000-0000-7000-8000-000000000003', text: '一条' },
    } as Parameters<typeof evolve>[1];
    const now = evolve(CaseState.parse(upcastCaseState(state)), event);
    expect(downcastCaseState(now)).toEqual(v1.evolve(state, event));
  });
});

describe('[SY7] upcasters', () => {
  it('go step by step from the version that they are given, and are pure', () => {
    const steps = { 1: { a: (body: unknown) => ({ ...(body as object), b: 1 }) }, 2: { a: (body: unknown) => ({ ...(body as object), c: (body as { b: number }).b + 1 }) } };
    const body = Object.freeze({ x: 0 });
    expect(upcastBody(steps, 3, 'a', 1, body)).toEqual({ x: 0, b: 1, c: 2 });
    expect(upcastBody(steps, 3, 'a', 2, { b: 5 })).toEqual({ b: 5, c: 6 });
    expect(upcastBody(steps, 3, 'a', 3, body)).toBe(body);
    expect(upcastBody(steps, 3, 'other', 1, body)).toBe(body);
    // Newer than this program: whoever parses it refuses it.
    expect(upcastBody(steps, 3, 'a', 4, body)).toBe(body);
  });

  it('there is a numbered step from every released version', () => {
    for (const [steps, present] of [[COMMAND_STEPS, COMMAND_SCHEMA_VERSION], [EVENT_STEPS, EVENT_SCHEMA_VERSION]] as const) {
      expect(Object.keys(steps).map(Number)).toEqual(Array.from({ length: present - 1 }, (_one, index) => index + 1));
    }
  });

  it('the parts that version 2 added to a case are exactly those that an empty case has beyond version 1, with the same values', () => {
    const empty = emptyCase('01a20000-0000-7000-8000-000000000004', '2026-11-23T02:00:00.000Z') as Record<string, unknown>;
    const ofOne = new Set(Object.keys((v1.CaseState as z.ZodObject).shape));
    expect(Object.fromEntries(Object.entries(empty).filter(([part]) => !ofOne.has(part)))).toEqual(ADDED_IN_2);
    expect(Object.keys(CaseState.shape).filter((part) => !ofOne.has(part)).sort()).toEqual(Object.keys(ADDED_IN_2).sort());
  });

  it('a kind that came with version 2 has no schema of its own to be upcast from', () => {
    expect(Object.keys(commandSchemas).length).toBeGreaterThan(Object.keys(commands).length);
    expect(Object.keys(COMMAND_STEPS[1] ?? {}).every((kind) => commands[kind] !== undefined)).toBe(true);
  });
});
