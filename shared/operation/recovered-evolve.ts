import type { Evolvers } from '../case/evolver.ts';
import type { OperationState } from './operation-schema.ts';
import type { recoveredEventSchemas } from './recovered-schema.ts';

/** SY9: all lines are in doubt until the bank has said what it has. */
export const recoveredEvolvers: Evolvers<keyof typeof recoveredEventSchemas> = {
  'execution recovered': (state, body, event) => {
    const operation = state.operations[body.operationId];
    if (operation === undefined || operation.execution !== null) return state;
    const at = event.times.recorded;
    const approvedBy = operation.approval?.by ?? [];
    const execution: OperationState['execution'] = {
      id: body.executionId, digest: body.digest, startedAt: at, by: operation.maker, highValue: approvedBy.length > 0, approvedBy, breakGlass: operation.approval?.breakGlass ?? false,
      lines: body.lines.map((line) => ({ ...line, status: 'in-doubt', at, receipt: null, postsOn: null, reason: null, code: null, answerBy: null, acknowledged: false })),
    };
    return { ...state, operations: { ...state.operations, [operation.id]: { ...operation, status: 'in-doubt', approval: null, execution } } };
  },
};
