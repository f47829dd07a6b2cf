import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import { bankKey, bookOrderOf, openLines, recordOutcome } from '#shared/operation/outcome.ts';
import type { BookOutcome, InquiryAnswer, NotSent } from '#shared/protocol/bank.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import type { EventLog, StreamWrite } from '../log/log.ts';
import { forExecution, step } from '../traces/traces.ts';

const ANSWER_WITHIN_MINUTES = 30;

/** One case at a time: a line is never sent twice at once by this server. */
const turns = new WeakMap<EventLog, Map<string, Promise<void>>>();

function inTurn({ log }: Centre, caseId: string, work: () => Promise<void>): Promise<void> {
  const busy = turns.get(log) ?? new Map<string, Promise<void>>();
  turns.set(log, busy);
  const turn = (busy.get(caseId) ?? Promise.resolve()).then(work);
  const settled = turn.catch(() => undefined);
  busy.set(caseId, settled);
  void settled.then(() => {
    if (busy.get(caseId) === settled) busy.delete(caseId);
  });
  return turn;
}

/** The day's sum and the open operation of the account end with the execution, in the same append (TP13). */
async function ledgerEnd(centre: Centre, state: CaseState, events: readonly Happened[]): Promise<StreamWrite[]> {
  const finished = events.find((event) => event.kind === 'execution finished');
  if (!finished || state.customerId === null) return [];
  const operation = state.operations[finished.body.operationId];
  if (!operation?.execution) return [];
  const justBooked = new Set(events.flatMap((event) => (event.kind === 'line booked' ? [event.body.lineId] : [])));
  // Without a payload it was recovered from the bank (SY9): its draft has the same lines.
  const bookedFen = (operation.payload ?? operation.worksheet).lines
    .filter((line) => justBooked.has(line.lineId) || operation.execution!.lines.some((one) => one.lineId === line.lineId && one.status === 'booked'))
    .reduce((sum, line) => sum + line.dueNowFen, 0);
  const stream = customerStream(state.customerId);
  return [{
    stream, expectedVersion: await centre.log.lastVersion(stream), actor: { kind: 'server', person: null, workstation: null }, madeAt: centre.clock.now(), customer: state.customerId,
    events: [{ id: centre.newId(), kind: 'operation ended', body: { operationId: operation.id, bookedFen } }],
  }];
}

async function record(centre: Centre, caseId: string, operationId: string, lineId: string, answer: BookOutcome | InquiryAnswer | NotSent | null, cause: string): Promise<void> {
  const followUpId = centre.newId();
  const answerBy = new Date(Date.parse(centre.clock.now()) + ANSWER_WITHIN_MINUTES * 60_000).toISOString();
  await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'bank', async (state) => {
    if (state === null) return { events: [] };
    const events = recordOutcome(state, operationId, lineId, answer, cause, followUpId, answerBy);
    return { events, also: await ledgerEnd(centre, state, events) };
  });
}

/**
 * The gate's last step (TP3): each line that `execution started` names is asked of the bank, on condition that the pinned
 * values still hold, under its own key; what the bank answers is recorded. Silence is recorded as in doubt; what never left,
 * as refused.
 */
export function bookStartedLines(centre: Centre, caseId: string): Promise<void> {
  return inTurn(centre, caseId, async () => {
    const state = await centre.cases.load(caseId);
    if (state === null) return;
    for (const { operation, line } of openLines(state)) {
      if (line.status !== 'started') continue;
      const order = bookOrderOf(state, operation, line);
      const { key, expected, ...rest } = order;
      await forExecution(centre.traces, 'book', { caseId, operationId: operation.id, lineId: line.lineId }, async () => {
        const answer = await step(centre.traces, 'bank book', {}, () => centre.bank.book(key, rest, expected));
        const outcome = answer.kind === 'answer' ? answer.value : answer.kind === 'not-sent' ? answer : null;
        await record(centre, caseId, operation.id, line.lineId, outcome, answer.kind === 'no-answer' ? answer.cause : '');
      });
    }
  });
}

/**
 * Asks the bank what became of the lines in doubt, by key (TP10). "Not found" frees a line only because the bank closes
 * the key in the same answer. After a start of the server lines marked as started are asked about first too: a server
 * that died in between leaves them in doubt, never free.
 *
 * @param only one line, or null for all of the case
 */
export function inquireOpenLines(centre: Centre, caseId: string, only: string | null = null): Promise<void> {
  return inTurn(centre, caseId, async () => {
    const state = await centre.cases.load(caseId);
    if (state === null) return;
    for (const { operation, line } of openLines(state)) {
      if (only !== null && line.lineId !== only) continue;
      await forExecution(centre.traces, 'inquire', { caseId, operationId: operation.id, lineId: line.lineId }, async () => {
        const answer = await step(centre.traces, 'bank inquire', {}, () => centre.bank.inquire(bankKey(caseId, line.key)));
        const outcome = answer.kind === 'answer' ? answer.value : null;
        await record(centre, caseId, operation.id, line.lineId, outcome, answer.kind === 'answer' ? '' : answer.cause);
      });
    }
  });
}
