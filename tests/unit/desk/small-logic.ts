import type { Decision, FoldedEvent } from '#shared/case/decision.ts';
import { eventIdOf } from '#shared/protocol/event-id.ts';
import { digestOfJson, Signed } from '#shared/protocol/signature.ts';
import { z } from 'zod';
import type { CaseLogic, DeskCommand, ToSign } from '../../../electron/desk/case-logic.ts';

/** A domain small enough to see through: a case is a list of notes. */
export const Notes = z.strictObject({ id: z.string(), version: z.int(), notes: z.array(z.string()), withheld: z.int() });
export type Notes = z.infer<typeof Notes>;

const bodies: Record<string, z.ZodType> = {
  'open case': z.strictObject({}),
  'write note': z.strictObject({ text: z.string().min(1) }),
  /** Stands only where that note is there. */
  'answer note': z.strictObject({ to: z.string(), text: z.string() }),
  'take review': z.strictObject({}),
  'record view': z.strictObject({ viewId: z.string() }),
  /** Local, signed as the session opened the key. */
  'tick notes': z.strictObject({ signed: Signed }),
  /** Central, signed by the passphrase typed for it. */
  'approve notes': z.strictObject({ digest: z.string(), signed: Signed }),
};

/** What ticks and approvals of a case sign. */
export const notesDigest = (state: Notes): string => digestOfJson({ id: state.id, notes: state.notes });

function toSign(state: Notes | null, { kind, body }: { kind: string; body: unknown }): ToSign | { refusal: { code: string } } {
  const schema = kind === 'tick notes' ? z.strictObject({}) : z.strictObject({ digest: z.string() });
  const parsed = schema.safeParse(body);
  if (!parsed.success) return { refusal: { code: 'command-malformed' } };
  if (state === null) return { refusal: { code: 'case-unknown' } };
  const digest = notesDigest(state);
  if ('digest' in parsed.data && parsed.data.digest !== digest) return { refusal: { code: 'tp2-digest' } };
  return { body: parsed.data, digest, purpose: kind === 'tick notes' ? 'tick' : 'approval', by: kind === 'tick notes' ? 'session' : 'typed' };
}

/** `refusing`: texts that decide refuses (what the server refuses and the desktop does not know goes in the server's own). */
export function smallLogic(refusing: ReadonlySet<string> = new Set()): CaseLogic {
  return {
    commandSchema: 1,
    parseCommand: (kind, parts) => {
      const schema = bodies[kind];
      if (schema === undefined) return { ok: false, refusal: { code: 'command-unknown' } };
      const parsed = schema.safeParse(parts.body);
      return parsed.success ? { ok: true, command: { ...parts, kind, body: parsed.data } } : { ok: false, refusal: { code: 'command-malformed' } };
    },
    classOf: (kind) => (kind === 'take review' || kind === 'approve notes' ? 'central' : 'local'),
    isUrgent: () => false,
    decide: (state, command) => decideNotes(state as Notes | null, command, refusing),
    evolve: (state, event) => evolveNotes(state as Notes | null, event),
    isSigned: (kind) => kind === 'tick notes' || kind === 'approve notes',
    toSign: (state, given) => toSign(state as Notes | null, given),
    // A case has a customer where somebody wrote so.
    viewOf: (state, viewId) => ((state as Notes).notes.includes('customer') ? { kind: 'record view', body: { viewId } } : null),
    isView: (kind) => kind === 'record view',
    itemsLeft: () => 0,
    ownerOf: () => null,
    parseSnapshot: (state) => Notes.parse(state),
  };
}

function decideNotes(state: Notes | null, command: DeskCommand, refusing: ReadonlySet<string>): Decision {
  const draft = (kind: string, body: unknown): Decision => ({ events: [{ id: eventIdOf(command.id, 0), kind, body }] });
  if (command.kind === 'open case') return state === null ? draft('case opened', {}) : { refusal: { code: 'case-exists' } };
  if (state === null) return { refusal: { code: 'case-unknown' } };
  if (command.kind === 'record view') return { events: [] };
  if (command.kind === 'tick notes') return draft('notes ticked', {});
  const { text, to } = command.body as { text: string; to?: string };
  if (to !== undefined && !state.notes.includes(to)) return { refusal: { code: 'no-such-note' } };
  if (refusing.has(text)) return { refusal: { code: 'note-refused' } };
  return draft('note written', { text });
}

function evolveNotes(state: Notes | null, event: FoldedEvent): Notes {
  const base = state ?? { id: event.case, version: 0, notes: [], withheld: 0 };
  const next = { ...base, version: event.version };
  if (event.body === null) return { ...next, withheld: base.withheld + 1 };
  if (event.kind !== 'note written') return next;
  return { ...next, notes: [...base.notes, (event.body as { text: string }).text] };
}
