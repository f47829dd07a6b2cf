import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const program = resolve(import.meta.dirname, '..', '..', '..', 'server', 'audit', 'main.ts');
const Verdict = z.string();
const Signature = z.looseObject({ purpose: z.enum(['tick', 'approval', 'order']), digest: z.string(), digestOfBody: z.boolean(), person: Verdict, personKey: z.string(), workstation: Verdict, workstationKey: z.string() });
const Entry = z.looseObject({ what: z.string(), kind: z.string(), actor: z.looseObject({ person: z.string().nullable(), workstation: z.string().nullable() }).optional(), signatures: z.array(Signature).optional() });
const Shown = z.looseObject({ chain: z.looseObject({ ok: z.boolean() }), signatures: z.looseObject({ count: z.int(), sound: z.boolean() }), entries: z.array(Entry) });

/** One signature of the case, as the audit program judges it from the log alone. */
export type SignedThing = { event: string; purpose: 'tick' | 'approval' | 'order'; digest: string; person: string | null; workstation: string | null; personKey: string; workstationKey: string; verifies: boolean };
export type Audited = {
  /** What `audit -- verify` said, first line. */
  chain: string; intact: boolean;
  signatures: SignedThing[]; allVerify: boolean; purposes: string[]; personKeys: number; workstationKeys: number; people: number; workstations: number;
};

type Ended = { code: number; out: string };
const run = (args: string[]): Promise<Ended> => new Promise((done) => {
  execFile(process.execPath, [program, ...args], { maxBuffer: 64 * 1_048_576, encoding: 'utf8' }, (error, out, err) => {
    done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out: out + err });
  });
});

/**
 * What the audit program, another process that shares no state with the server, finds in a data folder that nobody has open.
 *
 * @param data a copy of the server's data folder
 * @param caseId whose story is told
 * @returns what it found, and the story as a regulator reads it
 */
export async function audit(data: string, caseId: string): Promise<{ audited: Audited; story: string }> {
  const database = join(data, 'log.db');
  const keys = ['--ring', join(data, 'ring.key'), '--keys', join(data, 'keys.sqlite')];
  const verified = await run(['verify', '--database', database, '--checkpoints', join(data, 'checkpoints'), ...keys]);
  const told = await run(['show', caseId, '--database', database, ...keys]);
  const json = await run(['show', caseId, '--database', database, ...keys, '--json']);
  if (told.code === 2 || json.code === 2) throw new Error(`audit show: ${told.out}${json.out}`);
  const shown = Shown.parse(JSON.parse(json.out));
  const signatures = shown.entries.flatMap((entry) => (entry.signatures ?? []).map((one): SignedThing => ({
    event: entry.kind, purpose: one.purpose, digest: one.digest, person: entry.actor?.person ?? null, workstation: entry.actor?.workstation ?? null, personKey: one.personKey, workstationKey: one.workstationKey,
    verifies: one.person === 'valid' && one.workstation === 'valid' && one.digestOfBody,
  })));
  const different = (read: (one: SignedThing) => string | null): number => new Set(signatures.map(read)).size;
  return {
    story: told.out,
    audited: {
      chain: verified.out.split('\n')[0] ?? '', intact: verified.code === 0 && told.code === 0 && shown.chain.ok,
      signatures, allVerify: shown.signatures.sound && shown.signatures.count === signatures.length && signatures.every(({ verifies }) => verifies),
      purposes: [...new Set(signatures.map(({ purpose }) => purpose))].sort(),
      personKeys: different((one) => one.personKey), workstationKeys: different((one) => one.workstationKey), people: different((one) => one.person), workstations: different((one) => one.workstation),
    },
  };
}
