/** The review, clause by clause; what mutation testing found untested (docs/mutation.md). */
import { describe, expect, it } from 'vitest';
import { bandOf, ControlPolicy } from '#shared/review/policy.ts';
import { differences } from '#shared/review/differences.ts';
import { mayReview, reviewDeciders } from '#shared/review/review-decide.ts';
import type { BlindEntry, ReviewState } from '#shared/review/review-schema.ts';
import { seatOf } from '#shared/review/seats.ts';
import { signatureFault } from '#shared/review/signature-check.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { approve, approved, drafted, entered, join, order, CALL, policy, readFacts, REVIEW, rightEntry, seated, signGlass, submit, waited } from '../case/path.ts';
import { control, id, LEAD, LEAD2, MAKER, OPERATION, REVIEWER, SECOND, type World } from '../case/world.ts';

const requested = (): World => {
  const world = drafted();
  submit(world, REVIEW);
  return world;
};
const taken = (): World => {
  const world = requested();
  world.must(REVIEWER, 'take review', { reviewId: REVIEW });
  readFacts(world, REVIEWER, 'review');
  return world;
};
const forgeReview = (world: World, change: Partial<ReviewState>): World => {
  world.state = { ...world.case, reviews: { ...world.case.reviews, [REVIEW]: { ...world.case.reviews[REVIEW]!, ...change } } };
  return world;
};
const forge = (world: World, change: Partial<OperationState>): World => {
  world.state = { ...world.case, operations: { ...world.case.operations, [OPERATION]: { ...world.operation(), ...change } } };
  return world;
};
const take = (world: World, by = REVIEWER, more: Parameters<World['do']>[3] = {}): string | null => world.do(by, 'take review', { reviewId: REVIEW }, more);
const entry = (world: World, by = REVIEWER, change: Partial<BlindEntry> = {}): string | null => world.do(by, 'store blind entry', { reviewId: REVIEW, entry: { ...rightEntry(world), ...change } });
const NOWHERE = id(999);
const minutes = (world: World, by: number): string => new Date(Date.parse(world.now) + by * 60_000).toISOString();

describe('taking a review', () => {
  it('[TP6] no review is acted on that is not there, or whose operation is gone', () => {
    for (const by of [REVIEWER, MAKER]) {
      const world = requested();
      if (by === REVIEWER) {
        expect(world.do(by, 'take review', { reviewId: NOWHERE })).toBe('review-unknown');
        expect(world.do(by, 'release review', { reviewId: NOWHERE })).toBe('review-unknown');
        expect(world.do(by, 'store blind entry', { reviewId: NOWHERE, entry: rightEntry(world) })).toBe('review-unknown');
        expect(approve(world, NOWHERE)).toBe('review-unknown');
        expect(world.do(by, 'return review', { reviewId: NOWHERE, reason: 'other', whatToDo: 'x' })).toBe('review-unknown');
        expect(world.do(by, 'ask maker', { reviewId: NOWHERE, question: 'x' })).toBe('review-unknown');
        expect(world.do(by, 'suggest hang-up', { reviewId: NOWHERE })).toBe('review-unknown');
        expect(world.do(by, 'pass review to lead', { reviewId: NOWHERE })).toBe('review-unknown');
        expect(take(forgeReview(world, { operationId: NOWHERE }))).toBe('review-unknown');
        expect(take(forge(requested(), { payload: null }))).toBe('review-unknown');
      } else expect(world.do(by, 'withdraw review', { reviewId: NOWHERE })).toBe('review-unknown');
    }
  });

  it('[TP5] what nobody knows entitles to nothing; what the desktop does not know is no bar', () => {
    const context = requested().context(REVIEWER);
    expect(take(requested(), REVIEWER, { by: { ...context.by, entitlements: 'unknown' } })).toBe('tp5-not-entitled');
    const unlimited = requested();
    unlimited.people[REVIEWER]!.limit = null;
    expect(take(unlimited)).toBe('tp5-not-entitled');
    expect(take(requested(), REVIEWER, { person: () => 'unknown' })).toBeNull();
    const own = requested();
    own.people[MAKER] = { ...own.people[MAKER]!, role: 'mentor', limit: 900_000_000 };
    expect(take(own, MAKER, { person: () => 'unknown' })).toBe('tp5-reviewer-is-maker');
  });

  it('[TP6] it is one person\'s for five minutes, to the instant, and then anybody\'s', () => {
    const world = requested();
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.later(control.reviewTakenMinutes);
    expect(take(world, LEAD)).toBe('review-not-open');
    world.later(1 / 60_000);
    expect(take(world, LEAD)).toBeNull();
    expect(world.case.reviews[REVIEW]).toMatchObject({ takenBy: LEAD });
    expect(world.events.filter((event) => event.kind === 'access revoked').map((event) => event.body)).toEqual([{ person: REVIEWER }]);
  });

  it('[SY6] whoever takes again after the time loses no access, and whoever has entered keeps it', () => {
    const again = requested();
    again.must(REVIEWER, 'take review', { reviewId: REVIEW });
    again.later(control.reviewTakenMinutes + 1);
    expect(take(again)).toBeNull();
    const seen = taken();
    entry(seen, REVIEWER, { lines: 9 });
    seen.later(control.reviewTakenMinutes + 1);
    expect(take(seen, LEAD)).toBeNull();
    for (const world of [again, seen]) expect(world.events.filter((event) => event.kind === 'access revoked')).toEqual([]);
  });

  it('[TP9] a decided request, and one that is not good for longer, is taken by nobody', () => {
    expect(take(approved(), LEAD)).toBe('review-not-open');
    const returned = taken();
    returned.must(REVIEWER, 'return review', { reviewId: REVIEW, reason: 'amount', whatToDo: '金额' });
    expect(returned.case.reviews[REVIEW]).toMatchObject({ status: 'returned', returned: { reason: 'amount', whatToDo: '金额' } });
    expect(take(returned, LEAD)).toBe('review-not-open');
    const world = requested();
    expect(take(forgeReview(world, { validUntil: world.now }))).toBe('tp9-expired');
  });

  it('[TP6] whoever is not offered the request cannot pick it', () => {
    expect(take(requested(), REVIEWER, { reviewOffered: false })).toBe('review-not-offered');
    expect(take(requested(), REVIEWER, { reviewOffered: true })).toBeNull();
  });

  it('[TP5] passed on to a lead, a mentor takes it no more', () => {
    const world = taken();
    world.must(REVIEWER, 'pass review to lead', { reviewId: REVIEW });
    expect(take(world)).toBe('tp5-not-a-reviewer');
    expect(take(world, LEAD)).toBeNull();
  });
});

describe('in a review', () => {
  it('[TP6] facts of one\'s own are read after the request, for the review', () => {
    const world = requested();
    readFacts(world, REVIEWER, 'review');
    world.later(1);
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    expect(entry(forgeReview(world, { requestedAt: world.now }))).toBe('tp6-own-facts');
    readFacts(world, REVIEWER, 'review');
    expect(entry(world)).toBeNull();
  });

  it('[TP6] entries are as many as policy gives, none after one that matches', () => {
    expect(entry(entered())).toBe('tp6-no-more-entries');
    const world = taken();
    world.control = { ...control, maxBlindEntries: 1 };
    expect(entry(world, REVIEWER, { lines: 9 })).toBeNull();
    expect(world.case.reviews[REVIEW]).toMatchObject({ status: 'closed' });
    const open = taken();
    entry(open, REVIEWER, { lines: 9 });
    open.control = { ...control, maxBlindEntries: 1 };
    expect(entry(open)).toBe('tp6-no-more-entries');
  });

  it('[TP6] what another typed is no entry of one\'s own', () => {
    const world = entered();
    const review = world.case.reviews[REVIEW]!;
    forgeReview(world, { takenBy: LEAD });
    expect(approve(world, REVIEW, LEAD)).toBe('tp6-no-entry');
    expect(world.do(LEAD, 'ask maker', { reviewId: REVIEW, question: 'x' })).toBe('tp6-shut');
    expect(review.entries.map((one) => one.by)).toEqual([REVIEWER]);
  });

  it('[TP2] the approval, the operation and the request are of one digest', () => {
    const digest = entered().operation().digest!;
    expect(approve(forge(entered(), { digest: 'a'.repeat(64) }), REVIEW, REVIEWER, digest)).toBe('tp2-digest');
    expect(approve(forgeReview(entered(), { digest: 'a'.repeat(64) }), REVIEW, REVIEWER, digest)).toBe('tp2-digest');
  });

  it('[TP9] at the very instant of validUntil nothing is approved', () => {
    const world = entered();
    const { payload } = world.operation();
    expect(approve(forge(world, { payload: { ...payload!, validUntil: world.now } }), REVIEW)).toBe('tp9-expired');
  });

  it('[TP6] it is done in time, to the instant, by who has it, while the operation is in this very review', () => {
    const inTime = entered();
    inTime.later(control.reviewTakenMinutes);
    expect(approve(inTime, REVIEW)).toBeNull();
    const late = entered();
    late.later(control.reviewTakenMinutes + 1 / 60_000);
    expect(approve(late, REVIEW)).toBe('review-time-over');
    expect(approve(entered(), REVIEW, LEAD)).toBe('review-not-yours');
    expect(approve(requested(), REVIEW)).toBe('review-not-open');
    expect(approve(forge(entered(), { status: 'returned' }), REVIEW)).toBe('review-not-open');
    expect(approve(forge(entered(), { reviewId: id(311) }), REVIEW)).toBe('review-not-open');
    expect(approve(forgeReview(entered(), { status: 'closed' }), REVIEW)).toBe('review-not-open');
    expect(entered().do(LEAD, 'ask maker', { reviewId: REVIEW, question: 'x' })).toBe('review-not-yours');
  });

  it('[TP6] the talk of the two is kept in the words that were said', () => {
    const world = entered();
    world.must(REVIEWER, 'ask maker', { reviewId: REVIEW, question: '第二笔？' });
    world.must(MAKER, 'answer reviewer', { reviewId: REVIEW, answer: '是' });
    world.must(REVIEWER, 'suggest hang-up', { reviewId: REVIEW });
    expect(world.case.reviews[REVIEW]!.talk.map(({ by, kind, text }) => [by, kind, text])).toEqual([[REVIEWER, 'question', '第二笔？'], [MAKER, 'answer', '是'], [REVIEWER, 'hang-up', '']]);
    expect(world.do(LEAD, 'suggest hang-up', { reviewId: REVIEW })).toBe('review-not-yours');
  });

  it('[TP6] [SY6] released by who has it only; unseen, the case leaves the reviewer\'s desktop', () => {
    const world = taken();
    expect(world.do(LEAD, 'release review', { reviewId: REVIEW })).toBe('review-not-yours');
    world.must(REVIEWER, 'release review', { reviewId: REVIEW });
    expect(world.events.slice(-2).map((event) => event.kind)).toEqual(['review released', 'access revoked']);
    expect(world.do(REVIEWER, 'release review', { reviewId: REVIEW })).toBe('review-not-yours');
    const seen = entered();
    seen.must(REVIEWER, 'release review', { reviewId: REVIEW });
    expect(seen.events.at(-1)!.kind).toBe('review released');
    expect(approved().do(REVIEWER, 'release review', { reviewId: REVIEW })).toBe('review-not-yours');
  });

  it('[TP9] the maker takes back what waits, is taken or is approved, and nothing else', () => {
    const withdraw = (world: World, by = MAKER): string | null => world.do(by, 'withdraw review', { reviewId: REVIEW });
    expect([requested(), taken(), approved()].map((world) => withdraw(world))).toEqual([null, null, null]);
    expect(withdraw(requested(), REVIEWER)).toBe('not-your-case');
    expect(withdraw(forgeReview(requested(), { status: 'returned' }))).toBe('review-not-open');
    expect(withdraw(forge(requested(), { reviewId: null }))).toBe('review-not-open');
    expect(withdraw(forgeReview(requested(), { operationId: NOWHERE }))).toBe('review-not-open');
    const { execution } = ((): OperationState => {
      const world = approved();
      return forge(world, { execution: { id: id(1), digest: 'a'.repeat(64), startedAt: world.now, by: MAKER, highValue: true, approvedBy: [], breakGlass: false, lines: [] } }).operation();
    })();
    expect(withdraw(forge(approved(), { execution }))).toBe('tp9-too-late');
  });
});

describe('the blind entry', () => {
  it('[TP6] each figure that policy asks for is compared and named; what it does not ask for is not', () => {
    const world = requested();
    const payload = world.operation().payload!;
    const right = rightEntry(world);
    const asked = { keyFigures: ['total', 'lines', 'due-date', 'last-four'] as const, principalsAsked: true };
    const lastFour = payload.cardLastFour;
    expect(differences({ ...right, lastFour }, payload, asked)).toEqual([]);
    expect(differences({ ...right, lastFour, totalDueFen: 1 }, payload, asked)).toEqual(['totalDueFen']);
    expect(differences({ ...right, lastFour, lines: 9 }, payload, asked)).toEqual(['lines']);
    expect(differences({ ...right, lastFour, dueDate: '2020-01-01' }, payload, asked)).toEqual(['dueDate']);
    expect(differences(right, payload, asked)).toEqual(['lastFour']);
    expect(differences({ ...right, lastFour, principals: { ...right.principals, 'plan-2': 1 } }, payload, asked)).toEqual(['principal:plan-2']);
    expect(differences({ ...right, lines: 9, dueDate: '2020-01-01', principals: {} }, payload, { keyFigures: ['total'], principalsAsked: false })).toEqual([]);
    // A settlement has no reference to type.
    expect(differences(right, payload, { keyFigures: ['total', 'reference'], principalsAsked: false })).toEqual([]);
  });
});

describe('two leads', () => {
  it('[TP11] a seat holds as long as a review may be taken, to the instant, and for good once signed', () => {
    const world = seated();
    const review = world.case.reviews[REVIEW]!;
    const at = (by: number) => ({ now: minutes(world, by), control });
    expect([control.reviewTakenMinutes, control.reviewTakenMinutes + 1 / 60_000].map((by) => seatOf(review, LEAD, at(by))?.by)).toEqual([LEAD, undefined]);
    signGlass(world, LEAD);
    expect(seatOf(world.case.reviews[REVIEW]!, LEAD, at(600))?.by).toBe(LEAD);
    expect(seatOf(review, REVIEWER, at(0))).toBeNull();
  });

  it('[TP11] nobody sits down twice, and a third finds no seat', () => {
    const world = waited();
    expect(join(world, LEAD)).toBeNull();
    expect(world.case.access[LEAD]).toBe('reviewer');
    expect(join(world, LEAD)).toBe('tp11-under-way');
    const full = seated();
    full.people[SECOND] = { role: 'lead', limit: null, active: true, related: [] };
    expect(join(full, SECOND)).toBe('tp11-under-way');
  });

  it('[TP11] signing needs this operation in this review, one digest, and an entry of one\'s own', () => {
    const digest = seated().operation().digest!;
    expect(signGlass(forge(seated(), { digest: 'a'.repeat(64) }), LEAD, {}, digest)).toBe('tp2-digest');
    expect(signGlass(forgeReview(seated(), { digest: 'a'.repeat(64) }), LEAD, {}, digest)).toBe('tp2-digest');
    expect(signGlass(forge(seated(), { status: 'void' }), LEAD)).toBe('review-not-open');
    expect(signGlass(forge(seated(), { reviewId: id(311) }), LEAD)).toBe('review-not-open');
    expect(signGlass(seated(), LEAD, {}, digest, NOWHERE)).toBe('review-unknown');
    const other = seated();
    const review = other.case.reviews[REVIEW]!;
    expect(signGlass(forgeReview(other, { entries: review.entries.filter((one) => one.by === LEAD) }), LEAD2)).toBe('tp6-no-entry');
  });

  it('[TP11] one signature approves nothing, whoever else sits there', () => {
    const world = seated();
    signGlass(world, LEAD2);
    expect(world.operation().approval).toBeNull();
    expect(signGlass(world, LEAD2)).toBe('review-not-yours');
    signGlass(world, LEAD, { qualityStaff: 'unknown' });
    expect(world.operation().approval).toMatchObject({ by: [LEAD2, LEAD], breakGlass: true });
    expect(order(world, CALL)).toBe('confirmation-incomplete');
  });
});

describe('policy and signatures', () => {
  it('[TP6] the band of a sum is the highest that it reaches, to the fen', () => {
    const text = (zh: string) => ({ zh, en: zh });
    const banded = { ...policy, bands: [{ fromFen: 100, text: text('b') }, { fromFen: 10, text: text('a') }, { fromFen: 1_000, text: text('c') }] };
    expect([10, 99, 100, 999, 1_000].map((fen) => bandOf(banded, fen).zh)).toEqual(['a', 'a', 'b', 'b', 'c']);
    expect(bandOf(banded, 9)).toEqual({ zh: '未分档', en: 'no band' });
  });

  it('[TP2] [TP6] a policy that pins or asks too little says where', () => {
    const kinds = { ...control.kinds, refund: { ...control.kinds.refund, keyFigures: ['lines'] }, 'early-settlement': { ...policy, pinned: policy.pinned.slice(1) } };
    const issues = ControlPolicy.safeParse({ ...control, kinds }).error!.issues.map(({ code, path }) => [code, path.join('.')]);
    expect(issues).toEqual([['custom', 'kinds.early-settlement.pinned'], ['custom', 'kinds.refund.keyFigures']]);
  });

  it('[TP8] on a desktop a signature is not judged; elsewhere purpose and digest are', () => {
    const world = entered();
    const of = (signature: Parameters<typeof signatureFault>[0]['signature']) => signatureFault(world.context(REVIEWER, { signature }), 'approval', 'a'.repeat(64))?.refusal ?? null;
    expect(of('unknown')).toBeNull();
    expect(of({ ok: true, purpose: 'approval', digest: 'a'.repeat(64) })).toBeNull();
    expect(of({ ok: true, purpose: 'order', digest: 'a'.repeat(64) })).toEqual({ code: 'tp8-other-digest' });
    expect(of({ ok: true, purpose: 'approval', digest: 'b'.repeat(64) })).toEqual({ code: 'tp8-other-digest' });
  });
});

describe('what the table of roles or another clause would catch too', () => {
  it('[TP5] [TP11] the deciders themselves know who reviews and who breaks glass', () => {
    const world = waited();
    const as = (role: 'agent' | 'mentor' | 'quality', by = LEAD) => ({ ...world.context(by), by: { ...world.context(by).by, role } });
    expect(reviewDeciders['take review'](world.case, { reviewId: REVIEW }, as('agent'), null as never)).toMatchObject({ refusal: { code: 'tp5-not-a-reviewer' } });
    expect(reviewDeciders['join break-glass'](world.case, { reviewId: REVIEW, reason: 'x' }, as('mentor'), null as never)).toMatchObject({ refusal: { code: 'tp11-two-leads' } });
  });

  it('[TP9] a decided review stays decided when the time of who had it is over', () => {
    for (const act of [(world: World) => take(world, LEAD), (world: World) => join(world, LEAD)]) {
      const world = approved();
      world.later(control.reviewTakenMinutes + 1);
      expect(act(world)).toBe('review-not-open');
    }
  });

  it('[TP11] two leads wait until the reviewer\'s time is over, to the instant', () => {
    const world = waited();
    world.must(REVIEWER, 'take review', { reviewId: REVIEW });
    world.later(control.reviewTakenMinutes);
    expect(join(world, LEAD)).toBe('tp11-reviewer-there');
    world.later(1 / 60_000);
    expect(join(world, LEAD)).toBeNull();
  });

  it('[TP11] no glass is broken for a review or an operation that is not there', () => {
    expect(join(forgeReview(waited(), { operationId: NOWHERE }), LEAD)).toBe('review-unknown');
    expect(join(forge(waited(), { payload: null }), LEAD)).toBe('review-unknown');
    const digest = seated().operation().digest!;
    expect(signGlass(forgeReview(seated(), { operationId: NOWHERE }), LEAD, {}, digest)).toBe('review-unknown');
    expect(signGlass(forge(seated(), { payload: null }), LEAD, {}, digest)).toBe('review-unknown');
  });

  it('[TP11] on a desktop others are unknown, and the seats are judged by the server', () => {
    expect(waited().do(LEAD, 'join break-glass', { reviewId: REVIEW, reason: 'x' }, { person: () => 'unknown' })).toBeNull();
    const own = waited();
    own.people[MAKER] = { ...own.people[MAKER]!, role: 'lead' };
    expect(own.do(MAKER, 'join break-glass', { reviewId: REVIEW, reason: 'x' }, { person: () => 'unknown' })).toBe('tp5-reviewer-is-maker');
    const world = seated();
    signGlass(world, LEAD);
    expect(signGlass(world, LEAD2, { person: () => 'unknown' })).toBeNull();
    expect(world.operation().approval).toMatchObject({ by: [LEAD, LEAD2] });
  });

  it('[TP9] [TP11] a seat ends with its request', () => {
    expect(seated().do(LEAD, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBeNull();
    expect(forgeReview(seated(), { status: 'closed' }).do(LEAD, 'return review', { reviewId: REVIEW, reason: 'other', whatToDo: 'x' })).toBe('review-not-open');
  });

  it('[TP6] who checked blind may see the case by another way before approving; who has not may not take it', () => {
    const seen = (world: World): World => {
      world.state = { ...world.case, sighted: [REVIEWER] };
      return world;
    };
    expect(approve(seen(entered()), REVIEW)).toBeNull();
    const world = seen(requested());
    expect(mayReview(world.case, world.operation(), 1, world.context(REVIEWER))).toMatchObject({ refusal: { code: 'tp6-has-seen' } });
    expect(take(world)).toBe('tp6-has-seen');
  });

  it('[TP17] the same reviewer re-confirms though it is offered to nobody and seen since', () => {
    const world = approved();
    const before = id(312);
    world.state = { ...world.case, sighted: [REVIEWER], reviews: { ...world.case.reviews, [before]: { ...world.case.reviews[REVIEW]!, id: before } } };
    forgeReview(forge(world, { status: 'in-review', approval: null }), { status: 'waiting', takenBy: null, takenUntil: null, reconfirms: before });
    expect(take(world, LEAD, { reviewOffered: false })).toBe('tp17-other-reviewer');
    expect(take(forgeReview(requested(), { reconfirms: NOWHERE }))).toBe('tp17-other-reviewer');
    expect(take(world, REVIEWER, { reviewOffered: false })).toBeNull();
  });

  it('[SY6] another\'s entry keeps nobody else\'s access', () => {
    const world = entered();
    world.later(control.reviewTakenMinutes + 1);
    world.must(LEAD, 'take review', { reviewId: REVIEW });
    world.must(LEAD, 'release review', { reviewId: REVIEW });
    expect(world.events.at(-1)).toMatchObject({ kind: 'access revoked', body: { person: LEAD } });
  });

  it('[TP6] a reference that differs is named', () => {
    const payload = requested().operation().payload!;
    const plain = { ...payload, lines: [{ type: 'plain' as const, lineId: id(200), cardId: null, cardLastFour: '0005', title: { zh: 'x', en: 'x' }, dueNowFen: 1, reference: 'AB 1', details: [], say: { zh: 'x', en: 'x' } }] };
    const typed = { totalDueFen: payload.totalDueFen, lines: 1, dueDate: payload.dueDate, principals: {} };
    const asked = { keyFigures: ['total', 'reference'] as const, principalsAsked: false };
    expect([{}, { reference: 'AB 2' }, { reference: ' ＡＢ  1 ' }].map((more) => differences({ ...typed, ...more }, plain, asked))).toEqual([['reference'], ['reference'], []]);
    // A card without a credit balance pays nobody: nothing to type, nothing that differs.
    expect(differences(typed, { ...plain, lines: [{ ...plain.lines[0]!, reference: '' }] }, asked)).toEqual([]);
  });
});
