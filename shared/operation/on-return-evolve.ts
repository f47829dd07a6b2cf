import type { Evolvers } from '../case/evolver.ts';
import type { CaseState } from '../case/state.ts';
import type { OnReturnState, onReturnEventSchemas } from './on-return-schema.ts';

/** Changes what belongs to this very submission; what is told of an earlier one changes nothing. */
function change(state: CaseState, body: { operationId: string; coSignId: string }, next: (one: OnReturnState) => OnReturnState): CaseState {
  const one = state.onReturn[body.operationId];
  return one === undefined || one.coSignId !== body.coSignId ? state : { ...state, onReturn: { ...state.onReturn, [body.operationId]: next(one) } };
}

const spentOf = (before: OnReturnState | undefined): string[] => (before === undefined ? [] : [...before.spent, before.digest]);

export const onReturnEvolvers: Evolvers<keyof typeof onReturnEventSchemas> = {
  'submitted for return': (state, body, event) => ({
    ...state,
    onReturn: {
      ...state.onReturn,
      [body.operationId]: { ...body, submittedAt: event.times.recorded, spent: spentOf(state.onReturn[body.operationId]), status: 'submitted', entries: [], coSign: null, order: null, returned: null },
    },
  }),
  'blind entry here': (state, body, event) => change(state, body, (one) => ({
    ...one,
    status: body.closes ? 'closed' : one.status,
    entries: [...one.entries, { by: body.by, at: event.times.recorded, entry: body.entry, matches: body.matches }],
  })),
  'co-signed here': (state, body, event) => change(state, body, (one) => ({ ...one, status: 'co-signed', coSign: { by: body.by, at: event.times.recorded, approval: body.approval } })),
  'execution ordered on return': (state, body, event) => change(state, body, (one) => ({
    ...one,
    status: 'ordered',
    order: {
      executionId: body.executionId, callId: body.callId, keys: body.keys, signed: body.signed, entry: body.entry,
      at: event.times.recorded, madeAt: event.times.made, workstation: event.actor.workstation,
    },
  })),
  'offline order released': (state, body) => change(state, body, (one) => ({ ...one, status: 'released' })),
  'offline order returned': (state, body, event) => change(state, body, (one) => ({
    ...one, status: 'returned', returned: { at: event.times.recorded, code: body.code, changed: body.changed, differs: body.differs },
  })),
};
