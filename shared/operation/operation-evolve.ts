import type { Evolvers } from '../case/evolver.ts';
import type { CaseState } from '../case/state.ts';
import type { operationEventSchemas, OperationState } from './operation-schema.ts';

const at = (event: { times: { recorded: string } }): string => event.times.recorded;

type ExecutionLine = NonNullable<OperationState['execution']>['lines'][number];

/** Changes one operation; one whose worksheet is withheld from this reader is not there, and nothing happens. */
export function changeOperation(state: CaseState, id: string, change: (operation: OperationState) => OperationState): CaseState {
  const operation = state.operations[id];
  return operation === undefined ? state : { ...state, operations: { ...state.operations, [id]: change(operation) } };
}

function changeLine(state: CaseState, id: string, lineId: string, change: (line: ExecutionLine) => ExecutionLine): CaseState {
  return changeOperation(state, id, (operation) => {
    if (operation.execution === null) return operation;
    const lines = operation.execution.lines.map((line) => (line.lineId === lineId ? change(line) : line));
    const inDoubt = lines.some((line) => line.status === 'in-doubt');
    return { ...operation, status: inDoubt ? 'in-doubt' : operation.status, execution: { ...operation.execution, lines } };
  });
}

export const operationEvolvers: Evolvers<keyof typeof operationEventSchemas> = {
  'worksheet drafted': (state, body) => {
    const { operationId, kind, customerId, accountId, maker, continues, ...worksheet } = body;
    const before = state.operations[operationId];
    // Figures that change void everything that was said of the old ones (TP1: all three bound to one digest).
    const fresh: OperationState = {
      id: operationId, kind, customerId, accountId, maker, status: 'draft', worksheet, continues, noteToReviewer: before?.noteToReviewer ?? '',
      selfCheck: {}, payload: null, digest: null, ticked: null, reviewId: null, approval: null, voided: null, confirmation: null, execution: null,
    };
    return { ...state, currentOperation: operationId, operations: { ...state.operations, [operationId]: fresh } };
  },
  'self-check ticked': (state, body, event) => changeOperation(state, body.operationId, (operation) => {
    const { [body.item]: _was, ...rest } = operation.selfCheck;
    return { ...operation, selfCheck: body.on ? { ...rest, [body.item]: at(event) } : rest };
  }),
  'payload made': (state, body, event) => changeOperation(state, body.operationId, (operation) => ({
    // Submitted anew: what a reviewer returned or a changed fact voided may go on from here.
    ...operation, status: 'draft', payload: body.payload, digest: body.digest, noteToReviewer: body.noteToReviewer, approval: null, confirmation: null, voided: null,
    maker: body.payload.maker, ticked: body.signed === null ? null : { by: body.payload.maker, digest: body.digest, key: body.signed.personKey, at: at(event) },
  })),
  'self-check signed': (state, body, event) => changeOperation(state, body.operationId, (operation) => ({
    ...operation, ticked: { by: operation.maker, digest: body.digest, key: body.signed.personKey, at: at(event) },
  })),
  'operation withdrawn': (state, body) => changeOperation(state, body.operationId, (operation) => ({ ...operation, status: 'withdrawn', approval: null })),
  'approval voided': (state, body, event) => changeOperation(state, body.operationId, (operation) => ({
    ...operation, approval: null, confirmation: null, status: 'void', voided: { at: at(event), reason: body.reason, changed: body.changed },
  })),
  'item confirmed': (state, body, event) => changeOperation(state, body.operationId, (operation) => {
    // A confirmation belongs to one digest and one call: another call starts it afresh (TP1).
    const same = operation.confirmation?.digest === body.digest && operation.confirmation.callId === body.callId ? operation.confirmation : null;
    const base = same ?? { digest: body.digest, callId: body.callId, items: {}, failedProofs: 0, proofAt: null };
    const key = `${body.part}:${body.item}`;
    const { [key]: _was, ...others } = base.items;
    const items = body.agrees ? { ...others, [key]: { at: at(event), customerWords: body.customerWords, recordingOffset: body.recordingOffset } } : others;
    return { ...operation, confirmation: { ...base, items, proofAt: body.agrees ? base.proofAt : null } };
  }),
  'proof typed': (state, body, event) => changeOperation(state, body.operationId, (operation) => {
    const confirmation = operation.confirmation;
    if (confirmation === null || confirmation.digest !== body.digest || confirmation.callId !== body.callId) return operation;
    if (body.ok) return { ...operation, confirmation: { ...confirmation, proofAt: at(event) } };
    const failedProofs = confirmation.failedProofs + 1;
    // FLOWS ES-15: the second miss goes back to reading the lines aloud, so those ticks fall.
    const items = failedProofs >= 2 ? {} : confirmation.items;
    return { ...operation, confirmation: { ...confirmation, items, failedProofs, proofAt: null } };
  }),
  'execution started': (state, body, event) => changeOperation(state, body.operationId, (operation) => ({
    ...operation,
    status: 'executing',
    // Consumed in the same append that starts the execution (TP4).
    approval: null,
    execution: {
      id: body.executionId, digest: body.digest, startedAt: at(event), by: event.actor.person, highValue: body.highValue, approvedBy: body.approvedBy, breakGlass: body.breakGlass,
      lines: body.lines.map((line) => ({
        ...line, status: 'started', at: at(event), receipt: null, postsOn: null, reason: null, code: null, answerBy: null, acknowledged: false,
      })),
    },
  })),
  'line booked': (state, body, event) => changeLine(state, body.operationId, body.lineId, (line) => ({
    ...line, status: 'booked', at: at(event), receipt: body.receipt, postsOn: body.postsOn, answerBy: null,
  })),
  'line refused': (state, body, event) => changeLine(state, body.operationId, body.lineId, (line) => ({
    ...line, status: 'refused', at: at(event), reason: body.reason, code: body.code, answerBy: null,
  })),
  'line in doubt': (state, body, event) => changeLine(state, body.operationId, body.lineId, (line) => ({
    ...line, status: 'in-doubt', at: at(event), answerBy: body.answerBy,
  })),
  'line freed': (state, body, event) => changeLine(state, body.operationId, body.lineId, (line) => ({ ...line, status: 'free', at: at(event), answerBy: null })),
  'execution finished': (state, body) => changeOperation(state, body.operationId, (operation) => ({ ...operation, status: body.outcome })),
  'outcome acknowledged': (state, body) => changeLine(state, body.operationId, body.lineId, (line) => ({ ...line, acknowledged: true })),
};
