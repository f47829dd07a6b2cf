/**
 * A night shift on a real desktop: the line is cut in the middle of a call at a quarter to three, and comes back in the morning to
 * somebody else. What was done in between is at the centre then: once, in order, and true.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foldCase } from '../../../shared/case/evolve.ts';
import type { CaseState } from '../../../shared/case/state.ts';
import { standingOf } from '../../../shared/case/stop-verify.ts';
import { demoPeople } from '../../../server/demo/demo-people.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { Proxy } from '../../proof/proxy.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf, backToAvailable } from './caller.ts';
import { Hands } from './hands.ts';
import { blindEntry, confirm, CUSTOMER, firstCall } from './largest-instalment.ts';
import { endLoggedCall, logCall, openCaseId, PASSPHRASE, signInByHand, unsent, writeNote } from './night.ts';

const PLAN = 'plan-story-a';
const LOSER = { id: 'cust-story-loss', number: '19900000002' };
const MORNING = '2026-11-23T23:50:00.000Z';
const idOf = (account: string): string => demoPeople.find((one) => one.account === account)!.id;
const play = (_name: string, act: () => Promise<void>): Promise<void> => act();
const centre = new CentreProcess({ now: '2026-11-23T18:40:00.000Z' });
const line = new Proxy();
let server = '';
let floor: Floor;
let desktop: Desktop;
let agent: Hands;
/** The ten calls logged by hand, in order, each with its notes. */
const calls: { caseId: string; notes: string[] }[] = [];
let settling = '';

const open = async (as: string, profile?: string): Promise<void> => {
  desktop = await floor.desktop({ server, as, theme: 'dark', ...(profile === undefined ? {} : { profile }) });
  agent = new Hands(desktop);
};
const pictures = process.env['AIDLINE_TEST_PICTURES'];
const picture = async (name: string): Promise<void> => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await agent.screenshot(join(pictures, `shift-${name}.png`));
};
async function aCall(number: string, notes: string[]): Promise<void> {
  const caseId = await logCall(agent, number);
  for (const text of notes) await writeNote(agent, text);
  calls.push({ caseId, notes });
}

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  line.upstream = Number(new URL(centre.url).port);
  server = await line.listen();
  // Whoever is to sign at this machine in the night has signed in at it before (OF3).
  await open('agent');
  await agent.signIn('mentor');
  await agent.handSeatTo('agent2');
  await agent.handSeatTo('agent');
  await agent.click('go-available');
}, 240_000);
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await line.close();
  await centre.stop();
});

describe('a night that begins with the line and goes on without it', () => {
  it('one caller is served by day\'s means; the second is on the line when it is cut', { timeout: 300_000 }, async () => {
    await answerCallOf(agent, centre, { customerId: LOSER.id, intent: 'loss-report' });
    await agent.see('plans-total');
    await backToAvailable(agent);
    await firstCall({ agent, centre }, play, { plans: [PLAN], holds: 'insists' });
    await agent.click('worksheet-draft');
    await agent.see('worksheet-table');
    settling = await openCaseId(agent);
    await expect.poll(() => unsent(agent), { timeout: 30_000 }).toBe(0);
    line.become({ kind: 'cut' });
    await agent.becomes('light-centre', 'data-light', 'down', 60_000);
    await agent.see('strip-centre');
    await picture('1-cut');
  });

  it('[OF2] [TP6] [TP8] a second person signs at this screen, the customer confirms, and it is ordered for later', { timeout: 300_000 }, async () => {
    for (let key = 1; key <= 8; key += 1) await agent.press(String(key));
    await agent.see('self-check-done');
    await agent.next('ES-10');
    await picture('2-offer');
    await agent.click('submit-for-return');
    await agent.type('co-sign-account', 'mentor');
    await agent.type('co-sign-enter-passphrase', PASSPHRASE);
    await agent.click('co-sign-enter');
    await agent.see('blind-entry', 60_000);
    await picture('3-blind');
    await blindEntry(agent, [PLAN]);
    await agent.see('comparison');
    await agent.type('co-sign-sign-passphrase', PASSPHRASE);
    await picture('4-signing');
    await agent.click('co-sign-sign');
    await agent.see('co-signed', 60_000);
    await picture('5-co-signed');
    await agent.next('ES-11');
    await confirm(agent, 1);
    await agent.next('ES-16');
    await picture('6-order');
    await agent.click('order-on-return');
    await agent.see('offline-ordered');
    expect(await agent.text('offline-ordered')).toContain('未生效');
    await picture('7-ordered');
    expect((await centre.ledger()).filter(({ customerId }) => customerId === CUSTOMER)).toEqual([]);
  });

  it('[OF1] calls are logged by hand, each with its notes', { timeout: 300_000 }, async () => {
    for (let n = 1; n <= 4; n += 1) {
      await aCall(`1990009000${n}`, [`第${n}通：问账单日`, `第${n}通：已答复`]);
      await endLoggedCall(agent);
    }
    await picture('8-four-calls');
  });

  it('[SY1] [CT3] [OF3] killed in the middle of a word, and there again without the centre: the call, the case, the word', { timeout: 300_000 }, async () => {
    const caseId = await logCall(agent, '19900090005');
    await agent.type('note-text', '第5通：她说话很急，还没说');
    await agent.see('note-draft');
    const before = await unsent(agent);
    const { profile } = desktop;
    await desktop.kill();
    await open('agent', profile);
    await signInByHand(agent, 'agent');
    await agent.becomes('light-centre', 'data-light', 'down', 60_000);
    await expect.poll(() => openCaseId(agent), { timeout: 30_000 }).toBe(caseId);
    await agent.see('by-hand');
    await expect.poll(() => agent.at('note-text').inputValue()).toBe('第5通：她说话很急，还没说');
    expect(await unsent(agent)).toBe(before);
    await agent.at('note-text').press('End');
    await agent.page.keyboard.type('完');
    await agent.click('note-add');
    calls.push({ caseId, notes: ['第5通：她说话很急，还没说完'] });
    await picture('9-after-the-kill');
    await endLoggedCall(agent);
  });

  it('[OF4] [FL6] [SY8] a card is reported lost by another channel, and nobody says that it is stopped', { timeout: 300_000 }, async () => {
    await aCall(LOSER.number, ['第6通：卡丢了']);
    await agent.press('F8');
    await agent.onStep('LR-1');
    if (!(await agent.at('find-card-known').isVisible())) {
      const find = agent.page.getByTestId('find-card');
      await find.getByTestId('find-byPhone').click();
      await find.getByTestId('find-key').fill(LOSER.number);
      await find.getByTestId('find-search').click();
      await find.getByTestId(`held-${LOSER.id}`).click();
      await agent.see('find-card-known');
    }
    await agent.next('LR-2');
    await agent.next('LR-3');
    await agent.page.locator('[data-testid^="choose-card-check-"]').first().click();
    await agent.click('option-kind-lock');
    await agent.click('tick-customerAgrees');
    await agent.next('LR-4');
    await agent.click('go-offline-way');
    await agent.onStep('LR-OFF');
    expect(await agent.text('not-stopped')).toContain('此卡尚未停用');
    await agent.click('channel-self-service-voice');
    await agent.type('channel-receipt', 'IVR-7');
    await agent.click('call-any-hour');
    await agent.click('channel-told');
    await agent.click('channel-record');
    await agent.page.locator('[data-testid^="stop-"][data-status="manual"]').first().waitFor();
    await agent.see('not-stopped-strip');
    await picture('10-not-stopped');
    await endLoggedCall(agent);
    for (let n = 7; n <= 10; n += 1) {
      await aCall(`199000900${String(n).padStart(2, '0')}`, [`第${n}通：一切正常`]);
      await endLoggedCall(agent);
    }
    expect(new Set(calls.map(({ caseId }) => caseId)).size).toBe(10);
    await agent.click('unsent');
    await agent.see('sync-panel');
    await picture('11-waiting');
  });

  it('[OF1] [TP17] the successor accepts case by case at this screen, and both have signed', { timeout: 300_000 }, async () => {
    await agent.click('nav-cases');
    await agent.page.getByRole('tab').nth(3).click();
    await agent.type('successor-account', 'agent2');
    await agent.type('successor-passphrase', PASSPHRASE);
    await agent.click('successor-open');
    await agent.see('successor', 60_000);
    await picture('12-hand-over');
    // Whoever takes over reads what is not in force, and when it will be tried.
    expect(await agent.text(`hand-over-case-${settling}`)).toMatch(/离线会签已下达.*未生效/s);
    expect(await agent.text(`hand-over-case-${calls[5]!.caseId}`)).toMatch(/停卡 尾号 \d{4}：银行还没有回执，不算停用/);
    const left = agent.page.locator('[data-testid^="hand-over-case-"][data-taken="false"]');
    const mine = [settling, ...calls.map(({ caseId }) => caseId)];
    for (const caseId of mine) await agent.see(`hand-over-case-${caseId}`);
    for (let n = await left.count(); n > 0; n -= 1) {
      await left.first().getByTestId('accept-here').click();
      await expect.poll(() => left.count(), { timeout: 30_000 }).toBe(n - 1);
    }
    expect(await agent.text('hand-over-here')).not.toContain('hand-');
    await picture('13-handed-over');
    await agent.click('hand-over-finish');
    await agent.click('sign-out');
    const asked = agent.page.locator('[data-testid="refusal"][data-code="unsent-work"]');
    await asked.waitFor();
    await agent.click('sign-out');
    await agent.see('sign-in-account');
  });

  it('[SY10] the line is back in the morning, with the successor at the desk', { timeout: 300_000 }, async () => {
    await signInByHand(agent, 'agent2');
    await agent.click('nav-cases');
    // What was told to the one who left is not told again to whoever sits down.
    expect(await agent.at('refusal').count()).toBe(0);
    expect(await agent.text('not-stopped-strip')).toMatch(/此卡尚未停用.*\d{4}/s);
    await picture('14-taken-over');
    await centre.turn('clock', { to: MORNING });
    line.become({ kind: 'good' });
    await agent.becomes('light-centre', 'data-light', 'ok', 60_000);
    await expect.poll(() => unsent(agent), { timeout: 60_000 }).toBe(0);
    expect(await agent.at('unsent').getAttribute('data-refused')).toBe('0');
    const done = async (): Promise<(string | null)[]> => (await centre.ledger()).filter(({ state }) => state === 'done').map(({ kind }) => kind).toSorted();
    await expect.poll(done, { timeout: 60_000 }).toEqual(['card-lock', 'early-settlement']);
    // Confirmed by the centre, every one of them.
    await agent.gone('taken-over');
    await agent.gone('not-stopped-strip');
    await picture('15-morning');
  });

  it('[SY2] [OF2] [OF4] [TP4] all of it is true at the centre, and once', { timeout: 120_000 }, async () => {
    const ledger = (await centre.ledger()).map(({ kind, subject, state, customerId }) => [kind, subject, state, customerId]);
    await centre.end();
    const opened = await openSealedLog(centre.data, { now: () => new Date().toISOString(), newId: () => uuidv7() });
    if (!opened.ok) throw new Error(opened.error.text.en);
    const read = async (caseId: string): Promise<{ state: CaseState; kinds: string[]; notes: unknown[] }> => {
      const events = await opened.log.readCase(caseId);
      return {
        state: foldCase(events)!, kinds: events.map(({ kind }) => kind),
        notes: events.filter(({ kind }) => kind === 'note written').map(({ body }) => (body as { text: string }).text),
      };
    };
    const times = (kinds: string[], kind: string): number => kinds.filter((one) => one === kind).length;
    const [mine, next] = [idOf('agent'), idOf('agent2')];
    for (const { caseId, notes } of calls) {
      const found = await read(caseId);
      expect(found.notes).toEqual(notes);
      expect(times(found.kinds, 'call logged')).toBe(1);
      expect(Object.values(found.state.handCalls)).toMatchObject([{ by: mine, endedAt: expect.any(String) }]);
      expect(found.state.owner).toBe(next);
      expect([times(found.kinds, 'hand-over signed here'), times(found.kinds, 'hand-over accepted')]).toEqual([1, 1]);
    }
    const lost = await read(calls[5]!.caseId);
    expect(lost.kinds.indexOf('manual stop verified')).toBeLessThan(lost.kinds.indexOf('stop ordered'));
    expect(times(lost.kinds, 'stop ordered')).toBe(1);
    expect(standingOf(lost.state, lost.state.stops[0]!)).toMatchObject({ inForce: true });
    const settled = await read(settling);
    for (const kind of ['execution ordered on return', 'execution started', 'offline order released', 'line booked']) expect([kind, times(settled.kinds, kind)]).toEqual([kind, 1]);
    const [operation] = Object.values(settled.state.operations);
    expect(operation).toMatchObject({ status: 'done', execution: { by: mine, approvedBy: [idOf('mentor')], breakGlass: false } });
    expect(settled.state.onReturn[operation!.id]).toMatchObject({ status: 'released' });
    expect(settled.state.owner).toBe(next);
    expect(ledger.filter(([kind]) => kind === 'early-settlement')).toEqual([['early-settlement', PLAN, 'done', CUSTOMER]]);
    expect(ledger.filter(([kind]) => kind === 'card-lock').map(([, , state, customer]) => [state, customer])).toEqual([['done', LOSER.id]]);
    await opened.log.close();
  });
});
