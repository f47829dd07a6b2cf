/**
 * `audit-verify`: how many entries a second the chain is walked (PR5), against a loop that reads the same rows from the
 * same file and hashes each. The chain only: checkpoints, indexes and what is drawn from the entries are in the notes.
 */
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AppendItem, EventLog } from '../../server/log/log.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { openSealedLog } from '../../server/log/sealing/open-sealed-log.ts';
import { verifyChain } from '../../server/log/verify-chain.ts';
import { verifyAudit } from '../../server/audit/verify.ts';
import { readAndHash } from './reference/read-and-hash.ts';
import { atLeast, inTurn, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';

const COMMANDS = 16_000;
const CASES = 600;
/** Commands that meet in one commit on a busy morning. */
const TOGETHER = 4;
/** A reading of a customer's facts, and a note. */
const BODY_BYTES = [3_200, 180, 240, 420];
const DESKTOP = uuidv7();
const PERSON = uuidv7();

/** One command of a case with what it leaves behind: one or two events, now and then a view of the customer or a refusal. */
function itemOf(n: number, versions: Map<string, number>, cases: readonly StreamId[]): AppendItem {
  const stream = cases[n % cases.length]!;
  const version = versions.get(stream) ?? 0;
  const refused = n % 23 === 7;
  const at = new Date().toISOString();
  const events = refused ? [] : Array.from({ length: version === 0 ? 2 : 1 + (n % 3 === 0 ? 1 : 0) }, (_, index) => ({
    id: uuidv7(), kind: index === 0 && version === 0 ? 'access granted' : 'facts read', body: index === 0 && version === 0 ? { person: PERSON, as: 'owner' } : { text: '客户事实'.repeat(Math.ceil(BODY_BYTES[(n + index) % BODY_BYTES.length]! / 12)) },
  }));
  versions.set(stream, version + events.length);
  const id = uuidv7();
  return {
    writes: events.length === 0 ? [] : [{ stream, expectedVersion: version, events, actor: { kind: 'person', person: PERSON, workstation: 'WS-1' }, madeAt: at, customer: `C-${n % cases.length}` }],
    command: {
      outer: { id, desktop: DESKTOP, incarnation: 1, case: stream as string as never, number: Math.floor(n / cases.length) + 1, kind: 'write note', schema: 1, hash: createHash('sha256').update(id).digest('hex'), urgent: false },
      person: PERSON, answer: refused ? { status: 'refused', refusal: { code: 'not-your-case' } } : { status: 'accepted' },
    },
    audit: n % 5 === 0 ? [{ kind: 'customer viewed', person: PERSON, workstation: 'WS-1', about: `C-${n % cases.length}`, detail: { case: stream, purpose: 'call' } }] : [],
  };
}

async function fill(log: EventLog): Promise<void> {
  const cases = Array.from({ length: CASES }, () => uuidv7() as StreamId);
  const versions = new Map<string, number>();
  for (let n = 0; n < COMMANDS; n += TOGETHER) {
    const results = await log.append(Array.from({ length: TOGETHER }, (_, index) => itemOf(n + index, versions, cases)));
    if (results.some(({ status }) => status !== 'appended')) throw new Error(`the log did not take an item: ${JSON.stringify(results.find(({ status }) => status !== 'appended'))}`);
  }
}

export const auditVerify: Bench = {
  name: 'audit-verify',
  async run({ runs, say }) {
    const folder = scratchFolder('audit');
    try {
      say(`making a log of ${COMMANDS} commands, sealed as on a server`);
      const opened = await openSealedLog(folder.path, { now: () => new Date().toISOString() });
      if (!opened.ok) throw new Error(opened.error.cause);
      await fill(opened.log);
      await opened.log.close();
      const path = join(folder.path, 'log.db');
      const [mine, other] = [[] as number[], [] as number[]];
      let [entries, batches] = [0, 0];
      const ours = (): void => {
        const began = performance.now();
        const verdict = verifyChain(path);
        mine.push(performance.now() - began);
        if (!verdict.ok) throw new Error(`the log is not intact: ${verdict.fault.said}`);
        ({ entries, batches } = verdict);
      };
      const reference = (): void => {
        const began = performance.now();
        const read = readAndHash(path);
        other.push(performance.now() - began);
        if (entries !== 0 && read.entries !== entries) throw new Error(`${read.entries} rows were read of ${entries}`);
      };
      ours();
      reference();
      for (const times of [mine, other]) times.length = 0;
      await inTurn(runs, () => {
        ours();
        say(`ours ${Math.round((1000 * entries) / mine.at(-1)!)} entries/s`);
      }, () => {
        reference();
        say(`reference ${Math.round((1000 * entries) / other.at(-1)!)} entries/s`);
      });
      const began = performance.now();
      const whole = await verifyAudit({ database: path, checkpoints: null, keys: [], restored: new Set(), sealer: null });
      const wholeMs = performance.now() - began;
      if (!whole.ok) throw new Error(`the log is not intact: ${JSON.stringify(whole.faults)}`);
      const rates = (times: readonly number[]): number[][] => times.map((ms) => [(1000 * entries) / ms]);
      const [sideOfMine, sideOfOther] = [side(rates(mine), 'low'), side(rates(other), 'low')];
      const ratio = sideOfMine.median / sideOfOther.median;
      return {
        bench: 'audit-verify', unit: 'entries per second', better: 'higher', ours: sideOfMine, reference: sideOfOther, ratio,
        aims: [atLeast('ours / reference', 0.6, ratio), atLeast('entries in the log', 20_000, entries)],
        notes: [
          `${entries} entries in ${batches} batches, ${COMMANDS} commands over ${CASES} cases, bodies of ${BODY_BYTES.join(', ')} bytes, sealed; the file is in the machine's cache`,
          `everything that \`audit verify\` looks at, without checkpoints (pages, indexes, versions, access, feeds too): ${Math.round((1000 * entries) / wholeMs)} entries/s`,
        ],
      };
    } finally {
      folder.remove();
    }
  },
};
