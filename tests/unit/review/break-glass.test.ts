import { describe, expect, it } from 'vitest';
import { approve, approved, broken, CALL, confirmAll, drafted, enter, hangUp, join, order, orderOf, proof, QUALITY_CASE, readFacts, REVIEW, rightEntry, seated, signGlass, submit, waited } from '../case/path.ts';
import { COLLEAGUE, control, CUSTOMER, id, keyOf, LEAD, LEAD2, MAKER, OPERATION, REVIEWER, signedFor, type World } from '../case/world.ts';

const { afterMinutes, capFen, perDay } = control.breakGlass;
const kinds = (world: World): string[] => world.events.map((event) => event.kind);
/** With other figures of policy for breaking glass. */
const under = (world: World, change: Partial<typeof control.breakGlass>): World => {
  world.control = { ...world.control, breakGlass: { ...world.control.breakGlass, ...change } };
  return world;
};
const confirmedGlass = (): World => {
  const world = broken();
  expect(confirmAll(world, CALL)).toEqual([]);
  expect(proof(world, CALL)).toBeNull();
  return world;
};

describe('break-glass: two leads in place of one reviewer', () => {
  it('[TP11] two leads enter blind and sign the same digest with a reason; quality sees it; the order goes through', () => {
    const world = seated();
    expect(signGlass(world, LEAD)).toBeNull();
    expect(world.operation()).toMatchObject({ status: 'in-review', approval: null });
    expect(order(world, CALL)).toBe('tp1-no-approval');
    expect(signGlass(world, LEAD2, { qualityStaff: [id(7), id(8)] })).toBeNull();
    expect(world.operation().approval).toMatchObject({ by: [LEAD, LEAD2], keys: [keyOf(LEAD), keyOf(LEAD2)], breakGlass: true, digest: world.operation().digest });
    expect(world.events.findLast((event) => event.kind === 'break-glass approved')!.body).toMatchObject({ qualityCaseId: QUALITY_CASE, by: [LEAD, LEAD2] });
    expect(world.case.access).toMatchObject({ [id(7)]: 'quality', [id(8)]: 'quality' });
    expect(world.case.reviews[REVIEW]!.seats.map((seat) => seat.reason)).toEqual(['没有复核人', '没有复核人']);
    confirmAll(world, CALL);
    proof(world, CALL);
    expect(order(world, CALL)).toBeNull();
    expect(world.events.findLast((event) => event.kind === 'execution started')!.body).toMatchObject({ approvedBy: [LEAD, LEAD2], breakGlass: true });
  });

  it('[TP11] not before the minutes are over, by the server\'s clock', () => {
    const world = drafted();
    submit(world, REVIEW);
    world.later(afterMinutes - 1 / 60);
    expect(join(world, LEAD)).toBe('tp11-too-soon');
    world.later(1 / 60);
    expect(join(world, LEAD)).toBeNull();
  });

  it('[TP11] only by leads: not by an agent, a mentor, or the maker', () => {
    const world = waited();
    expect(join(world, COLLEAGUE)).toBe('tp11-two-leads');
    expect(join(world, REVIEWER)).toBe('tp11-two-leads');
    expect(signGlass(world, REVIEWER)).toBe('tp11-two-leads');
    world.people[MAKER]!.role = 'lead';
    expect(join(world, MAKER)).toBe('tp5-reviewer-is-maker');
  });

  it('[TP5] [TP11] two accounts of one human take one seat, and the maker\'s other account none', () => {
    const world = waited();
    world.people[LEAD2]!.human = LEAD;
    expect(join(world, LEAD)).toBeNull();
    expect(join(world, LEAD2)).toBe('tp11-two-leads');
    const maker = waited();
    maker.people[LEAD]!.human = MAKER;
    expect(join(maker, LEAD)).toBe('tp5-reviewer-is-maker');
    // Made one human only after the seat was taken: the signature is not.
    const late = seated();
    late.people[LEAD2]!.human = LEAD;
    signGlass(late, LEAD);
    expect(signGlass(late, LEAD2)).toBe('tp11-two-leads');
    late.people[LEAD2]!.human = MAKER;
    expect(signGlass(late, LEAD2)).toBe('tp5-reviewer-is-maker');
  });

  it('[TP11] one lead has one seat and one signature', () => {
    const world = seated();
    expect(join(world, LEAD)).toBe('tp11-under-way');
    expect(signGlass(world, LEAD)).toBeNull();
    expect(signGlass(world, LEAD)).toBe('review-not-yours');
    expect(world.operation().approval).toBeNull();
  });

  it('[TP11] a third lead finds both seats taken', () => {
    const world = seated();
    world.people[id(8)] = { role: 'lead', limit: null, active: true, related: [] };
    expect(join(world, id(8))).toBe('tp11-under-way');
    expect(signGlass(world, id(8))).toBe('review-not-yours');
  });

  it('[TP14] [TP6] no seat for a relative, nor for who has had the whole case', () => {
    const related = waited();
    related.people[LEAD]!.related.push(CUSTOMER);
    expect(join(related, LEAD)).toBe('tp14-related');
    const seen = waited();
    seen.happen({ kind: 'access granted', body: { person: LEAD, as: 'lead' } });
    expect(join(seen, LEAD)).toBe('tp6-has-seen');
    const between = seated();
    between.happen({ kind: 'access granted', body: { person: LEAD, as: 'lead' } });
    expect(signGlass(between, LEAD)).toBe('tp6-has-seen');
    between.people[LEAD2]!.related.push(CUSTOMER);
    expect(signGlass(between, LEAD2)).toBe('tp14-related');
  });

  it('[TP11] the cap on the sum and on the day\'s number hold for the seat and for the signature', () => {
    const total = waited().operation().payload!.totalDueFen;
    expect(total).toBeLessThan(capFen);
    expect(join(under(waited(), { capFen: total - 1 }), LEAD)).toBe('tp11-over-cap');
    expect(join(under(waited(), { capFen: total }), LEAD)).toBeNull();
    expect(signGlass(under(seated(), { capFen: total - 1 }), LEAD)).toBe('tp11-over-cap');
    expect(waited().do(LEAD, 'join break-glass', { reviewId: REVIEW, reason: 'x' }, { breakGlassToday: perDay })).toBe('tp11-too-many');
    expect(waited().do(LEAD, 'join break-glass', { reviewId: REVIEW, reason: 'x' }, { breakGlassToday: perDay - 1 })).toBeNull();
    expect(signGlass(seated(), LEAD, { breakGlassToday: perDay })).toBe('tp11-too-many');
  });

  it('[TP6] [TP11] no signature without one\'s own facts and one\'s own matching entry', () => {
    const world = waited();
    expect(join(world, LEAD)).toBeNull();
    expect(signGlass(world, LEAD)).toBe('tp6-no-entry');
    expect(world.do(LEAD, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('tp6-own-facts');
    readFacts(world, LEAD, 'review');
    world.must(LEAD, 'store blind entry', { reviewId: REVIEW, entry: { ...rightEntry(world), totalDueFen: 1 } });
    expect(signGlass(world, LEAD)).toBe('tp6-no-entry');
    expect(join(world, LEAD2)).toBeNull();
    expect(signGlass(world, LEAD2)).toBe('tp6-no-entry');
  });

  it('[TP11] [TP5] who sits in one of two seats does not approve alone, whatever their limit', () => {
    const world = seated();
    expect(approve(world, REVIEW, LEAD)).toBe('review-not-yours');
    expect(world.operation().approval).toBeNull();
  });

  it('[TP2] [TP8] of this very digest, with a signature for it as an approval', () => {
    const world = seated();
    expect(signGlass(world, LEAD, {}, 'a'.repeat(64))).toBe('tp2-digest');
    const { digest } = world.operation();
    expect(signGlass(world, LEAD, { signature: { ok: true, purpose: 'order', digest: digest! } })).toBe('tp8-other-digest');
    expect(signGlass(world, LEAD, { signature: { ok: true, purpose: 'approval', digest: 'b'.repeat(64) } })).toBe('tp8-other-digest');
    expect(signGlass(world, LEAD, { signature: { ok: false, code: 'tp8-key-revoked' } })).toBe('tp8-key-revoked');
  });

  it('[TP9] [TP11] neither seat nor signature when the figures are good no more', () => {
    const world = seated();
    const { validUntil } = world.operation().payload!;
    world.now = validUntil;
    // Seats last as long as a taken review: it is the earlier of the two that is told.
    expect(['tp9-expired', 'review-not-yours']).toContain(signGlass(world, LEAD));
    const still = under(waited(), {});
    still.control = { ...still.control, reviewTakenMinutes: 60 };
    join(still, LEAD);
    enter(still, LEAD);
    still.now = still.operation().payload!.validUntil;
    expect(signGlass(still, LEAD)).toBe('tp9-expired');
    expect(join(still, LEAD2)).toBe('tp9-expired');
  });

  it.each([
    ['is disabled', 'tp11-two-leads', (world: World): unknown => (world.people[LEAD]!.active = false)],
    ['is no lead any more', 'tp11-two-leads', (world: World): unknown => (world.people[LEAD]!.role = 'mentor')],
    ['lost the key that signed', 'tp8-key-revoked', (world: World): unknown => (world.people[LEAD]!.keys = ['e'.repeat(64)])],
    ['is not online', 'tp11-not-online', (world: World): unknown => (world.people[LEAD]!.online = false)],
  ] as const)('[TP11] the second signature is refused when the first lead %s: %s', (_what, code, change: (world: World) => unknown) => {
    const world = seated();
    signGlass(world, LEAD);
    change(world);
    expect(signGlass(world, LEAD2)).toBe(code);
    expect(world.operation().approval).toBeNull();
  });

  it.each([
    ['the first is disabled', 'tp5-not-entitled', (world: World): unknown => (world.people[LEAD]!.active = false)],
    ['the second is disabled', 'tp5-not-entitled', (world: World): unknown => (world.people[LEAD2]!.active = false)],
    ['the second is no lead any more', 'tp11-two-leads', (world: World): unknown => (world.people[LEAD2]!.role = 'agent')],
    ['the second lost the key that signed', 'tp8-key-revoked', (world: World): unknown => (world.people[LEAD2]!.keys = [])],
    ['the second turns out to be the first', 'tp5-reviewer-is-maker', (world: World): unknown => (world.people[LEAD2]!.human = LEAD)],
    ['the second turns out to be the maker', 'tp5-reviewer-is-maker', (world: World): unknown => (world.people[LEAD2]!.human = MAKER)],
    ['the second is declared a relative', 'tp14-related', (world: World): unknown => world.people[LEAD2]!.related.push(CUSTOMER)],
    ['the cap was lowered', 'tp11-over-cap', (world: World): unknown => under(world, { capFen: 1 })],
  ] as const)('[TP11] [TP5] at execution %s: %s', (_what, code, change: (world: World) => unknown) => {
    const world = confirmedGlass();
    change(world);
    expect(order(world, CALL)).toBe(code);
    expect(world.operation().execution).toBeNull();
  });

  it('[TP11] at execution a sum of the very cap is within it', () => {
    const world = confirmedGlass();
    under(world, { capFen: world.operation().payload!.totalDueFen });
    expect(order(world, CALL)).toBeNull();
  });

  it('[TP11] an approval that claims to be of broken glass and names one lead is none', () => {
    const world = confirmedGlass();
    const operation = world.operation();
    world.state = { ...world.case, operations: { [OPERATION as string]: { ...operation, approval: { ...operation.approval!, by: [LEAD], keys: [keyOf(LEAD)] } } } };
    expect(order(world, CALL)).toBe('tp11-two-leads');
  });

  it('[TP11] while a reviewer has it there is no seat, and while there are seats no reviewer takes it', () => {
    const taken = waited();
    taken.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(join(taken, LEAD)).toBe('tp11-reviewer-there');
    const world = waited();
    join(world, LEAD);
    expect(world.do(REVIEWER, 'take review', { reviewId: REVIEW })).toBe('tp11-under-way');
    world.must(LEAD, 'release review', { reviewId: REVIEW });
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
  });

  it('[TP11] a seat ends after five minutes, a reviewer\'s time likewise; whose time is over gives it up', () => {
    const world = waited();
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.later(control.reviewTakenMinutes + 1 / 60);
    expect(join(world, LEAD)).toBeNull();
    expect(world.case.reviews[REVIEW]).toMatchObject({ status: 'waiting', takenBy: null });
    world.later(control.reviewTakenMinutes + 1 / 60);
    expect(enter(world, LEAD)).toBe('review-not-open');
    expect(signGlass(world, LEAD)).toBe('review-not-yours');
    expect(join(world, LEAD2)).toBeNull();
    expect(world.case.reviews[REVIEW]!.seats.map((seat) => seat.by)).toEqual([LEAD2]);
  });

  it('[TP17] what is to be re-confirmed after a hand-over has one reviewer, and no glass to break', () => {
    const world = approved();
    world.must(MAKER, 'hand over case', { handOverId: id(501), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(501), nonce: id(502), reviewId: id(503) });
    world.later(afterMinutes);
    expect(join(world, LEAD, id(503))).toBe('tp17-other-reviewer');
  });

  it('[TP11] unknown, withdrawn and returned requests have no seats', () => {
    const world = waited();
    expect(join(world, LEAD, id(999))).toBe('review-unknown');
    expect(signGlass(world, LEAD, {}, world.operation().digest!, id(999))).toBe('review-unknown');
    world.must(MAKER, 'withdraw review', { reviewId: REVIEW });
    expect(join(world, LEAD)).toBe('review-not-open');
  });
});

describe('holes found in breaking glass, each named by what it let through', () => {
  it('[TP10] [TP18] a lead who signed returns nothing that is approved, on its way or booked', () => {
    for (const world of [broken(), confirmedGlass()]) {
      const before = world.operation().status;
      expect(world.do(LEAD, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBe('review-not-open');
      expect(world.do(LEAD2, 'pass review to lead', { reviewId: REVIEW })).toBe('review-not-open');
      expect(world.operation().status).toBe(before);
    }
    const world = confirmedGlass();
    world.must(MAKER, 'order execution', orderOf(world, CALL));
    expect(world.do(LEAD, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBe('review-not-open');
    expect(world.operation().status).toBe('executing');
    expect(submit(world, id(311), MAKER, id(301))).toBe('tp4-already-started');
  });

  it('[TP11] a seat left from an earlier request neither returns nor types into the next one', () => {
    const world = seated();
    world.must(MAKER, 'withdraw review', { reviewId: REVIEW });
    expect(submit(world, id(311), MAKER, id(301))).toBeNull();
    expect(world.do(LEAD, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBe('review-not-open');
    expect(world.do(LEAD, 'store blind entry', { reviewId: REVIEW, entry: rightEntry(world) })).toBe('review-not-open');
    expect(world.operation()).toMatchObject({ status: 'in-review', reviewId: id(311) });
  });

  it('[TP11] giving up a seat whose time is over takes the review from nobody, and reopens none that is decided', () => {
    const world = waited();
    join(world, LEAD);
    world.later(control.reviewTakenMinutes + 1 / 60);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(world.do(LEAD, 'release review', { reviewId: REVIEW })).toBe('review-not-yours');
    expect(world.case.reviews[REVIEW]).toMatchObject({ status: 'taken', takenBy: REVIEWER });
    expect(enter(world, REVIEWER)).toBeNull();
    expect(approve(world, REVIEW)).toBeNull();
    expect(world.do(LEAD, 'release review', { reviewId: REVIEW })).toBe('review-not-yours');
    expect(world.case.reviews[REVIEW]!.status).toBe('approved');
  });

  it('[TP9] a withdrawn operation does not come back by withdrawing its request afterwards', () => {
    const world = confirmedGlass();
    world.must(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '客户不办了' });
    expect(world.do(MAKER, 'withdraw review', { reviewId: REVIEW })).toBe('review-not-open');
    expect(world.operation().status).toBe('withdrawn');
    expect(kinds(world).at(-1)).toBe('operation withdrawn');
  });

  it('[TP11] hanging up in between changes nothing of the seats', () => {
    const world = seated();
    hangUp(world, CALL);
    expect(signGlass(world, LEAD)).toBeNull();
    expect(signGlass(world, LEAD2)).toBeNull();
    expect(order(world, CALL)).toBe('confirmation-incomplete');
  });
});

describe('a hand-over after the glass was broken', () => {
  it('[TP11] [TP17] is not re-confirmed by one of the two leads: it needs a reviewer, or two leads, anew', () => {
    const world = confirmedGlass();
    world.must(MAKER, 'hand over case', { handOverId: id(700), to: COLLEAGUE, note: '' });
    world.must(COLLEAGUE, 'accept hand-over', { handOverId: id(700), nonce: id(701), reviewId: id(702) });
    expect(world.case.reviews[id(702)]).toMatchObject({ reconfirms: null, status: 'waiting' });
    expect(world.operation().approval).toBeNull();
    const { digest } = world.operation();
    expect(world.do(LEAD2, 'approve review', { reviewId: id(702), digest: digest!, signed: signedFor(LEAD2, 'approval', digest!) })).toBe('review-not-open');
    expect(order(world, CALL, COLLEAGUE)).toBe('tp8-no-tick');
  });
});
