import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '#shared/case/context.ts';
import { foldLedger } from '#shared/operation/ledger.ts';
import { bankKey } from '#shared/operation/outcome.ts';
import { recoveredExecution, type LostBooking } from '#shared/operation/recovered.ts';
import { CALL, confirmed, drafted, order, orderOf, REVIEW, submit } from '../case/path.ts';
import { CASE, id, LEAD, MAKER, OPERATION, type World } from '../case/world.ts';

/** What the bank has of the lost time, as the customer's ledger tells it. */
const held = (key: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  operationId: key, caseId: CASE, accountId: 'acct-1', kind: 'early-settlement', totalFen: 1_000, startedAt: '2026-11-23T02:00:00.000Z', open: true, lost: { key, receipt: 'R1' }, ...more,
});
const executionOf = (world: World) => world.operation().execution;

describe('[SY9] the gate and the lost time', () => {
  it('nobody executes before the bank has told', () => {
    const world = confirmed();
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL), { recovering: true })).toBe('sy9-recovering');
    expect(executionOf(world)).toBeNull();
    expect(order(world, CALL)).toBeNull();
  });

  it('[TP4] an order that names a key of that time orders nothing: all its lines are in doubt, under the keys it had', () => {
    const world = confirmed();
    const body = orderOf(world, CALL);
    world.ledger.push(held(bankKey(CASE, body.keys[1]!.key)));
    expect(world.do(MAKER, 'order execution', body)).toBeNull();
    const kinds = world.events.map((event) => event.kind);
    expect(kinds).toContain('execution recovered');
    expect(kinds).not.toContain('execution started');
    expect(world.operation()).toMatchObject({ status: 'in-doubt', approval: null });
    expect(executionOf(world)!.lines.map(({ lineId, key, status }) => ({ lineId, key, status }))).toEqual(body.keys.map((one) => ({ ...one, status: 'in-doubt' })));
    expect(executionOf(world)).toMatchObject({ id: body.executionId, digest: body.digest, highValue: true, by: MAKER });
    expect(world.do(MAKER, 'order execution', orderOf(world, CALL, 700))).toBe('tp4-already-started');
  });

  it('… whatever else stands against it by now: what is booked is booked', () => {
    const world = drafted();
    submit(world, REVIEW);
    const body = orderOf(world, CALL);
    world.ledger.push(held(bankKey(CASE, body.keys[0]!.key)));
    world.later(24 * 60);
    expect(world.do(MAKER, 'order execution', body)).toBeNull();
    expect(world.operation().status).toBe('in-doubt');
    // The request for review has come to nothing, and does not bring the operation back.
    expect(world.case.reviews[REVIEW]!.status).toBe('withdrawn');
  });

  it('also of an operation that the log has only as a draft', () => {
    const world = drafted();
    const { lines } = world.operation().worksheet;
    const body = { ...orderOfDraft(world), keys: lines.map((line, index) => ({ lineId: line.lineId, key: id(400 + index) })) };
    world.ledger.push(held(bankKey(CASE, id(400))));
    expect(world.do(MAKER, 'order execution', body)).toBeNull();
    expect(executionOf(world)!.lines).toHaveLength(lines.length);
    expect(executionOf(world)).toMatchObject({ highValue: false, approvedBy: [] });
  });

  it('is not fooled: not by other lines, one key twice, another kind or account, or somebody else', () => {
    const world = confirmed();
    const body = orderOf(world, CALL);
    const key = bankKey(CASE, body.keys[0]!.key);
    const tried = (entry: LedgerEntry, keys = body.keys, by = MAKER): string | null => {
      world.ledger.splice(0, world.ledger.length, entry);
      return world.do(by, 'order execution', { ...body, keys });
    };
    expect(tried(held(key), body.keys.slice(1).concat({ lineId: id(999), key: body.keys[0]!.key }))).toBe('sy9-held');
    expect(tried(held(key), body.keys.map((one) => ({ ...one, key: body.keys[0]!.key })))).toBe('sy9-held');
    expect(tried(held(key), body.keys.slice(0, 1))).toBe('sy9-held');
    expect(tried(held(key, { kind: 'refund' }))).toBe('sy9-held');
    expect(tried(held(key, { accountId: 'acct-2' }))).toBe('sy9-held');
    expect(tried(held(key), body.keys, LEAD)).toBe('sy9-held');
    expect(executionOf(world)).toBeNull();
  });

  it('[TP13] an order under other keys waits: of that account and kind anywhere, of that kind in that case', () => {
    const world = confirmed();
    const tried = (entry: LedgerEntry): string | null => {
      world.ledger.splice(0, world.ledger.length, entry);
      return world.do(MAKER, 'order execution', orderOf(world, CALL));
    };
    const elsewhere = { caseId: id(77) };
    expect(tried(held('k', elsewhere))).toBe('sy9-held');
    expect(tried(held('k', { accountId: '' }))).toBe('sy9-held');
    expect(executionOf(world)).toBeNull();
    // Of another account in another case, of another kind, or answered for: nothing of this.
    for (const free of [held('k', { ...elsewhere, accountId: 'acct-2' }), held('k', { kind: 'refund' }), held('k', { open: false })]) {
      const again = confirmed();
      again.ledger.push(free);
      expect(order(again, CALL)).toBeNull();
    }
  });
});

/** An order for an operation that has no payload, as it was sent when it had one. */
function orderOfDraft(world: World) {
  const submitted = drafted();
  submit(submitted, REVIEW);
  return { ...orderOf(submitted, CALL), operationId: world.operation().id };
}

describe('[SY9] whose booking it was', () => {
  const submitted = (): World => {
    const world = drafted();
    submit(world, REVIEW);
    return world;
  };
  const bookingsOf = (world: World): LostBooking[] => world.operation().payload!.lines.map((line, index) => ({
    key: bankKey(CASE, id(500 + index)), kind: 'early-settlement', accountId: 'acct-1', subject: line.type === 'settlement' ? line.planId : null, amountFen: line.dueNowFen,
  }));
  const found = (world: World, bookings: readonly LostBooking[]) => recoveredExecution(world.case, bookings, id(600));

  it('is told by its lines, each of which the bank has once', () => {
    const world = submitted();
    const bookings = bookingsOf(world);
    const answer = found(world, bookings)!;
    expect(answer.keys).toEqual(bookings.map(({ key }) => key));
    for (const event of answer.events) world.happen(event);
    expect(world.operation().status).toBe('in-doubt');
    expect(world.operation().execution!.lines.map(({ key }) => key)).toEqual([id(500), id(501), id(502)]);
    expect(world.case.reviews[REVIEW]!.status).toBe('withdrawn');
    expect(found(world, bookings)).toBeNull();
  });

  it('is left open where a line is missing, is there twice, or differs', () => {
    const world = submitted();
    const bookings = bookingsOf(world);
    const [first] = bookings as [LostBooking];
    const instead = (more: Partial<LostBooking>): LostBooking[] => [{ ...first, ...more }, ...bookings.slice(1)];
    expect(found(world, bookings.slice(1))).toBeNull();
    expect(found(world, [...bookings, { ...first, key: bankKey(CASE, id(510)) }])).toBeNull();
    for (const other of [{ amountFen: first.amountFen! + 1 }, { subject: 'plan-9' }, { kind: 'refund' }, { accountId: 'acct-2' }, { key: 'nobody.x' }, { key: bankKey(CASE, 'no-uuid') }]) expect(found(world, instead(other))).toBeNull();
    expect(found(world, instead({ accountId: null }))).not.toBeNull();
    // A draft that nobody submitted, and what its maker withdrew, was not ordered as it stands.
    expect(recoveredExecution(drafted().case, bookings, id(600))).toBeNull();
    world.must(MAKER, 'withdraw operation', { operationId: OPERATION, reason: '不办了' });
    expect(found(world, bookings)).toBeNull();
  });
});

describe('[SY9] [TP13] the ledger of a customer', () => {
  const booking = { key: 'k1', caseId: CASE, kind: 'refund', accountId: 'acct-1', subject: 'card-1', amountFen: 700, receipt: 'R7', bookedAt: '2026-11-23T02:00:00.000Z', epoch: id(1) };
  const told = { kind: 'booking recovered', body: booking };
  const settled = (operationId: string | null) => ({ kind: 'recovered booking settled', body: { key: 'k1', operationId, by: null, note: '' } });

  it('holds a booking of the lost time, counts it once a lead has answered, and leaves it to the operation that took it up', () => {
    expect(foldLedger([told])).toEqual([{ operationId: 'k1', caseId: CASE, accountId: 'acct-1', kind: 'refund', totalFen: 700, startedAt: booking.bookedAt, open: true, lost: { key: 'k1', receipt: 'R7' } }]);
    expect(foldLedger([told, settled(null)])).toMatchObject([{ open: false, totalFen: 700 }]);
    expect(foldLedger([told, settled(id(9))])).toEqual([]);
    expect(foldLedger([settled(null)])).toEqual([]);
    expect(foldLedger([{ ...told, body: { ...booking, accountId: null, amountFen: null } }])).toMatchObject([{ accountId: '', totalFen: 0, open: true }]);
    // Erased bodies keep their place (PR7).
    expect(foldLedger([{ ...told, body: null }, { ...settled(null), body: null }])).toEqual([]);
  });
});
