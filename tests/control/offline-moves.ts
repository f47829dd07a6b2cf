/** Two people at one screen while the centre is down (OF2), played honestly and not. */
import type { CaseState } from '#shared/case/state.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import { returnLimit } from '#shared/operation/on-return-terms.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf } from '#shared/operation/submission.ts';
import type { Person } from '#shared/people/person.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { settleWaiting } from '../../server/operations/settle-on-return.ts';
import { CAST, STRANGE_KEY, type Bench } from './bench-centre.ts';

const byId = (id: string): Person => CAST.find((person) => person.id === id) ?? CAST[0]!;
const byAccount = (account: string): Person => CAST.find((person) => person.account === account)!;

export async function submitForReturn(bench: Bench, caseId: string, state: CaseState, operation: OperationState, by: Person): Promise<void> {
  const { control } = bench.centre.rules;
  const context = { now: bench.now(), control, by: { person: by.id } as never };
  const validUntil = returnLimit(operation, control, bench.now());
  const nonce = bench.newId();
  const digest = digestOf(payloadOf(state, operation, { validUntil, nonce }, context));
  await bench.send(by, 'submit for return', caseId, { operationId: operation.id, coSignId: bench.newId(), nonce, policyVersion: control.version, validUntil, signed: bench.signed(by, 'tick', digest) });
}

export function orderOnReturn(bench: Bench, one: OnReturnState, operation: OperationState, by: Person, callId: string): CommandBody<'order on return'> {
  const reviewer = one.coSign?.by ?? one.entries.at(-1)?.by ?? byAccount('mentor').id;
  const noEntry: BlindEntry = { totalDueFen: 0, lines: 0, dueDate: '2027-12-23', principals: {} };
  return {
    operationId: operation.id, coSignId: one.coSignId, executionId: bench.newId(), digest: one.digest, callId, keys: (operation.payload?.lines ?? operation.worksheet.lines).map(({ lineId }) => ({ lineId, key: bench.newId() })),
    factsReadAt: one.factsReadAt, notAfter: one.notAfter, reviewer, entry: one.entries.at(-1)?.entry ?? noEntry, tick: one.tick,
    approval: one.coSign?.approval ?? bench.signed(byId(reviewer), 'approval', one.digest), signed: bench.signed(by, 'order', one.digest),
  };
}

type Parts = { entry: (wrong: boolean) => BlindEntry; confirm: () => Promise<void>; callId: string; again: () => Promise<void> };

/** The next step of what was submitted for the return of the line; mostly the right one by the right person. */
export async function goOnOffline(bench: Bench, caseId: string, operation: OperationState, one: OnReturnState, owner: Person, who: number, parts: Parts): Promise<void> {
  const ids = { operationId: operation.id, coSignId: one.coSignId };
  const seconds = ['mentor', 'lead', 'mentor', 'lead', 'mentor', 'small-mentor', 'maker-as-mentor', 'relative', 'other-lead', 'maker'];
  const last = one.entries.at(-1);
  switch (one.status) {
    case 'submitted': {
      if (last?.matches !== true) {
        const second = byAccount(seconds[who % seconds.length]!);
        return void (await bench.send(owner, 'enter blind here', caseId, { ...ids, reviewer: second.id, entry: parts.entry(who % 7 === 6) }));
      }
      const second = byId(last.by);
      const key = who % 11 === 10 ? STRANGE_KEY : undefined;
      return void (await bench.send(owner, 'co-sign here', caseId, { ...ids, reviewer: second.id, digest: one.digest, approval: bench.signed(second, 'approval', one.digest, key) }));
    }
    case 'co-signed':
      if (operation.confirmation?.proofAt == null) return parts.confirm();
      // The line returns; the bank may be silent then.
      bench.bank.silentReads = who % 4 === 3 ? 2 : 0;
      return void (await bench.send(owner, 'order on return', caseId, orderOnReturn(bench, one, operation, owner, parts.callId)));
    case 'ordered':
      return settleWaiting(bench.centre, caseId);
    default:
      return parts.again();
  }
}

/** The same, tried by whoever, with something in it that is not so. */
export async function attackOffline(bench: Bench, caseId: string, operation: OperationState, one: OnReturnState, by: Person, a: number, callId: string): Promise<void> {
  const order = orderOnReturn(bench, one, operation, by, callId);
  const ids = { operationId: operation.id, coSignId: one.coSignId };
  switch (a % 9) {
    case 0: return void (await bench.send(by, 'order on return', caseId, order));
    case 1: return void (await bench.send(by, 'order on return', caseId, { ...order, approval: bench.signed(by, 'approval', one.digest) }));
    case 2: return void (await bench.send(by, 'order on return', caseId, { ...order, signed: bench.signed(by, 'order', one.digest, STRANGE_KEY) }));
    case 3: return void (await bench.send(by, 'order on return', caseId, { ...order, notAfter: new Date(bench.nowMs + 90_000_000).toISOString() }));
    case 4: return void (await bench.send(by, 'order on return', caseId, { ...order, entry: { ...order.entry, totalDueFen: order.entry.totalDueFen + 1 } }));
    case 5: return void (await bench.send(by, 'co-sign here', caseId, { ...ids, reviewer: by.id, digest: one.digest, approval: bench.signed(by, 'approval', one.digest) }));
    case 6: return void (await bench.send(by, 'co-sign here', caseId, { ...ids, reviewer: byAccount('mentor').id, digest: one.digest, approval: bench.signed(by, 'approval', one.digest) }));
    case 7: {
      const { entry: _entry, reviewer: _reviewer, factsReadAt: _age, notAfter: _until, tick: _tick, approval: _approval, coSignId: _coSign, ...ordinary } = order;
      return void (await bench.send(by, 'order execution', caseId, ordinary));
    }
    default: return void (await Promise.all([bench.send(by, 'order on return', caseId, order, 1), bench.send(by, 'order on return', caseId, orderOnReturn(bench, one, operation, by, callId), 2)]));
  }
}
