import type { z } from 'zod';
import { runCommandSchemas } from '../flow/run.ts';
import { onReturnCommandSchemas } from '../operation/on-return-schema.ts';
import { operationCommandSchemas } from '../operation/operation-schema.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { upcastBody, type Steps } from '../protocol/upcast.ts';
import { reviewCommandSchemas } from '../review/review-schema.ts';
import { caseCommandSchemas } from './case-schema.ts';
import { handOverCommandSchemas } from './hand-over-schema.ts';
import { nightCommandSchemas } from './night-schema.ts';

export const commandSchemas = {
  ...caseCommandSchemas,
  ...runCommandSchemas,
  ...operationCommandSchemas,
  ...onReturnCommandSchemas,
  ...reviewCommandSchemas,
  ...nightCommandSchemas,
  ...handOverCommandSchemas,
} as const;

/** Of all command kinds together: raised where one is added or changed after a release (SY7). */
export const COMMAND_SCHEMA_VERSION = 2;
/** Version 2 added kinds and changed none. */
export const COMMAND_STEPS: Steps = { 1: {} };

export type CommandKind = keyof typeof commandSchemas;
export type CommandBody<K extends CommandKind> = z.infer<(typeof commandSchemas)[K]>;
export type CommandOf<K extends CommandKind> = { id: string; kind: K; body: CommandBody<K>; madeAt: string; saidAt: string | null };
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind];

/**
 * Central commands are never predicted: they show as asked until the server answers. All others are decided at
 * once on the desktop, kept in its outbox and decided again by the server.
 */
const central: ReadonlySet<CommandKind> = new Set<CommandKind>([
  'join break-glass', 'sign break-glass', 'sign self-check', 'close quality case',
  'take review', 'release review', 'store blind entry', 'approve review', 'return review', 'ask maker', 'suggest hang-up', 'pass review to lead',
  'order execution', 'order inquiry', 'stop card', 'escalate to lead', 'accept escalation', 'hand over case', 'accept hand-over',
]);

export const commandClass = (kind: CommandKind): 'local' | 'central' => (central.has(kind) ? 'central' : 'local');

/** Urgent commands go first on return, across cases (SY2). */
export const isUrgent = (kind: CommandKind): boolean => kind === 'stop card' || kind === 'record manual stop' || kind === 'report offline stop';

export const isCommandKind = (kind: string): kind is CommandKind => Object.hasOwn(commandSchemas, kind);

/** Parses what came from a port or a socket; a bad inner part is a refusal, never a crash (SY2, RB1). */
export function parseCommand(
  kind: string,
  /** `schema`: the version that the command was made by, the present one where absent. */
  parts: { id: string; body: unknown; madeAt: string; saidAt: string | null; schema?: number },
): { ok: true; command: Command } | { ok: false; refusal: Refusal } {
  if (!isCommandKind(kind)) return { ok: false, refusal: { code: 'command-unknown', detail: { kind: kind.slice(0, 60) } } };
  const body = upcastBody(COMMAND_STEPS, COMMAND_SCHEMA_VERSION, kind, parts.schema ?? COMMAND_SCHEMA_VERSION, parts.body);
  const parsed = commandSchemas[kind].safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, refusal: { code: 'command-malformed', detail: { kind, path: issue?.path.join('.') ?? '', problem: issue?.code ?? '' } } };
  }
  return { ok: true, command: { id: parts.id, kind, body: parsed.data, madeAt: parts.madeAt, saidAt: parts.saidAt } as Command };
}
