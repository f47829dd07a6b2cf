/** [SY7] A wire schema changes only with a version bump: hashes of every schema, by version, kept in versions.json. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { COMMAND_SCHEMA_VERSION, commandSchemas } from '#shared/case/commands.ts';
import { EVENT_SCHEMA_VERSION, eventSchemas } from '#shared/case/events.ts';
import { Hash } from '#shared/protocol/ids.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { commandKinds, eventKinds, protocolSchemas, whole, type Json } from './wire-schemas.ts';

/** Per version, per name. A version in `released` is final: not even `--accept` changes it. */
const Part = z.strictObject({ released: z.array(z.string()), versions: z.record(z.string(), z.record(z.string(), Hash)) });
export const Versions = z.strictObject({ protocol: Part, commands: Part, events: Part });
export type Versions = z.infer<typeof Versions>;
const PARTS = ['protocol', 'commands', 'events'] as const;
const constants = { protocol: 'PROTOCOL_VERSION', commands: 'COMMAND_SCHEMA_VERSION', events: 'EVENT_SCHEMA_VERSION' } as const;

/** Order of `required` says nothing. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === 'required' && Array.isArray(one) ? [...one].sort() : ordered(one)]));
}

/** SHA-256 of the canonical JSON Schema. */
export const schemaHash = (schema: Json): string => bytesToHex(sha256(utf8ToBytes(canonicalize(ordered(schema)) ?? '')));

export type Current = Record<(typeof PARTS)[number], { version: string; hashes: Record<string, string> }>;

/** The hashes of the schemas as they are in the code now. */
export function currentHashes(): Current {
  const bodies = (kinds: readonly string[], schemas: Record<string, unknown>, io: 'input' | 'output'): Record<string, string> =>
    Object.fromEntries([...kinds].sort().map((kind) => [kind, schemaHash(whole(schemas[kind] as z.ZodType, io))]));
  const wire = protocolSchemas.map(({ name, schema, io }) => [name, schemaHash(whole(schema, io))] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    protocol: { version: String(PROTOCOL_VERSION), hashes: Object.fromEntries(wire) },
    commands: { version: String(COMMAND_SCHEMA_VERSION), hashes: bodies(commandKinds, commandSchemas, 'input') },
    events: { version: String(EVENT_SCHEMA_VERSION), hashes: bodies(eventKinds, eventSchemas, 'output') },
  };
}

export type Problem = { text: string; /** `--accept` does not help. */ final: boolean };

/**
 * What changed without a bump, one sentence each with what to do.
 *
 * @param stored versions.json; @param current the schemas of the code
 */
export function changedWithoutBump(stored: Versions, current: Current): Problem[] {
  return PARTS.flatMap((part) => {
    const { version, hashes } = current[part];
    const kept = stored[part].versions[version];
    if (kept === undefined) return [{ text: `${part} ${version} is not in docs/protocol/versions.json: run npm run docs:protocol`, final: false }];
    const final = stored[part].released.includes(version);
    const todo = final
      ? `version ${version} is released: raise ${constants[part]}, add a pure upcaster from ${version} with a stored sample and its test, then run npm run docs:protocol`
      : `version ${version} is not released yet: if the change is meant, run npm run docs:protocol -- --accept and commit versions.json`;
    return [...new Set([...Object.keys(kept), ...Object.keys(hashes)])].sort().filter((name) => kept[name] !== hashes[name]).map((name) => {
      const what = kept[name] === undefined ? 'is new' : hashes[name] === undefined ? 'is gone' : 'changed';
      return { text: `${part} "${name}" ${what} without a version bump; ${todo}`, final };
    });
  });
}

/**
 * versions.json with what the code has now: a new version is added, one that is there is changed only with `accept`
 * and before its release.
 */
export function withCurrent(stored: Versions, current: Current, accept: boolean): { ok: true; versions: Versions } | { ok: false; problems: Problem[] } {
  const versions: Versions = structuredClone(stored);
  for (const part of PARTS) versions[part].versions[current[part].version] ??= current[part].hashes;
  const problems = changedWithoutBump(versions, current);
  const left = accept ? problems.filter((problem) => problem.final) : problems;
  if (left.length > 0) return { ok: false, problems: left };
  for (const part of PARTS) versions[part].versions[current[part].version] = current[part].hashes;
  return { ok: true, versions };
}

export const noVersions: Versions = { protocol: { released: [], versions: {} }, commands: { released: [], versions: {} }, events: { released: [], versions: {} } };
