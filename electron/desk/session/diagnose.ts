import { join } from 'node:path';
import { Diagnostics, NOT_TOLD, tellableCode, tellableId, tellableKind } from '#shared/protocol/diagnostics.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { NEWEST_SCHEMA } from '../store/migrations/migrate.ts';
import { writeWhole } from '../store/write-whole.ts';
import type { OutboxRow } from '../store/outbox.ts';

const KEEP = 60;

/** What happened to the line and to the desk itself, the newest of it, by code and name alone. */
export class Happenings {
  readonly line: Diagnostics['connection']['happened'] = [];
  readonly errors: Diagnostics['errors'] = [];

  connection(at: string, what: string, code: string | null): void {
    const last = this.line.at(-1);
    if (last?.what === what && last.code === (code === null ? null : tellableCode(code))) return;
    this.line.push({ at, what: tellableCode(what), code: code === null ? null : tellableCode(code) });
    if (this.line.length > KEEP) this.line.shift();
  }

  error(at: string, error: unknown): void {
    this.errors.push({ at, name: tellableCode(error instanceof Error ? error.name : NOT_TOLD) });
    if (this.errors.length > KEEP) this.errors.shift();
  }
}

export type ToDiagnose = {
  now: string;
  commandSchema: number;
  desktop: string;
  workstation: string | null;
  person: { id: string; role: string };
  checkedBy: string;
  key: string;
  sync: SyncView;
  cases: number;
  drafts: number;
  /** Of the outbox what can be told without opening a body. */
  rows: readonly Pick<OutboxRow, 'kind' | 'status' | 'urgent' | 'made_at' | 'refusal' | 'answered_at'>[];
  /** Codes of what would be refused now. */
  doubtful: readonly string[];
  happenings: Happenings;
};

type Kinds = Diagnostics['outbox']['kinds'];

function kindsOf(rows: ToDiagnose['rows']): Kinds {
  const kinds = new Map<string, Kinds[number]>();
  for (const row of rows) {
    const kind = tellableKind(row.kind);
    const held = kinds.get(kind) ?? { kind, unsent: 0, accepted: 0, confirmed: 0, refused: 0 };
    held[row.status] += 1;
    kinds.set(kind, held);
  }
  return [...kinds.values()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
}

function counted(codes: readonly { code: string; at: string | null }[]): { code: string; count: number; lastAt: string | null }[] {
  const held = new Map<string, { code: string; count: number; lastAt: string | null }>();
  for (const { code, at } of codes) {
    const name = tellableCode(code);
    const known = held.get(name) ?? { code: name, count: 0, lastAt: null };
    held.set(name, { code: name, count: known.count + 1, lastAt: known.lastAt === null || (at !== null && at > known.lastAt) ? at : known.lastAt });
  }
  return [...held.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

/** Pure: what a diagnostic file says, taken apart into what may be told before anything is put together. */
export function diagnose(of: ToDiagnose): Diagnostics {
  const { sync, rows } = of;
  const unsent = rows.filter((row) => row.status === 'unsent');
  return {
    format: 1,
    madeAt: of.now,
    program: { protocol: PROTOCOL_VERSION, commandSchema: of.commandSchema, storeSchema: NEWEST_SCHEMA },
    desktop: of.desktop,
    workstation: tellableId(of.workstation),
    person: tellableId(of.person.id),
    role: tellableCode(of.person.role),
    checkedBy: tellableCode(of.checkedBy),
    key: tellableCode(of.key),
    connection: {
      now: sync.connection, refusal: sync.refusal === null ? null : tellableCode(sync.refusal.code), lastContactAt: sync.lastContactAt, clockOffsetMs: sync.clockOffsetMs,
      inFlight: sync.inFlight, catchingUp: sync.catchingUp, behind: sync.behind?.left ?? null, happened: [...of.happenings.line],
    },
    held: { cases: of.cases, drafts: of.drafts, spooled: sync.spooled, incarnation: sync.incarnation, renumberedAt: sync.renumberedAt },
    outbox: {
      unsent: unsent.length, urgent: unsent.filter((row) => row.urgent).length, oldestUnsentAt: unsent.map((row) => row.made_at).toSorted()[0] ?? null,
      kinds: kindsOf(rows),
      refusals: counted(rows.flatMap((row) => (row.refusal === null ? [] : [{ code: row.refusal.code, at: row.answered_at }]))),
      doubtful: counted(of.doubtful.map((code) => ({ code, at: null }))).map(({ code, count }) => ({ code, count })),
      setAside: sync.setAside.map((one) => ({ case: tellableId(one.stream), command: one.command, kind: tellableKind(one.kind), code: tellableCode(one.code), at: one.at, tries: one.tries })),
    },
    errors: [...of.happenings.errors],
  };
}

/** Parsed once more before it is written: what does not fit is a bug, and stays in. @returns where it lies */
export function exportDiagnostics(root: string, diagnostics: Diagnostics): { file: string; told: Diagnostics } {
  const told = Diagnostics.parse(diagnostics);
  const file = join(root, 'diagnostics', `aidline-diagnostics-${told.madeAt.replaceAll(/[:.]/g, '-')}.json`);
  writeWhole(file, `${JSON.stringify(told, null, 2)}\n`);
  return { file, told };
}
