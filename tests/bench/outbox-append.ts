/**
 * `outbox-append`: how many commands a second a desktop can take from its person, each decided on the case as it stands
 * and on disk before it is answered (SY1).
 *
 * Ours is the desk's own path, `giveCommand`: parse, mask, `decide`, fold, number, one durable commit of the outbox row and
 * beside it one durable write of the same row, sealed, to the workstation's spool (SY10), the case's view brought up to date; nothing is confirmed meanwhile, as in a shift without the centre. The cases are
 * real ones, made by a real centre and demo bank: a call in hand, the customer's facts, a run of the early settlement.
 * The command is `write note`; what `fill fields` costs, whose decision is the longest (the flow is asked what falls),
 * stands in the notes.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { CaseState } from '#shared/case/state.ts';
import { Rules } from '#shared/protocol/rules.ts';
import { CaseBook } from '../../electron/desk/case-book.ts';
import { domainLogic } from '../../electron/desk/domain-logic.ts';
import { giveCommand, type CommandParts } from '../../electron/desk/give-command.ts';
import { keepSpoolKey, SessionSpool } from '../../electron/desk/spool/session-spool.ts';
import { Spool } from '../../electron/desk/spool/spool.ts';
import { openDatabase } from '../../electron/desk/store/database.ts';
import { storeOf, type Store } from '../../electron/desk/store/store.ts';
import { CorrectedClock } from '../../electron/desk/sync/corrected-clock.ts';
import { answerCall, clearStage, LARGE, setStage } from '../integration/server/story.ts';
import { oneRowOneCommit } from './reference/one-row-one-commit.ts';
import { atLeast, quantile, median, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';

const COMMANDS = 1000;
/** Commands or rows of one side before it is the other's turn. */
const TURN = 50;
/** Cases that a desktop holds open in one shift, filled in turn. */
const CASES = 20;
/** Half of the lowest figure known for SQLCipher, FULL, one row a commit (3,700 rows a second on 2 cores). */
const REFERENCE_FLOOR = 1850;
const WARM_UP = 200;

type Prepared = { person: string; rules: Rules; cases: { id: string; version: number; state: unknown }[]; runId: string };

/** A call taken by a real centre, up to the first field of the early settlement. */
async function prepare(): Promise<Prepared> {
  const stage = await setStage();
  try {
    const { agent, running } = stage;
    const { caseId } = await answerCall(stage, LARGE.customerId);
    const runId = uuidv7();
    const flow = running.centre.rules.flows.find((one) => one.definition.id === 'early-settlement')!;
    await agent.must('start run', caseId, { runId, flowId: flow.definition.id, flowVersion: flow.definition.version });
    await agent.until(() => agent.state(caseId).runs[runId] !== undefined, 'the run');
    const text = JSON.stringify(agent.state(caseId));
    const cases = Array.from({ length: CASES }, () => {
      const id = uuidv7();
      const state = CaseState.parse(JSON.parse(text.replaceAll(caseId, id)));
      return { id, version: state.version, state };
    });
    const { rules } = await agent.ask('rules', { have: null });
    return { person: agent.person, rules: Rules.parse(rules), cases, runId };
  } finally {
    await clearStage(stage);
  }
}

/** As after a sign-in at a server that told its key. */
function spoolOn(store: Store, root: string, person: string, clock: CorrectedClock): SessionSpool {
  const server = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  keepSpoolKey(store, { keyId: createHash('sha256').update(server).digest('hex'), publicKey: server.toString('base64') }, clock.now());
  const environment = { now: () => Date.now(), newId: () => uuidv7(), random: () => 0, after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  } };
  return new SessionSpool({
    spool: new Spool(root), store, server: 'http://127.0.0.1:1', person, workstation: uuidv7(), clock, environment, post: () => Promise.resolve(null), changed: () => {},
    certify: () => Promise.resolve({ person: null, workstation: null }),
    report: (error) => {
      throw error;
    },
  });
}

function deskOn(store: Store, prepared: Prepared, spoolRoot: string): CommandParts & { spool: SessionSpool } {
  const who = { person: prepared.person, workstation: 'bench' };
  const clock = new CorrectedClock({ now: () => Date.now() }, 0);
  const logic = domainLogic({
    person: { id: prepared.person, human: prepared.person, no: '1001', role: 'agent', skills: ['es'] }, workstation: who.workstation,
    stoppedKinds: () => 'unknown', rules: () => prepared.rules, lights: () => ({ centre: 'down', core: 'down', phone: 'up' }),
  });
  store.transaction(() => {
    for (const { id, version, state } of prepared.cases) store.cases.put({ id, version, state, heardAt: clock.now(), sweep: 0 });
  });
  const spool = spoolOn(store, spoolRoot, prepared.person, clock);
  spool.start();
  return { store, logic, book: new CaseBook(store, logic, who), clock, who, newId: () => uuidv7(), spool };
}

type Given = { kind: string; body: unknown };
const note = (_prepared: Prepared, n: number): Given => ({ kind: 'write note', body: { noteId: uuidv7(), text: `客户说想把三笔分期都还清，第 ${n} 次记` } });
const field = ({ runId }: Prepared, n: number): Given => ({ kind: 'fill fields', body: { runId, stepId: 'ES-1', values: { statedRequest: `客户说想把三笔分期都还清，第 ${n} 次改` } } });

/** A desk's own file with the cases in it. */
function openDesk(file: string, prepared: Prepared): { give(params: Given & { case: string }): Promise<void>; stored(): string[]; spooled(): number; close(): void } {
  const store = storeOf(openDatabase(file, randomBytes(32), null), uuidv7());
  const root = `${file}.spool`;
  const parts = deskOn(store, prepared, root);
  return {
    give: async (params) => {
      const answer = giveCommand(parts, params);
      if (!answer.ok) throw new Error(`a command was refused: ${JSON.stringify(answer.refusal)}`);
      await answer.spooled;
    },
    stored: () => store.outbox.all().map(({ inner: _inner, ...row }) => JSON.stringify(row)),
    spooled: () => new Spool(root).count('http://127.0.0.1:1'),
    close: () => {
      parts.spool.stop();
      store.close();
    },
  };
}

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

type Times = { notes: number[]; rows: number[]; fields: number[] };

/** One run: small turns of both on files that stay open, so that a disk which others use is equally slow to both. */
async function measure(file: () => string, prepared: Prepared, row: string, commands: number): Promise<Times> {
  const times: Times = { notes: [], rows: [], fields: [] };
  const [ours, filled, reference] = [openDesk(file(), prepared), openDesk(file(), prepared), oneRowOneCommit(file())];
  const give = async (desk: typeof ours, make: typeof note, n: number): Promise<number> => {
    const params = { case: prepared.cases[n % prepared.cases.length]!.id, ...make(prepared, n) };
    const began = performance.now();
    await desk.give(params);
    return performance.now() - began;
  };
  try {
    for (let n = 0; n < commands; n += TURN) {
      for (let m = n; m < n + TURN; m += 1) times.notes.push(await give(ours, note, m));
      for (let m = n; m < n + TURN; m += 1) times.rows.push(timed(() => reference.append(row)));
      for (let m = n; m < n + TURN / 2; m += 1) times.fields.push(await give(filled, field, m));
    }
    if (ours.stored().length !== commands) throw new Error(`${commands} commands were answered and ${ours.stored().length} are stored`);
    if (ours.spooled() !== commands) throw new Error(`${commands} commands were answered and ${ours.spooled()} are in the spool`);
    return times;
  } finally {
    for (const one of [ours, filled, reference]) one.close();
  }
}

/** Of each command by itself: a disk that others use makes some wait very long, and a mean tells of those only. */
const rates = (times: readonly number[]): number[] => times.map((ms) => 1000 / ms);
const perSecond = (times: readonly number[]): number => median(rates(times));
const overall = (times: readonly number[]): number => Math.round((1000 * times.length) / times.reduce((sum, one) => sum + one, 0));

export const outboxAppend: Bench = {
  name: 'outbox-append',
  async run({ runs, say }) {
    say('making a case with a real centre');
    const prepared = await prepare();
    const folder = scratchFolder('outbox');
    let files = 0;
    const file = (): string => join(folder.path, `${(files += 1)}.db`);
    try {
      const sample = openDesk(file(), prepared);
      await sample.give({ case: prepared.cases[0]!.id, ...note(prepared, 0) });
      const row = sample.stored()[0]!;
      sample.close();
      await measure(file, prepared, row, WARM_UP);
      const all: Times[] = [];
      for (let run = 0; run < runs; run += 1) {
        all.push(await measure(file, prepared, row, COMMANDS));
        say(`ours ${Math.round(perSecond(all.at(-1)!.notes))} commands/s, reference ${Math.round(perSecond(all.at(-1)!.rows))} rows/s`);
      }
      const each = all.flatMap(({ notes }) => notes);
      const eachOfReference = all.flatMap(({ rows }) => rows);
      const fields = median(all.map((times) => perSecond(times.fields)));
      const [mine, other] = [side(all.map(({ notes }) => rates(notes)), 'low'), side(all.map(({ rows }) => rates(rows)), 'low')];
      const ratio = mine.median / other.median;
      const stateBytes = Buffer.byteLength(JSON.stringify(prepared.cases[0]!.state));
      return {
        bench: 'outbox-append', unit: 'commands per second', better: 'higher', ours: mine, reference: other, ratio,
        aims: [atLeast('ours / reference', 0.6, ratio), atLeast('reference, rows per second (half of the known figure; below it the run is void)', REFERENCE_FLOOR, other.median)],
        notes: [
          `command: write note, ${COMMANDS} a run over ${CASES} cases of ${Math.round(stateBytes / 1024)} kB each, none confirmed meanwhile; a row of ${Buffer.byteLength(row)} bytes on both sides`,
          `fill fields instead: ${Math.round(fields)} commands/s, ratio ${(fields / other.median).toFixed(2)}`,
          `the rate of a run is that of its median command; all of them with the longest waits: ours ${overall(each)}/s, reference ${overall(eachOfReference)}/s`,
          `one command: median ${median(each).toFixed(3)} ms, p95 ${quantile(each, 0.95).toFixed(3)} ms; one bare row: median ${median(eachOfReference).toFixed(3)} ms, p95 ${quantile(eachOfReference, 0.95).toFixed(3)} ms`,
          'both: sqlcipher, raw key, WAL, synchronous=FULL, exclusive, secure_delete, same addon, same process (Node ' + process.versions.node + ')',
          ...(other.median < REFERENCE_FLOOR ? ['VOID: the disk is too busy or too slow for a fair run'] : []),
        ],
      };
    } finally {
      folder.remove();
    }
  },
};
