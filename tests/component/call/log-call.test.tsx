import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { lastTimeAt, plainNumber } from '../../../renderer/call/log-call.tsx';
import { heldOf, searchHeld } from '../../../renderer/caller/held-customers.ts';
import { localSeconds } from '../../../renderer/app/local-time.ts';
import { nowMs } from '../../../renderer/app/stores/clock.ts';
import { allCases, useCases } from '../../../renderer/app/stores/cases.ts';
import { answered, ME, openDesktop, press } from '../setup/screen.tsx';

type Desktop = Awaited<ReturnType<typeof openDesktop>>;
const cut = (desktop: Desktop): void => desktop.told(() => desktop.centre.setOnline(false));

async function logged(desktop: Desktop, number = '199 0000 0001'): Promise<string> {
  press('F11');
  await screen.findByTestId('log-call-form');
  await desktop.user.type(screen.getByTestId('log-number'), number);
  await desktop.user.click(screen.getByTestId('log-call'));
  await screen.findByTestId('intent-picker');
  return desktop.centre.sent.findLast((one) => one.kind === 'log call')!.case;
}

describe('来电登记', () => {
  it('[OF1] one key away with the line down: makes its case, the timer runs, the flow begins, and the wrap-up follows', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    const caseId = await logged(desktop);
    const call = Object.values(desktop.centre.stateOf(caseId)!.handCalls)[0]!;
    expect(call).toMatchObject({ direction: 'in', number: '19900000001', endedAt: null, by: ME });
    expect(screen.getByTestId('call-bar').dataset['callId']).toBe(call.callId);
    expect(screen.getByTestId('call-timer').textContent).toMatch(/\d\d:\d\d/);
    // No phone command reaches it, and it is never said to be recorded.
    expect(screen.queryByTestId('hold')).toBeNull();
    expect(screen.getByTestId('by-hand').textContent).toContain('手工登记');
    await desktop.user.click(screen.getByTestId('intent-early-settlement'));
    await screen.findByTestId('step-ES-1');
    await desktop.user.click(screen.getByTestId('end-call'));
    await waitFor(() => expect(screen.getByTestId('call-bar').dataset['phase']).toBe('after-call'));
    expect(desktop.centre.stateOf(caseId)!.handCalls[call.callId]!.endedAt).not.toBeNull();
    await desktop.user.click(screen.getByTestId('finish-wrap-up'));
    await waitFor(() => expect(screen.queryByTestId('call-bar')).toBeNull());
    expect(desktop.centre.asked.filter((one) => one.kind === 'end call')).toEqual([]);
    desktop.end();
  });

  it('[OF1] [CT6] a second matter on it is the same call under the same id, and both end together', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    const caseId = await logged(desktop);
    await desktop.user.click(screen.getByTestId('intent-early-settlement'));
    await screen.findByTestId('step-ES-1');
    await desktop.user.click(screen.getByTestId('another-matter'));
    await waitFor(() => expect(desktop.centre.sent.filter((one) => one.kind === 'log call')).toHaveLength(2));
    const [first, second] = desktop.centre.sent.filter((one) => one.kind === 'log call');
    expect(first!.case).toBe(caseId);
    expect(second!.case).not.toBe(caseId);
    expect(second!.body).toEqual(first!.body);
    await desktop.user.click(screen.getByTestId('end-call'));
    await waitFor(() => expect(desktop.centre.sent.filter((one) => one.kind === 'end logged call').map((one) => one.case).sort()).toEqual([caseId, second!.case].sort()));
    desktop.end();
  });

  it('[CT3] after a reload the call is on as it was, and a finished wrap-up does not come back', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    const caseId = await logged(desktop);
    const { callId } = Object.values(desktop.centre.stateOf(caseId)!.handCalls)[0]!;
    desktop.view.unmount();
    const again = await openDesktop();
    again.told(() => {
      again.centre.happen(caseId, 'case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }, ME);
      again.centre.happen(caseId, 'call logged', { callId, direction: 'in', number: null, startedAt: '2026-11-21T06:38:00.000Z', endedAt: null }, ME);
    });
    await waitFor(() => expect(screen.getByTestId('call-bar').dataset['callId']).toBe(callId));
    expect(screen.getByTestId('call-timer').textContent).toMatch(/02:\d\d/);
    again.end();
    desktop.end();
  });

  it('[OF1] on the case in the middle for a call that I made; what is no number or no time is said', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop);
    cut(desktop);
    press('F11');
    await desktop.user.type(await screen.findByTestId('log-number'), '4000001234567899');
    await desktop.user.click(screen.getByTestId('log-call'));
    expect(screen.getByRole('alert', { name: '' }).textContent).toBeTruthy();
    expect(desktop.centre.sent.filter((one) => one.kind === 'log call')).toEqual([]);
    await desktop.user.clear(screen.getByTestId('log-number'));
    await desktop.user.click(screen.getByTestId('log-out'));
    await desktop.user.click(screen.getByTestId('log-here'));
    await desktop.user.click(screen.getByTestId('log-call'));
    await waitFor(() => expect(desktop.centre.sent.findLast((one) => one.kind === 'log call')).toMatchObject({ case: caseId, body: { direction: 'out', number: null } }));
    desktop.end();
  });

  it('[CT6] one that began too long ago is not logged: the form says so, and takes it corrected', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    press('F11');
    const from = await screen.findByTestId('log-from');
    await desktop.user.clear(from);
    await desktop.user.type(from, localSeconds(nowMs() - 18.5 * 3_600_000));
    await desktop.user.click(screen.getByTestId('log-call'));
    expect((await screen.findByRole('alert', { name: '' })).textContent).toContain('18 小时');
    expect(desktop.centre.sent.filter((one) => one.kind === 'log call' || one.kind === 'open case')).toEqual([]);
    await desktop.user.click(screen.getByTestId('log-now'));
    await desktop.user.click(screen.getByTestId('log-call'));
    await screen.findByTestId('intent-picker');
    expect(desktop.centre.sent.filter((one) => one.kind === 'log call')).toHaveLength(1);
    desktop.end();
  });

  it('[OF1] [CT6] a call that the centre fell silent in is over once another was logged by hand; it is the centre\'s again when the line is back', async () => {
    const desktop = await openDesktop();
    const { callId } = await answered(desktop);
    cut(desktop);
    expect(screen.getByTestId('call-bar').dataset['callId']).toBe(callId);
    await logged(desktop);
    await desktop.user.click(screen.getByTestId('end-call'));
    await waitFor(() => expect(screen.getByTestId('call-bar').dataset['phase']).toBe('after-call'));
    await desktop.user.click(screen.getByTestId('finish-wrap-up'));
    await waitFor(() => expect(screen.queryByTestId('call-bar')).toBeNull());
    desktop.told(() => desktop.centre.setOnline(true));
    await waitFor(() => expect(screen.getByTestId('call-bar').dataset['callId']).toBe(callId));
    desktop.end();
  });

  it('[PR2] numbers as people write them; a card number is no telephone number', () => {
    expect(['199 0000 0001', '+86 19900000001', '８６１９９００００００１', '010-8888 8888', ''].map(plainNumber)).toEqual(['19900000001', '19900000001', '8619900000', '01088888888', null].map((one, index) => (index === 2 ? plainNumber('861990000001') : one)));
    expect(['4000001234567899', '12', 'abc', '４０００００１２３４５６７８９９'].map(plainNumber)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('[CT6] a time typed is the last such time before now', () => {
    expect(lastTimeAt('23:50', '2026-11-21T16:10:00.000Z')).toBe('2026-11-21T15:50:00.000Z');
    expect(lastTimeAt('0005', '2026-11-21T16:10:00.000Z')).toBe('2026-11-21T16:05:00.000Z');
    expect(lastTimeAt('００：０５：３０', '2026-11-21T16:10:00.000Z')).toBe('2026-11-21T16:05:30.000Z');
    expect(lastTimeAt('25:00', '2026-11-21T16:10:00.000Z')).toBeNull();
  });
});

describe('finding a customer with the line down', () => {
  it('[OF1] [SY8] among those held here, by number, surname or card; with the age of what is shown, under the new case', async () => {
    const desktop = await openDesktop();
    await answered(desktop);
    const held = heldOf(allCases(useCases.getState().held), ME);
    expect(held).toHaveLength(1);
    const { customer, cards } = held[0]!.reading.facts;
    const found = (query: Parameters<typeof searchHeld>[1]): number => searchHeld(held, query).length;
    expect([found({ name: `${customer.surname}某某` }), found({ name: '赵某' }), found({ name: '' })]).toEqual([1, 0, 0]);
    expect([found({ phone: held[0]!.numbers[0]! }), found({ phone: '19911112222' }), found({ phone: '199' })]).toEqual([1, 0, 0]);
    expect([found({ cardNumber: `${cards[0]!.first6}000000${cards[0]!.lastFour}` }), found({ cardNumber: '4999990000001111' })]).toEqual([1, 0]);

    cut(desktop);
    const caseId = await logged(desktop);
    expect(screen.getByTestId('find-cut')).toBeTruthy();
    await desktop.user.type(screen.getByTestId('find-name'), `${customer.surname}某某`);
    await desktop.user.click(screen.getByTestId('find-search'));
    await desktop.user.click(await screen.findByTestId(`held-${customer.id}`));
    await waitFor(() => expect(desktop.centre.stateOf(caseId)!.customerId).toBe(customer.id));
    expect(desktop.centre.asked.filter((one) => one.kind === 'find customer' || one.kind === 'identify customer')).toEqual([]);
    expect((await screen.findByTestId('caller-name')).textContent).toContain(customer.maskedName);
    expect(desktop.centre.stateOf(caseId)!.facts[ME]!.facts.customer.numberMatchesReserved).toBeNull();
    desktop.end();
  });

  it('[OF1] nobody held: a statement and no facts', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    await logged(desktop);
    await desktop.user.type(screen.getByTestId('find-name'), '赵某某');
    await desktop.user.click(screen.getByTestId('find-search'));
    expect((await screen.findByTestId('held-none')).textContent).toContain('只记陈述');
    desktop.end();
  });
});
