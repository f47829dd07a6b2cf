import { describe, expect, it } from 'vitest';
import type { DecideContext } from '#shared/case/context.ts';
import { handOverDigest } from '#shared/case/hand-over-schema.ts';
import { digestOf } from '#shared/operation/payload.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import { approved, confirmed, drafted, entered, order, REVIEW, submit } from './path.ts';
import { confirmedHere, order as orderOffline } from './on-return-path.ts';
import { CASE, COLLEAGUE, id, LEAD, LEAD2, MAKER, OPERATION, REVIEWER, SECOND, signedFor, type World } from './world.ts';

const HAND_OVER = id(800);

/** Whatever was signed is found to be signed: the keys themselves are checked against a server. */
const believing: Partial<DecideContext> = { signatureOf: (_person, { purpose, digest }) => ({ ok: true, purpose, digest }) };

function over(to: string, more: { note?: string; signedNote?: string; purpose?: Signed['purpose']; from?: string } = {}) {
  const from = more.from ?? MAKER;
  const note = more.note ?? '约了五点回电，客户着急';
  const digest = handOverDigest({ caseId: CASE, handOverId: HAND_OVER, from, to, note: more.signedNote ?? note });
  const purpose = more.purpose ?? 'hand-over';
  return { handOverId: HAND_OVER, to, note, nonce: id(802), reviewId: id(803), signed: signedFor(from, purpose, digest), successor: signedFor(to, purpose, digest) };
}
const give = (world: World, to: string, more: Parameters<typeof over>[1] = {}, context: Partial<DecideContext> = believing) =>
  world.do(more.from ?? MAKER, 'hand over here', over(to, more), context);

describe('a hand-over signed by both at one screen', () => {
  it('[OF1] [TP17] the successor becomes owner and maker, the leaver has it no longer, both signatures stay', () => {
    const world = drafted();
    expect(give(world, COLLEAGUE)).toBeNull();
    expect(world.case).toMatchObject({ owner: COLLEAGUE, access: { [COLLEAGUE]: 'owner' }, handOver: null });
    expect(world.case.access[MAKER]).toBeUndefined();
    expect(world.operation().maker).toBe(COLLEAGUE);
    const kept = world.events.findLast((event) => event.kind === 'hand-over signed here')?.body;
    expect(kept).toMatchObject({ from: MAKER, to: COLLEAGUE, note: '约了五点回电，客户着急', signed: { purpose: 'hand-over' }, successor: { purpose: 'hand-over' } });
    expect(world.do(MAKER, 'write note', { noteId: id(810), text: '再补一句' })).toBe('not-your-case');
    expect(world.do(COLLEAGUE, 'write note', { noteId: id(811), text: '已接' })).toBeNull();
  });

  it('[TP17] an approval is void, and the same reviewer is asked to confirm the same figures again', () => {
    const world = approved();
    const before = world.operation();
    expect(give(world, COLLEAGUE)).toBeNull();
    const after = world.operation();
    expect(after).toMatchObject({ approval: null, status: 'in-review', maker: COLLEAGUE, reviewId: id(803) });
    expect(after.payload).toEqual({ ...before.payload, maker: COLLEAGUE, nonce: id(802) });
    expect(after.digest).toBe(digestOf(after.payload!));
    expect(after.digest).not.toBe(before.digest);
    expect(world.case.reviews[id(803)]).toMatchObject({ reconfirms: REVIEW, status: 'waiting' });
    expect(world.events.find((event) => event.kind === 'approval voided')?.body).toMatchObject({ reason: 'hand-over' });
  });

  it('[TP17] an online acceptance does the same, event for event', () => {
    const here = approved();
    give(here, COLLEAGUE);
    const online = approved();
    online.must(MAKER, 'hand over case', { handOverId: HAND_OVER, to: COLLEAGUE, note: '' });
    online.must(COLLEAGUE, 'accept hand-over', { handOverId: HAND_OVER, nonce: id(802), reviewId: id(803) });
    const tail = (world: World): unknown[] => {
      const all = world.events.map(({ kind, body }) => ({ kind, body }));
      return all.slice(all.findIndex(({ kind }) => kind === 'hand-over accepted'));
    };
    expect(tail(here)).toEqual(tail(online));
    expect(tail(here)).toHaveLength(6);
  });

  it('[TP17] what waits for review is closed, and asked for anew by the successor', () => {
    const world = drafted();
    submit(world, REVIEW);
    expect(give(world, COLLEAGUE)).toBeNull();
    expect(world.case.reviews[REVIEW]?.status).toBe('closed');
  });

  it('[TP8] refuses what is not signed by both for just this, and what keys of now do not bear out', () => {
    const world = drafted();
    expect(give(world, COLLEAGUE, { signedNote: '别的话' })).toBe('tp8-other-digest');
    expect(give(world, COLLEAGUE, { purpose: 'order' })).toBe('tp8-other-digest');
    // The successor's alone: revoked, never judged, or over another digest.
    expect(give(world, COLLEAGUE, {}, { signatureOf: () => ({ ok: false, code: 'tp8-key-revoked' }) })).toBe('tp8-key-revoked');
    expect(give(world, COLLEAGUE, {}, {})).toBe('tp8-unsigned');
    expect(give(world, COLLEAGUE, {}, { signatureOf: () => 'unknown' })).toBe('tp8-unsigned');
    expect(give(world, COLLEAGUE, {}, { signatureOf: () => ({ ok: true, purpose: 'hand-over', digest: 'a'.repeat(64) }) })).toBe('tp8-other-digest');
    expect(give(world, COLLEAGUE, {}, { signatureOf: (_person, { digest }) => ({ ok: true, purpose: 'approval', digest }) })).toBe('tp8-other-digest');
    // The leaver's alone.
    expect(give(world, COLLEAGUE, {}, { ...believing, signature: { ok: false, code: 'tp8-key-unknown' } })).toBe('tp8-key-unknown');
    // Of the person named, not of whoever signed.
    const asked: string[] = [];
    give(world, COLLEAGUE, {}, { signatureOf: (person, { purpose, digest }) => (asked.push(person), { ok: true, purpose, digest }) });
    expect(asked).toEqual([COLLEAGUE]);
  });

  it('[TP8] [TP17] both signed for one hand-over: a case that came back is not given again by the signatures of then', () => {
    const world = drafted();
    const first = over(COLLEAGUE);
    world.must(MAKER, 'hand over here', first, believing);
    world.must(COLLEAGUE, 'hand over case', { handOverId: id(805), to: MAKER, note: '' });
    world.must(MAKER, 'accept hand-over', { handOverId: id(805), nonce: id(806), reviewId: id(807) });
    // Under its own id the same command is answered as the first time, before anything is decided; this is another.
    world.nextCommand = id(808);
    expect(world.do(MAKER, 'hand over here', { ...first, reviewId: id(809) }, believing)).toBe('tp8-other-digest');
    expect(world.case.owner).toBe(MAKER);
  });

  it('[TP8] [OF1] a desktop cannot judge keys, and refuses all else as the server does', () => {
    const desktop: Partial<DecideContext> = { at: 'desktop', signature: 'unknown', person: () => 'unknown' };
    const world = drafted();
    expect(give(world, MAKER, {}, desktop)).toBe('hand-over-to-self');
    expect(give(world, REVIEWER, { from: COLLEAGUE }, desktop)).toBe('not-your-case');
    expect(give(world, COLLEAGUE, {}, desktop)).toBeNull();
  });

  it('[TP5] not to oneself under another account, not to who checked it, not to who takes no cases', () => {
    const world = drafted();
    world.people[COLLEAGUE]!.human = MAKER;
    expect(give(world, COLLEAGUE)).toBe('hand-over-to-self');
    world.people[COLLEAGUE] = { role: 'admin', limit: null, active: true, related: [] };
    expect(give(world, COLLEAGUE)).toBe('hand-over-to-nobody');
    world.people[COLLEAGUE] = { role: 'agent', limit: null, active: false, related: [] };
    expect(give(world, COLLEAGUE)).toBe('hand-over-to-nobody');
    expect(give(world, id(77))).toBe('hand-over-to-nobody');
    const checked = entered();
    expect(give(checked, REVIEWER)).toBe('tp5-reviewer-is-maker');
    checked.people[SECOND]!.human = REVIEWER;
    expect(give(checked, SECOND)).toBe('tp5-reviewer-is-maker');
  });

  it('[OF1] not while money is on its way, and not of a case that went to somebody else meanwhile', () => {
    const world = confirmed();
    const body = over(COLLEAGUE);
    expect(order(world, 'call-1')).toBeNull();
    expect(world.operation(OPERATION).status).toBe('executing');
    expect(world.do(MAKER, 'hand over here', body, believing)).toBe('operation-open');
    const moved = drafted();
    moved.must(MAKER, 'hand over case', { handOverId: id(805), to: SECOND, note: '' });
    moved.must(SECOND, 'accept hand-over', { handOverId: id(805), nonce: id(806), reviewId: id(807) });
    expect(give(moved, COLLEAGUE)).toBe('not-your-case');
  });

  it('[OF1] [OF2] while what was ordered offline before it is on its way: the successor has it, with the call to the customer', () => {
    const world = confirmedHere();
    expect(orderOffline(world)).toBeNull();
    expect(world.operation(OPERATION).status).toBe('executing');
    expect(give(world, COLLEAGUE)).toBeNull();
    expect(world.case).toMatchObject({ owner: COLLEAGUE, followUps: [{ status: 'open' }] });
    expect(world.operation(OPERATION)).toMatchObject({ status: 'executing', execution: { by: MAKER } });
  });

  it('[OF1] [PR2] a long number in the note reaches neither the log nor the digest', () => {
    const world = drafted();
    const note = '客户卡号 4000000000000002 请留意';
    expect(give(world, COLLEAGUE, { note, signedNote: note })).toBe('tp8-other-digest');
    const clean = '客户卡号 400000******0002 请留意';
    expect(give(world, COLLEAGUE, { note: clean })).toBeNull();
    expect(JSON.stringify(world.events)).not.toContain('4000000000000002');
  });
});

describe('what nobody accepts', () => {
  it('[OF1] [TP17] a lead may take, and nobody else', () => {
    const world = drafted();
    world.must(MAKER, 'hand over case', { handOverId: id(805), to: COLLEAGUE, note: '' });
    const take = (by: string) => world.do(by, 'accept hand-over', { handOverId: id(805), nonce: id(806), reviewId: id(807) });
    expect(take(SECOND)).toBe('hand-over-not-for-you');
    expect(take(LEAD2)).toBeNull();
    expect(world.case.owner).toBe(LEAD2);
    expect(take(LEAD)).toBe('hand-over-unknown');
  });

  it('[TP17] a lead who offered it does not accept their own offer', () => {
    const world = drafted();
    world.must(MAKER, 'hand over case', { handOverId: id(805), to: LEAD, note: '' });
    world.must(LEAD, 'accept hand-over', { handOverId: id(805), nonce: id(806), reviewId: id(807) });
    world.must(LEAD, 'hand over case', { handOverId: id(808), to: COLLEAGUE, note: '' });
    expect(world.do(LEAD, 'accept hand-over', { handOverId: id(808), nonce: id(809), reviewId: id(810) })).toBe('hand-over-to-self');
  });
});
