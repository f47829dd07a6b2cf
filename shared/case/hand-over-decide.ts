import { digestOf } from '../operation/payload.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse } from '../protocol/refusal.ts';
import { happened, ownerOnly, type Deciders, type Happened } from './decider.ts';

/** Long numbers in free text never reach the log, whatever a desktop sent (PR2). */
const masked = <K extends string>(body: Record<K, string>, fields: readonly K[]): Partial<Record<K, string>> =>
  Object.fromEntries(fields.map((field) => [field, maskNumbers(body[field])])) as Partial<Record<K, string>>;

/** Escalation to the lead (warm) and hand-over of a case by name (TP17). */
export const handOverDeciders: Deciders<'escalate to lead' | 'accept escalation' | 'finish escalation' | 'hand over case' | 'accept hand-over'> = {
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
    if (context.at === 'server' && (successor === 'unknown' || !successor.active || !['agent', 'mentor', 'lead'].includes(successor.role))) return refuse('hand-over-to-nobody');
    const executing = Object.values(state.operations).some((op) => op.status === 'executing');
    if (executing) return refuse('operation-open', { status: 'executing' });
    return happened({ kind: 'hand-over offered', body: { handOverId: body.handOverId, from: context.by.person, to: body.to, note: maskNumbers(body.note) } });
  },
  'accept hand-over': (state, body, context) => {
    const offer = state.handOver;
    if (offer?.handOverId !== body.handOverId) return refuse('hand-over-unknown');
    if (offer.to !== context.by.person) return refuse('hand-over-not-for-you');
    // TP5: who checked it cannot become its maker and keep the approval; the approval is void in any case.
    if (state.reviews[body.reviewId] !== undefined) return refuse('review-not-open');
    const checked = Object.values(state.reviews).some((review) => review.entries.some((entry) => entry.by === context.by.person));
    if (checked) return refuse('tp5-reviewer-is-maker');
    const events: Happened[] = [
      { kind: 'hand-over accepted', body: { handOverId: body.handOverId, by: context.by.person } },
      { kind: 'access granted', body: { person: context.by.person, as: 'owner' } },
      { kind: 'access revoked', body: { person: offer.from } },
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
      const payload = { ...operation.payload, maker: context.by.person, nonce: body.nonce };
      const digest = digestOf(payload);
      // One press stands for the one who approved; two leads are not re-confirmed by one of them (TP11): their way begins anew.
      const glass = operation.approval?.breakGlass === true;
      events.push(
        { kind: 'approval voided', body: { operationId: operation.id, reason: 'hand-over', changed: [] } },
        { kind: 'payload made', body: { operationId: operation.id, payload, digest, noteToReviewer: operation.noteToReviewer, signed: null } },
        {
          kind: 'review requested',
          body: {
            reviewId: body.reviewId, operationId: operation.id, kind: review.kind, kindName: review.kindName, band: review.band, digest, validUntil: payload.validUntil,
            customerWaits: review.customerWaits, promisedTo: review.promisedTo, principalsAsked: glass && review.principalsAsked, keyFigures: review.keyFigures, named: review.named,
            reconfirms: glass ? null : review.id,
          },
        },
      );
      break;
    }
    return { events };
  },
};
