import { civilDateOf } from '../calendar/civil.ts';
import { happened, ms, type Deciders, type Happened } from '../case/decider.ts';
import type { DecideContext } from '../case/context.ts';
import type { CaseState } from '../case/state.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import { digestOfJson } from '../protocol/signature.ts';
import { differences } from '../review/differences.ts';
import { signatureFault } from '../review/signature-check.ts';
import type { OnReturnState, onReturnCommandSchemas } from './on-return-schema.ts';
import { settled, settleOnReturn, type Verdict } from './on-return-settle.ts';
import { offlineFault, returnLimit } from './on-return-terms.ts';
import { makersOperation } from './operation-decide.ts';
import type { OperationState } from './operation-schema.ts';
import { digestOf } from './payload.ts';
import { payloadOf } from './submission.ts';

type Refused = { refusal: Refusal };
type Found = { operation: OperationState; one: OnReturnState };

const CLOCK_TOLERANCE_MS = 5_000;

const same = (a: unknown, b: unknown): boolean => digestOfJson(a) === digestOfJson(b);

/** The maker's operation with the offline submission that this is about. */
function find(state: CaseState, body: { operationId: string; coSignId: string }, context: DecideContext): Found | Refused {
  const operation = makersOperation(state, body.operationId, context);
  if ('refusal' in operation) return operation;
  const one = state.onReturn[body.operationId];
  if (one === undefined || one.coSignId !== body.coSignId || one.digest !== operation.digest) return refuse('of2-not-submitted');
  return { operation, one };
}

/**
 * Whether these very figures, nonce and all, were put before a second person already: their signature of then would stand for an
 * order that they know nothing of (TP4). Every honest submission has a nonce of its own.
 */
const isUsed = (state: CaseState, operationId: string, digest: string): boolean => {
  const before = state.onReturn[operationId];
  return (before !== undefined && (before.digest === digest || before.spent.includes(digest))) || Object.values(state.reviews).some((review) => review.digest === digest);
};

/**
 * Verdicts that no honest desktop meets, because it would have refused the order itself or never made it: refused like any
 * forgery, and in the audit log as such (TP7). Everything else may come about while the line is down, and goes back with its reason.
 */
const forged: ReadonlySet<string> = new Set([
  'operation-unknown', 'not-the-maker', 'no-payload', 'tp2-digest', 'tp8-unsigned', 'tp8-key-unknown', 'tp8-workstation', 'tp8-other-digest', 'tp8-no-tick', 'tp18-keys', 'tp4-key-used',
  'tp5-reviewer-is-maker', 'of2-not-co-signed', 'confirmation-incomplete', 'tp1-other-call', 'tp1-no-call', 'tp1-before-approval', 'tp1-confirmation-old',
]);

/** On the desktop whatever is known to stand against it is told at once; the centre refuses forgeries and gives back the rest. */
const refusedAtOnce = (verdict: Verdict, context: DecideContext): string | null =>
  verdict.is === 'returned' && (context.at === 'desktop' || forged.has(verdict.code)) ? verdict.code : null;

export const onReturnDeciders: Deciders<keyof typeof onReturnCommandSchemas> = {
  'submit for return': (state, body, context, { madeAt }) => {
    const operation = makersOperation(state, body.operationId, context);
    if ('refusal' in operation) return operation;
    if (operation.execution !== null) return refuse('tp4-already-started', { status: operation.status });
    if (!['draft', 'returned', 'void'].includes(operation.status)) return refuse('operation-not-editable', { status: operation.status });
    if (state.onReturn[operation.id]?.status === 'ordered') return refuse('of2-already-ordered');
    if (operation.worksheet.mismatches.length > 0) return refuse('worksheet-mismatch');
    const policy = context.control.kinds[operation.kind];
    const missing = policy.selfCheck.filter((item) => operation.selfCheck[item.id] === undefined);
    if (missing.length > 0) return refuse('self-check-incomplete', { missing: missing.length });
    // What the centre has decided meanwhile is told by the order's answer; here, what this desktop knows of it.
    if (context.at === 'desktop') {
      const fault = offlineFault(operation, context.control);
      if (fault) return fault;
      if (context.stoppedKinds !== 'unknown' && context.stoppedKinds.includes(operation.kind)) return refuse('tp15-stopped');
    }
    if (ms(body.validUntil) <= ms(madeAt)) return refuse('tp9-expired');
    if (ms(body.validUntil) > ms(returnLimit(operation, context.control, context.now)) + CLOCK_TOLERANCE_MS) return refuse('tp9-too-long');
    const payload = { ...payloadOf(state, operation, body, context), policyVersion: body.policyVersion };
    const digest = digestOf(payload);
    if (body.signed.digest !== digest || body.signed.purpose !== 'tick' || isUsed(state, operation.id, digest)) return refuse('tp2-digest');
    const unsigned = signatureFault(context, 'tick', digest);
    if (unsigned) return unsigned;
    return happened(
      { kind: 'payload made', body: { operationId: operation.id, payload, digest, noteToReviewer: '', signed: body.signed } },
      {
        kind: 'submitted for return',
        body: {
          operationId: operation.id, coSignId: body.coSignId, digest, notAfter: payload.validUntil, factsReadAt: operation.worksheet.factsReadAt, keyFigures: policy.keyFigures,
          principalsAsked: policy.keyFigures.includes('principals') && payload.lines.length <= policy.principalsUpToLines, tick: body.signed,
        },
      },
    );
  },
  'enter blind here': (state, body, context) => {
    const found = find(state, body, context);
    if ('refusal' in found) return found;
    const { operation, one } = found;
    if (body.reviewer === operation.maker) return refuse('tp5-reviewer-is-maker');
    if (one.status !== 'submitted' || one.entries.some((entry) => entry.matches) || one.entries.length >= context.control.maxBlindEntries) return refuse('tp6-no-more-entries');
    const matches = differences(body.entry, operation.payload!, one).length === 0;
    const closes = !matches && one.entries.length + 1 >= context.control.maxBlindEntries;
    return happened({ kind: 'blind entry here', body: { operationId: operation.id, coSignId: one.coSignId, by: body.reviewer, entry: body.entry, matches, closes } });
  },
  'co-sign here': (state, body, context, { madeAt }) => {
    const found = find(state, body, context);
    if ('refusal' in found) return found;
    const { operation, one } = found;
    if (one.status !== 'submitted') return refuse('of2-not-submitted');
    const entry = one.entries.at(-1);
    if (entry?.matches !== true || entry.by !== body.reviewer) return refuse('tp6-no-entry');
    if (body.digest !== one.digest || body.approval.digest !== one.digest || body.approval.purpose !== 'approval') return refuse('tp2-digest');
    if (ms(one.notAfter) <= ms(madeAt)) return refuse('tp9-expired');
    // A key that was revoked meanwhile signed all the same: the order says so when it comes back. Anything else never was a signature.
    const finding = context.signatureOf?.(body.reviewer, body.approval) ?? 'unknown';
    if (finding === 'unknown') {
      if (context.at === 'server') return refuse('tp8-unsigned');
    } else if (!finding.ok && finding.code !== 'tp8-key-revoked') return refuse(finding.code);
    return happened({ kind: 'co-signed here', body: { operationId: operation.id, coSignId: one.coSignId, by: body.reviewer, digest: body.digest, approval: body.approval } });
  },
  'order on return': (state, body, context, { madeAt }) => {
    const found = find(state, body, context);
    if ('refusal' in found) return found;
    const { one } = found;
    if (one.order !== null) return refuse('of2-already-ordered');
    const { coSign } = one;
    if (coSign === null) return refuse('of2-not-co-signed');
    const asSigned = body.digest === one.digest && body.notAfter === one.notAfter && body.factsReadAt === one.factsReadAt && body.reviewer === coSign.by;
    if (!asSigned || !same(body.entry, one.entries.at(-1)?.entry ?? null) || !same(body.tick, one.tick) || !same(body.approval, coSign.approval)) return refuse('tp2-digest');
    const { operationId, coSignId, ...order } = body;
    const ordered = { executionId: body.executionId, callId: body.callId, keys: body.keys, signed: body.signed, entry: body.entry, at: context.now, madeAt, workstation: context.by.workstation };
    const verdict = settleOnReturn(state, one, ordered, context);
    const code = refusedAtOnce(verdict, context);
    if (code !== null) return refuse(code);
    const noted: Happened = { kind: 'execution ordered on return', body: { operationId, coSignId, ...order } };
    return context.at === 'desktop' ? happened(noted) : happened(noted, ...settled(one, verdict, civilDateOf(context.calendar, context.now)));
  },
};
