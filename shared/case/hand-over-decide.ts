import { forReturn } from '../operation/on-return-terms.ts';
import { digestOf } from '../operation/payload.ts';
import { mayDo } from '../people/may.ts';
import type { Role } from '../people/roles.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { Signed } from '../protocol/signature.ts';
import { signatureFault } from '../review/signature-check.ts';
import type { DecideContext } from './context.ts';
import { happened, ownerOnly, type Deciders, type Happened } from './decider.ts';
import { handOverDigest } from './hand-over-schema.ts';
import type { CaseState } from './state.ts';

/** Long numbers in free text never reach the log, whatever a desktop sent (PR2). */
const masked = <K extends string>(body: Record<K, string>, fields: readonly K[]): Partial<Record<K, string>> =>
  Object.fromEntries(fields.map((field) => [field, maskNumbers(body[field])])) as Partial<Record<K, string>>;

/** TP17: the successor becomes maker. What was approved is void, and asked again of the same reviewer with the same figures. */
function changeOfOwner(state: CaseState, { handOverId, from, to, nonce, reviewId }: { handOverId: string; from: string; to: string; nonce: string; reviewId: string }): Happened[] {
  const events: Happened[] = [
    { kind: 'hand-over accepted', body: { handOverId, by: to } },
    { kind: 'access granted', body: { person: to, as: 'owner' } },
    { kind: 'access revoked', body: { person: from } },
  ];
  for (const operation of Object.values(state.operations)) {
    if (operation.execution !== null || operation.payload === null || operation.reviewId === null) continue;
    const review = state.reviews[operation.reviewId];
    if (review === undefined || (operation.status !== 'approved' && operation.status !== 'in-review')) continue;
    if (operation.status === 'in-review') {
      events.push({ kind: 'review closed', body: { reviewId: review.id, reason: 'operation-changed' } });
      continue;
    }
    // Same figures, another maker: the payload names the maker, so the digest is new and the old approval void.
    const payload = { ...operation.payload, maker: to, nonce };
    const digest = digestOf(payload);
    // One press stands for the one who approved; two leads are not re-confirmed by one of them (TP11): their way begins anew.
    const glass = operation.approval?.breakGlass === true;
    events.push(
      { kind: 'approval voided', body: { operationId: operation.id, reason: 'hand-over', changed: [] } },
      { kind: 'payload made', body: { operationId: operation.id, payload, digest, noteToReviewer: operation.noteToReviewer, signed: null } },
      {
        kind: 'review requested',
        body: {
          reviewId, operationId: operation.id, kind: review.kind, kindName: review.kindName, band: review.band, digest, validUntil: payload.validUntil,
          customerWaits: review.customerWaits, promisedTo: review.promisedTo, principalsAsked: glass && review.principalsAsked, keyFigures: review.keyFigures, named: review.named,
          reconfirms: glass ? null : review.id,
        },
      },
    );
    break;
  }
  return events;
}

/** TP5: who checked it cannot become its maker and keep the approval; the approval is void in any case. */
function barredSuccessor(state: CaseState, context: DecideContext, to: string, reviewId: string): { refusal: Refusal } | null {
  if (state.reviews[reviewId] !== undefined) return refuse('review-not-open');
  const humanOf = (id: string): string => {
    const known = context.person(id);
    return known === 'unknown' ? id : known.human;
  };
  const checked = Object.values(state.reviews).some((review) => review.entries.some((entry) => entry.by === to || humanOf(entry.by) === humanOf(to)));
  return checked ? refuse('tp5-reviewer-is-maker') : null;
}

/** Whoever works on cases: never an administrator, or somebody of quality or risk. */
export const mayTakeOver = (role: Role): boolean => mayDo(role, 'accept hand-over');

/** The successor's own signature, by keys that are valid where it is judged; a desktop cannot judge it. */
function successorFault(context: DecideContext, { to, successor, digest }: { to: string; successor: Signed; digest: string }): { refusal: Refusal } | null {
  if (context.at === 'desktop') return null;
  const found = context.signatureOf?.(to, successor) ?? 'unknown';
  if (found === 'unknown') return refuse('tp8-unsigned');
  if (!found.ok) return refuse(found.code, { of: 'successor' });
  return found.purpose === 'hand-over' && found.digest === digest ? null : refuse('tp8-other-digest');
}

/** Escalation to the lead (warm) and hand-over of a case by name (TP17). */
export const handOverDeciders: Deciders<'escalate to lead' | 'accept escalation' | 'finish escalation' | 'hand over case' | 'accept hand-over' | 'hand over here'> = {
  'escalate to lead': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const callId = state.opened?.callId ?? 'none';
    return happened({ kind: 'escalated to lead', body: { ...body, ...masked(body, ['goal', 'deadline', 'branch', 'mood']), verifiedLevel: state.verification[callId]?.level ?? 0, by: context.by.person } });
  },
  'accept escalation': (state, body, context) => {
    if (context.by.role !== 'lead') return refuse('not-a-lead');
    const escalation = state.escalations.find((one) => one.escalationId === body.escalationId);
    if (!escalation) return refuse('escalation-unknown');
    if (escalation.acceptedBy !== null) return refuse('escalation-taken');
    return happened(
      { kind: 'escalation accepted', body: { escalationId: body.escalationId, by: context.by.person } },
      { kind: 'access granted', body: { person: context.by.person, as: 'lead' } },
    );
  },
  'finish escalation': (state, body, context) => {
    const escalation = state.escalations.find((one) => one.escalationId === body.escalationId);
    if (escalation?.acceptedBy !== context.by.person) return refuse('escalation-not-yours');
    return happened({ kind: 'escalation finished', body: { ...body, words: maskNumbers(body.words) } });
  },
  'hand over case': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    if (body.to === context.by.person) return refuse('hand-over-to-self');
    const successor = context.person(body.to);
    // Never to somebody who is not there to take it: an administrator, or a person who has left (TP17).
    if (context.at === 'server' && (successor === 'unknown' || !successor.active || !mayTakeOver(successor.role))) return refuse('hand-over-to-nobody');
    const executing = Object.values(state.operations).some((op) => op.status === 'executing');
    if (executing) return refuse('operation-open', { status: 'executing' });
    return happened({ kind: 'hand-over offered', body: { handOverId: body.handOverId, from: context.by.person, to: body.to, note: maskNumbers(body.note) } });
  },
  'accept hand-over': (state, body, context) => {
    const offer = state.handOver;
    if (offer?.handOverId !== body.handOverId) return refuse('hand-over-unknown');
    // TP17: to the one who was named; what nobody accepts a lead may take, so that nobody leaves with items unaccepted.
    if (offer.to !== context.by.person && context.by.role !== 'lead') return refuse('hand-over-not-for-you');
    if (offer.from === context.by.person) return refuse('hand-over-to-self');
    const barred = barredSuccessor(state, context, context.by.person, body.reviewId);
    return barred ?? { events: changeOfOwner(state, { from: offer.from, to: context.by.person, ...body }) };
  },
  'hand over here': (state, body, context, command) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const from = context.by.person;
    const { handOverId, to, nonce, reviewId, signed, successor } = body;
    if (to === from) return refuse('hand-over-to-self');
    const taker = context.person(to);
    if (context.at === 'server' && (taker === 'unknown' || !taker.active || !mayTakeOver(taker.role))) return refuse('hand-over-to-nobody');
    if (taker !== 'unknown' && taker.human === context.by.human) return refuse('hand-over-to-self');
    // OF2: what two people ordered offline before they signed this is on its way when this arrives; whoever takes over calls the customer.
    const executing = Object.values(state.operations).some((op) => op.status === 'executing' && forReturn(state, op)?.status !== 'released');
    if (executing) return refuse('operation-open', { status: 'executing' });
    const barred = barredSuccessor(state, context, to, reviewId);
    if (barred) return barred;
    // What both signed names this very command, and a command is taken once: signatures of then give no case away again.
    if (handOverId !== command.id) return refuse('tp8-other-digest');
    // PR2 first: what is signed is what is kept, so that the log alone proves it.
    const note = maskNumbers(body.note);
    const digest = handOverDigest({ caseId: state.id, handOverId, from, to, note });
    const unsigned = signatureFault(context, 'hand-over', digest) ?? successorFault(context, { to, successor, digest });
    if (unsigned) return unsigned;
    return {
      events: [
        { kind: 'hand-over signed here', body: { handOverId, from, to, note, signed, successor } },
        ...changeOfOwner(state, { handOverId, from, to, nonce, reviewId }),
      ],
    };
  },
};
