import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { profileFolder, readKeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { openStore } from '../../../electron/desk/store/store.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aFolder, inStep, untilCase } from './harness.ts';
import { atOneScreen, kinds, must, note, notes, openByHand, personOf, shown, signedIn, stateOf, withApproval, type AtOneScreen } from './two-at-one-screen.ts';

const [A, B] = [personOf('agent'), personOf('agent2')];

let night: AtOneScreen;
beforeEach(async () => {
  night = await atOneScreen();
}, 60_000);
afterEach(() => night.stop());

const central = (caseId: string) => night.running.centre.cases.load(caseId);
const takenOver = (desk: Running, fits: (view: { case: string; refusal: { code: string } | null }[]) => boolean) => untilView(desk.client, 'taken-over', {}, fits);

async function handOver(desk: Running, caseId: string, words = ''): Promise<string> {
  const handOverId = v7();
  const answer = await desk.client.calls.handOverHere({ case: caseId, handOverId, note: words });
  expect(answer).toEqual({ ok: true, value: { commandId: handOverId, copied: true } });
  return handOverId;
}
const successorSigns = (desk: Running, account = 'agent2') => desk.client.calls.openHandOver({ account, passphrase: DEMO_PASSWORD });
const leave = async (desk: Running, keep: { keepMine?: true } = {}): Promise<void> => {
  expect(await desk.client.calls.signOut({ evenUnsent: true, ...keep })).toMatchObject({ ok: true });
  desk.close();
};

describe('[OF1] the shift is handed over at one screen while the line is down', () => {
  it('[TP17] [SY2] three cases go on in the successor’s file, and stand at the centre once, in order, when the line is back', { timeout: 90_000 }, async () => {
    const withReview = await withApproval(night, 'agent');
    const first = await signedIn(night, 'agent');
    const plain = await openByHand(first);
    const promised = await openByHand(first);
    await note(first, plain, '线路还在时记的');
    await inStep(first);
    await untilCase(first, withReview, (view) => view !== null);

    night.line.cut();
    await note(first, plain, '断线后甲记的');
    await must(first, 'promise callback', promised, { promiseId: v7(), from: '2026-11-23T08:00:00.000Z', to: '2026-11-23T09:00:00.000Z', secondFrom: null, secondTo: null, note: '客户着急', operationId: null });
    await first.client.calls.saveDraft({ case: plain, field: 'note', text: '还没写完的 ', kind: 'text', ended: true });
    // Never confirmed by anybody: opened in the night itself.
    const fresh = await openByHand(first);
    expect(await successorSigns(first)).toMatchObject({ ok: true, value: { successor: { id: B.id, name: B.name } } });
    for (const caseId of [plain, promised, withReview, fresh]) await handOver(first, caseId, '约了五点');
    // The leaver sees that it is theirs no longer, and cannot go on with it.
    expect(await shown(first, plain)).toMatchObject({ owner: B.id });
    expect(await first.client.calls.command({ kind: 'write note', case: plain, body: { noteId: v7(), text: '再写' } })).toMatchObject({ ok: false, refusal: { code: 'not-your-case' } });
    await leave(first);

    const second = await signedIn(night, 'agent2');
    expect(await takenOver(second, (view) => view.length === 4)).toEqual(expect.arrayContaining([expect.objectContaining({ case: plain, fromName: A.name, note: '约了五点', refusal: null })]));
    const view = await untilCase(second, plain, (one) => one !== null);
    expect(notes(stateOf(view))).toEqual(['线路还在时记的', '断线后甲记的']);
    expect(view).toMatchObject({ version: 3, heardAt: expect.any(String) });
    expect(await second.client.calls.drafts({ case: plain })).toMatchObject({ value: [{ text: '还没写完的 ' }] });
    expect((await shown(second, promised)).promises).toMatchObject([{ status: 'open', note: '客户着急' }]);
    const operation = Object.values((await shown(second, withReview)).operations)[0];
    expect(operation).toMatchObject({ approval: null, maker: B.id, status: 'in-review' });
    await note(second, plain, '乙接着记的');
    await note(second, fresh, '乙也记了这个');
    expect(notes(await shown(second, plain))).toEqual(['线路还在时记的', '断线后甲记的', '乙接着记的']);

    night.line.up = true;
    await second.client.calls.connectNow({});
    await takenOver(second, (one) => one.length === 0);
    await inStep(second);
    for (const caseId of [plain, promised, withReview, fresh]) {
      expect(await central(caseId)).toMatchObject({ owner: B.id });
      expect(await kinds(night, caseId)).toMatchObject({ 'hand-over signed here': 1, 'hand-over accepted': 1 });
    }
    expect(notes(await central(plain))).toEqual(['线路还在时记的', '断线后甲记的', '乙接着记的']);
    expect(notes(await central(fresh))).toEqual(['乙也记了这个']);
    expect(await kinds(night, withReview)).toMatchObject({ 'approval voided': 1, 'review approved': 1, 'review requested': 2 });
    const after = (await central(withReview))!;
    expect(Object.values(after.reviews).at(-1)).toMatchObject({ status: 'waiting', reconfirms: expect.any(String) });
    // What the successor sees is the centre's own by now, and they go on in it.
    await note(second, plain, '中心确认之后');
    await inStep(second);
    expect(notes(await shown(second, plain))).toEqual(notes(await central(plain)));
    await leave(second, { keepMine: true });

    // Whoever left comes back: nothing is doubled, nothing refused, and the cases leave their file.
    const before = await Promise.all([plain, promised, withReview, fresh].map((caseId) => kinds(night, caseId)));
    const back = await signedIn(night, 'agent');
    for (const caseId of [plain, promised, withReview, fresh]) await untilCase(back, caseId, (one) => one === null);
    expect((await untilView(back.client, 'sync', {}, (one) => one.unsent === 0)).refused).toEqual([]);
    expect(await Promise.all([plain, promised, withReview, fresh].map((caseId) => kinds(night, caseId)))).toEqual(before);
    expect([...first.errors, ...second.errors, ...back.errors]).toEqual([]);
  });

  it('[SY10] [SY2] a third person at this machine delivers what both left, the hand-over before what was done on it', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await inStep(first);
    night.line.cut();
    await note(first, caseId, '甲记的');
    await successorSigns(first);
    await handOver(first, caseId);
    await leave(first);
    const second = await signedIn(night, 'agent2');
    await note(second, caseId, '乙记的');
    await leave(second);
    night.line.up = true;
    const third = await signedIn(night, 'mentor');
    await expect.poll(async () => notes(await central(caseId)), { timeout: 10_000 }).toEqual(['甲记的', '乙记的']);
    expect(await central(caseId)).toMatchObject({ owner: B.id });
    await leave(third);
    // Their own desktops find it done, each in its time.
    for (const account of ['agent2', 'agent']) {
      const back = await signedIn(night, account);
      await untilCase(back, caseId, (view) => (view === null) === (account === 'agent') && view?.marks.every((mark) => mark.look === 'confirmed') !== false);
      expect((await untilView(back.client, 'sync', {}, (view) => view.unsent === 0)).refused).toEqual([]);
      await leave(back);
    }
    expect(notes(await central(caseId))).toEqual(['甲记的', '乙记的']);
  });

  it('[TP8] [SY3] a successor’s key that was revoked meanwhile: the leaver keeps the case, the copy leaves with its reason, and no note is lost in silence', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await inStep(first);
    night.line.cut();
    await note(first, caseId, '甲记的');
    await successorSigns(first);
    const handOverId = await handOver(first, caseId);
    await leave(first);
    const second = await signedIn(night, 'agent2');
    const lost = await note(second, caseId, '乙记的');

    const keyId = night.running.centre.administration.state.people[B.id]!.keys[0]!.keyId;
    const { centre } = night.running;
    const { administer } = await import('../../../server/administration/administer.ts');
    const workstation = Object.keys(centre.administration.state.workstations)[0]!;
    expect(await administer(centre, centre.people.byId(personOf('admin').id)!, workstation, 'revoke key', { personId: B.id, keyId, reason: '令牌丢了' })).toMatchObject({ ok: true });

    night.line.up = true;
    await second.client.calls.connectNow({});
    expect(await takenOver(second, (view) => view[0]?.refusal != null)).toMatchObject([{ case: caseId, fromName: A.name, refusal: { code: 'tp8-key-revoked' } }]);
    const { refused } = await untilView(second.client, 'sync', {}, (view) => view.unsent === 0 && view.refused.length > 0);
    expect(refused).toMatchObject([{ command: lost, kind: 'write note', refusal: { code: 'depends-on', detail: { command: handOverId } } }]);
    expect(await untilCase(second, caseId, (view) => view === null)).toBeNull();
    await second.client.calls.takenOverSeen({ case: caseId });
    expect(await takenOver(second, (view) => view.length === 0)).toEqual([]);
    await leave(second);

    expect(await central(caseId)).toMatchObject({ owner: A.id });
    expect(notes(await central(caseId))).toEqual(['甲记的']);
    const back = await signedIn(night, 'agent');
    const told = await untilView(back.client, 'sync', {}, (view) => view.refused.length > 0);
    expect(told.refused).toMatchObject([{ command: handOverId, kind: 'hand over here', refusal: { code: 'tp8-key-revoked' } }]);
    expect(await shown(back, caseId)).toMatchObject({ owner: A.id });
    await note(back, caseId, '甲接着记');
    await inStep(back);
    expect(notes(await central(caseId))).toEqual(['甲记的', '甲接着记']);
    expect([...first.errors, ...second.errors, ...back.errors]).toEqual([]);
  });
});

const promiseOf = () => ({ promiseId: v7(), from: '2026-11-23T08:00:00.000Z', to: '2026-11-23T09:00:00.000Z', secondFrom: null, secondTo: null, note: '客户着急', operationId: null });

describe('[OF1] leaving', () => {
  it('nobody signs out with items that nobody accepted, unless they say that they keep them', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await must(first, 'promise callback', caseId, promiseOf());
    await inStep(first);
    night.line.cut();
    const refused = { ok: false, refusal: { code: 'hand-over-open', detail: { items: 1 } } };
    expect(await first.client.calls.signOut({})).toEqual(refused);
    expect(await first.client.calls.signOut({ evenUnsent: true })).toEqual(refused);
    await successorSigns(first);
    await handOver(first, caseId);
    // Accepted by name: it is theirs no more. What is unsent is asked about as ever.
    expect(await first.client.calls.signOut({})).toMatchObject({ refusal: { code: 'unsent-work' } });
    await leave(first);
    const second = await signedIn(night, 'agent2');
    expect(await second.client.calls.signOut({})).toEqual(refused);
    expect(await second.client.calls.signOut({ keepMine: true, evenUnsent: true })).toMatchObject({ ok: true });
    second.close();
  });

  it('[SY2] twice is once, and whoever took it over hands it on before the line is back', { timeout: 90_000 }, async () => {
    const third = await signedIn(night, 'lead');
    third.close();
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await inStep(first);
    night.line.cut();
    await note(first, caseId, '甲记的');
    await successorSigns(first);
    const handOverId = await handOver(first, caseId);
    expect(await first.client.calls.handOverHere({ case: caseId, handOverId, note: '' })).toEqual({ ok: true, value: { commandId: handOverId, copied: true } });
    // Handed over is handed over: not once more to somebody else, nor under another id.
    await successorSigns(first, 'lead');
    expect(await first.client.calls.handOverHere({ case: caseId, handOverId: v7(), note: '' })).toMatchObject({ ok: false, refusal: { code: 'not-your-case' } });
    await leave(first);
    const second = await signedIn(night, 'agent2');
    await note(second, caseId, '乙记的');
    await successorSigns(second, 'lead');
    await handOver(second, caseId);
    await leave(second);
    const lead = await signedIn(night, 'lead');
    expect(notes(await shown(lead, caseId))).toEqual(['甲记的', '乙记的']);
    await note(lead, caseId, '丙记的');
    night.line.up = true;
    await lead.client.calls.connectNow({});
    await takenOver(lead, (view) => view.length === 0);
    await inStep(lead);
    expect(await central(caseId)).toMatchObject({ owner: personOf('lead').id });
    expect(notes(await central(caseId))).toEqual(['甲记的', '乙记的', '丙记的']);
    expect(await kinds(night, caseId)).toMatchObject({ 'hand-over signed here': 2 });
    await leave(lead);
    // The one in the middle: the copy leaves, since it is somebody else's by now.
    const middle = await signedIn(night, 'agent2');
    await takenOver(middle, (view) => view.length === 0);
    await untilCase(middle, caseId, (view) => view === null);
    expect((await untilView(middle.client, 'sync', {}, (view) => view.unsent === 0)).refused).toEqual([]);
    expect(notes(await central(caseId))).toEqual(['甲记的', '乙记的', '丙记的']);
    expect([...first.errors, ...second.errors, ...lead.errors, ...middle.errors]).toEqual([]);
  });

  it('[SY1] a power cut between the two files: signed without its copy, and copied when they meet again', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await note(first, caseId, '甲记的');
    await inStep(first);
    night.line.cut();
    await successorSigns(first);
    await handOver(first, caseId, '约了五点');
    await first.client.calls.closeHandOver({});
    const folder = profileFolder(night.root, night.running.url, 'agent2');
    const store = await openStore(folder, readKeyFile(folder)!, DEMO_PASSWORD, { nativeBinding: null });
    expect(store!.takenOver.remove(caseId)).toBe(true);
    store!.close();
    expect(await first.client.calls.handOverHere({ case: caseId, handOverId: v7(), note: '' })).toMatchObject({ refusal: { code: 'hand-over-not-open' } });
    await successorSigns(first);
    await leave(first);
    const second = await signedIn(night, 'agent2');
    expect(await takenOver(second, (view) => view.length === 1)).toMatchObject([{ case: caseId, note: '约了五点' }]);
    expect(notes(await shown(second, caseId))).toEqual(['甲记的']);
    await leave(second);
  });

  it('[TP8] [PR3] what a screen gives as a hand-over by itself is no hand-over', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await inStep(first);
    const signed = { purpose: 'hand-over', digest: 'a'.repeat(64), personKey: 'a'.repeat(64), personSignature: `${'A'.repeat(86)}==`, workstationKey: 'a'.repeat(64), workstationSignature: `${'A'.repeat(86)}==` };
    const forged = { handOverId: v7(), to: B.id, note: '', nonce: v7(), reviewId: v7(), signed, successor: signed };
    expect(await first.client.calls.command({ kind: 'hand over here', case: caseId, body: forged })).toMatchObject({ ok: false, refusal: { code: 'command-unknown' } });
    expect(await shown(first, caseId)).toMatchObject({ owner: A.id });
  });

  it('[TP17] by choice with the line up as well: the centre has it at once, and the successor finds it in their own feed', { timeout: 90_000 }, async () => {
    const first = await signedIn(night, 'agent');
    const caseId = await openByHand(first);
    await inStep(first);
    await successorSigns(first);
    await handOver(first, caseId);
    await untilCase(first, caseId, (view) => view === null);
    expect(await central(caseId)).toMatchObject({ owner: B.id });
    expect(await first.client.calls.signOut({})).toMatchObject({ ok: true });
    const second = await signedIn(night, 'agent2');
    await takenOver(second, (view) => view.length === 0);
    expect((await untilCase(second, caseId, (view) => view !== null))?.version).toBeGreaterThan(3);
    await note(second, caseId, '接着记');
    await inStep(second);
    expect(notes(await central(caseId))).toEqual(['接着记']);
  });
});

describe('[TP17] online, by name', () => {
  it('[TP6] who was named reads what is left to do, whoever may still have to check it blind reads nothing; a lead takes what nobody accepts', { timeout: 90_000 }, async () => {
    const caseId = await withApproval(night, 'agent');
    const first = await signedIn(night, 'agent');
    const plain = await openByHand(first);
    await must(first, 'promise callback', plain, promiseOf());
    await untilCase(first, caseId, (view) => view !== null);
    const offers = async (account: string, count: number) => {
      const desk = await signedIn(night, account, aFolder());
      const view = await untilView(desk.client, 'live', { topic: 'hand-over-items' }, (live) => Array.isArray(live?.value) && live.value.length === count);
      return { desk, offers: view?.value as { caseId: string; handOverId: string; mine: boolean; note: string; items: { kind: string }[] }[] };
    };
    await must(first, 'hand over case', plain, { handOverId: v7(), to: B.id, note: '说好五点' });
    await must(first, 'hand over case', caseId, { handOverId: v7(), to: personOf('mentor2').id, note: '本金八万' });
    await inStep(first);
    const named = await offers('agent2', 1);
    expect(named.offers).toMatchObject([{ caseId: plain, mine: true, note: '说好五点', items: [{ kind: 'promise' }] }]);
    const blind = await offers('mentor2', 1);
    expect(blind.offers).toMatchObject([{ caseId, mine: true, note: '', items: [] }]);
    const lead = await offers('lead2', 2);
    const one = lead.offers.find((offer) => offer.caseId === plain)!;
    expect(one).toMatchObject({ mine: false, note: '说好五点', items: [{ kind: 'promise' }] });
    await must(lead.desk, 'accept hand-over', plain, { handOverId: one.handOverId, nonce: v7(), reviewId: v7() });
    await inStep(lead.desk);
    expect(await central(plain)).toMatchObject({ owner: personOf('lead2').id, handOver: null });
  });
});
