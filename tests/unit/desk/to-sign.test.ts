import { HAND_OVER_HERE } from '../../../electron/desk/hand-over-here.ts';
import { describe, expect, it } from 'vitest';
import { bodiesFor } from '#shared/review/withholding.ts';
import { evolve } from '#shared/case/evolve.ts';
import { isRefused } from '#shared/case/decision.ts';
import type { CaseState } from '#shared/case/state.ts';
import { commandSchemas } from '#shared/case/commands.ts';
import { digestOf, type OperationPayload } from '#shared/operation/payload.ts';
import type { Rules } from '#shared/protocol/rules.ts';
import { Signed } from '#shared/protocol/signature.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import type { Here } from '../../../electron/desk/decide-here.ts';
import { approved, CALL, confirmed, drafted, entered, orderOf, REVIEW, submission } from '../case/path.ts';
import { id, MAKER, OPERATION, REVIEWER, signedFor, type World } from '../case/world.ts';

/** A desk of this person, which knows what the world's server published. */
function here(world: World, person: string, more: Partial<Here> = {}): Here {
  const { by, control, calendar, flowPolicy, site } = world.context(person);
  const rules = { version: '1', flows: [], control, calendar, flowPolicy, site, entitlements: by.entitlements } as unknown as Rules;
  return {
    person: { id: person, human: person, no: '1', role: by.role, skills: [] }, workstation: 'ws', rules: () => rules, lights: () => 'unknown', stoppedKinds: () => 'unknown', ...more,
  };
}

const toSign = (world: World, person: string, kind: string, body: unknown, state: CaseState | null = world.state, madeAt = world.now) =>
  domainLogic(here(world, person)).toSign(state, { kind, body, madeAt });

const code = (result: object): string => ('refusal' in result ? (result.refusal as { code: string }).code : 'signs');

/** The body as a screen gives it. */
const asShown = (body: object): object => Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'signed' && name !== 'validUntil'));

describe('[TP8] what a desk signs is worked out from its own fold', () => {
  it('a submission: the payload as it is made here, good for as long as policy gives by the corrected clock', () => {
    const world = drafted();
    const whole = submission(world, REVIEW);
    const signs = toSign(world, MAKER, 'submit for review', asShown(whole));
    expect(signs).toEqual({ body: { ...asShown(whole), validUntil: whole.validUntil }, purpose: 'tick', digest: whole.signed.digest, by: 'session' });
    // Thirty minutes from when it was made, as this desk reckons the centre's time (TP9).
    expect(whole.validUntil).toBe(new Date(Date.parse(world.now) + 30 * 60_000).toISOString());
    const later = new Date(Date.parse(world.now) + 60_000).toISOString();
    const other = toSign(world, MAKER, 'submit for review', asShown(whole), world.state, later);
    expect(other).toMatchObject({ body: { validUntil: new Date(Date.parse(later) + 30 * 60_000).toISOString() } });
    expect((other as { digest: string }).digest).not.toBe(whole.signed.digest);
  });

  it('and the server’s decision takes exactly that', () => {
    const world = drafted();
    const signs = toSign(world, MAKER, 'submit for review', asShown(submission(world, REVIEW)));
    if ('refusal' in signs) throw new Error(signs.refusal.code);
    const body = commandSchemas['submit for review'].parse({ ...signs.body, signed: signedFor(MAKER, signs.purpose, signs.digest) });
    expect(world.do(MAKER, 'submit for review', body)).toBeNull();
    expect(world.operation().digest).toBe(signs.digest);
  });

  it('a callback without a promise has no validity, and nothing is signed', () => {
    const world = drafted();
    expect(code(toSign(world, MAKER, 'submit for review', { ...asShown(submission(world, REVIEW)), customerWaits: 'callback' }))).toBe('no-promise');
  });

  it('an order and an approval: the digest of the payload, with or without the passphrase typed', () => {
    const world = confirmed();
    expect(toSign(world, MAKER, 'order execution', asShown(orderOf(world, CALL)))).toMatchObject({ purpose: 'order', by: 'session', digest: digestOf(world.operation().payload!) });
    const review = entered();
    const { digest } = review.operation();
    expect(toSign(review, REVIEWER, 'approve review', { reviewId: REVIEW, digest })).toEqual({ body: { reviewId: REVIEW, digest }, purpose: 'approval', by: 'typed', digest });
    expect(toSign(review, REVIEWER, 'sign break-glass', { reviewId: REVIEW, digest, qualityCaseId: id(700) })).toMatchObject({ purpose: 'approval', by: 'typed', digest });
    expect(toSign(approved(), MAKER, 'sign self-check', { operationId: OPERATION, digest: approved().operation().digest })).toMatchObject({ purpose: 'tick', by: 'session' });
  });

  it('[TP2] refuses another digest than the one of what is folded here, by a single figure', () => {
    const world = entered();
    const shown = world.operation().digest!;
    const otherPayload = { ...world.operation().payload!, totalDueFen: world.operation().payload!.totalDueFen + 1 } satisfies OperationPayload;
    // The screen names the digest of other figures.
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: REVIEW, digest: digestOf(otherPayload) }))).toBe('tp2-digest');
    // The fold holds other figures under the digest that is shown.
    const operation = { ...world.operation(), payload: otherPayload };
    const forged = { ...world.case, operations: { ...world.case.operations, [OPERATION]: operation } };
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: REVIEW, digest: shown }, forged))).toBe('tp2-digest');
    // And even where the server's digest was made to fit them.
    const fitting = { ...operation, digest: digestOf(otherPayload) };
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: REVIEW, digest: shown }, { ...forged, operations: { [OPERATION]: fitting } }))).toBe('tp2-digest');
    // Another operation's payload, digest and all.
    const elsewhere = { ...operation, payload: { ...world.operation().payload!, operationId: id(777) } };
    const moved = { ...elsewhere, digest: digestOf(elsewhere.payload) };
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: REVIEW, digest: moved.digest }, { ...forged, operations: { [OPERATION]: moved } }))).toBe('tp2-digest');
  });

  it('[TP6] signs nothing that was withheld from this desk', () => {
    const world = drafted();
    world.must(MAKER, 'submit for review', submission(world, REVIEW));
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    let state: CaseState | null = null;
    for (const event of bodiesFor(world.case, world.events, REVIEWER)) state = evolve(state, event);
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: REVIEW, digest: world.operation().digest }, state))).not.toBe('signs');
  });
});

describe('[TP8] bad input', () => {
  const signed = signedFor(MAKER, 'tick', 'a'.repeat(64));

  it('a body that brings its own signature, or its own validity, is refused', () => {
    const world = drafted();
    const whole = submission(world, REVIEW);
    expect(Signed.safeParse(signed).success).toBe(true);
    for (const body of [whole, { ...asShown(whole), signed }, { ...asShown(whole), validUntil: whole.validUntil }, { ...asShown(whole), signed: null }, null, 7, []]) {
      expect(code(toSign(world, MAKER, 'submit for review', body))).toBe('command-malformed');
    }
    const ordered = confirmed();
    expect(code(toSign(ordered, MAKER, 'order execution', orderOf(ordered, CALL)))).toBe('command-malformed');
    const review = entered();
    expect(code(toSign(review, REVIEWER, 'approve review', { reviewId: REVIEW, digest: review.operation().digest, signed }))).toBe('command-malformed');
  });

  it('an unknown case, operation or review, missing rules and other kinds are refused', () => {
    const world = drafted();
    const shown = asShown(submission(world, REVIEW));
    expect(code(toSign(world, MAKER, 'submit for review', shown, null))).toBe('case-unknown');
    expect(code(toSign(world, MAKER, 'submit for review', { ...shown, operationId: id(888) }))).toBe('operation-unknown');
    expect(code(toSign(world, REVIEWER, 'approve review', { reviewId: id(888), digest: 'a'.repeat(64) }))).toBe('review-unknown');
    expect(code(toSign(world, MAKER, 'sign self-check', { operationId: OPERATION, digest: 'a'.repeat(64) }))).toBe('no-payload');
    expect(code(toSign(world, MAKER, 'write note', {}))).toBe('command-unknown');
    expect(code(domainLogic(here(world, MAKER, { rules: () => null })).toSign(world.state, { kind: 'submit for review', body: shown, madeAt: world.now }))).toBe('rules-missing');
  });

  it('every kind whose schema carries a signature is completed here, but what two people sign one after the other', () => {
    const logic = domainLogic(here(drafted(), MAKER));
    const carrying = Object.entries(commandSchemas).filter(([, schema]) => 'signed' in schema.shape).map(([kind]) => kind).filter((kind) => kind !== HAND_OVER_HERE);
    expect(carrying.length).toBeGreaterThan(4);
    expect(carrying.filter((kind) => !logic.isSigned(kind))).toEqual([]);
    expect(Object.keys(commandSchemas).filter((kind) => logic.isSigned(kind) && !carrying.includes(kind))).toEqual([]);
  });
});

describe('what a desk knows when it decides', () => {
  it('[TP15] refuses a kind that the centre has stopped, and sends where it has not heard', () => {
    const world = drafted();
    const body = submission(world, REVIEW);
    const decideAt = (stoppedKinds: string[] | 'unknown') =>
      domainLogic(here(world, MAKER, { stoppedKinds: () => stoppedKinds })).decide(world.state, { id: id(5000), kind: 'submit for review', body, madeAt: world.now, saidAt: null });
    const refusedAs = (stopped: string[] | 'unknown') => {
      const decision = decideAt(stopped);
      return isRefused(decision) ? decision.refusal.code : null;
    };
    expect(refusedAs(['early-settlement'])).toBe('tp15-stopped');
    expect([refusedAs(['refund']), refusedAs([]), refusedAs('unknown')]).toEqual([null, null, null]);
  });

  it('[PR8] records a look at a case that shows a customer, and at no other', () => {
    const world = drafted();
    const logic = domainLogic(here(world, MAKER));
    expect(logic.viewOf(world.state, id(1))).toEqual({ kind: 'record view', body: { viewId: id(1) } });
    expect(logic.viewOf({ ...world.case, customerId: null }, id(1))).toBeNull();
    expect(logic.parseCommand('record view', { id: id(2), body: { viewId: id(1) }, madeAt: world.now, saidAt: null }).ok).toBe(true);
    expect(logic.classOf('record view')).toBe('local');
  });
});
