import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { answered, openDesktop, press } from '../setup/screen.tsx';

type Desktop = Awaited<ReturnType<typeof openDesktop>>;
const cut = (desktop: Desktop): void => desktop.told(() => desktop.centre.setOnline(false));
const sentOf = (desktop: Desktop, kind: string) => desktop.centre.sent.filter((one) => one.kind === kind);

/** F8 with the line down, nobody known, up to the channel card. */
async function toChannelCard(desktop: Desktop): Promise<string> {
  press('F8');
  await screen.findByTestId('step-LR-1');
  await desktop.user.click(screen.getByTestId('step-next'));
  await screen.findByTestId('step-LR-2');
  await desktop.user.click(screen.getByTestId('step-next'));
  await screen.findByTestId('step-LR-3');
  await waitFor(() => expect(screen.getByTestId<HTMLInputElement>('card-unknown').checked).toBe(true));
  await desktop.user.click(screen.getByTestId('option-kind-lock'));
  await desktop.user.click(screen.getByTestId('tick-customerAgrees'));
  await desktop.user.click(screen.getByTestId('step-next'));
  await screen.findByTestId('step-LR-4');
  await desktop.user.click(screen.getByTestId('go-offline-way'));
  await screen.findByTestId('step-LR-OFF');
  return sentOf(desktop, 'open case')[0]!.case;
}

describe('断线挂失', () => {
  it('[OF4] [SY8] is full-width red on every screen until the bank\'s word, with its three times', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop, { lossReport: true });
    cut(desktop);
    press('F8');
    await screen.findByTestId('step-LR-1');
    const runId = desktop.centre.stateOf(caseId)!.currentRun!;
    desktop.told(() => {
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-1' });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-2' });
      desktop.centre.give(caseId, 'fill fields', { runId, stepId: 'LR-3', values: { cards: ['card-1', 'card-2'], kind: 'lock' } });
      desktop.centre.give(caseId, 'tick', { runId, stepId: 'LR-3', tickId: 'customerAgrees', customerWords: '快停掉', recordingOffset: 12 });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-3' });
      desktop.centre.give(caseId, 'fill fields', { runId, stepId: 'LR-4', values: { otherWay: true } });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-4' });
    });
    expect((await screen.findByTestId('not-stopped')).textContent).toContain('此卡尚未停用');
    // What was not said is not logged; what has no proof is not either.
    await desktop.user.click(screen.getByTestId('channel-record'));
    expect(screen.getByTestId('channel-wrong').textContent).toContain('照实告诉');
    await desktop.user.click(screen.getByTestId('channel-told'));
    await desktop.user.click(screen.getByTestId('channel-duty-phone'));
    await desktop.user.click(screen.getByTestId('channel-record'));
    expect(screen.getByTestId('channel-wrong').textContent).toContain('回执');
    await desktop.user.type(screen.getByTestId('channel-person'), '值班员');
    await desktop.user.type(screen.getByTestId('channel-lost'), '14:05');
    await desktop.user.click(screen.getByTestId('call-any-hour'));
    await desktop.user.click(screen.getByTestId('channel-record'));
    await waitFor(() => expect(sentOf(desktop, 'report offline stop')).toHaveLength(2));
    expect(sentOf(desktop, 'report offline stop').map(({ body }) => body)).toEqual(['card-1', 'card-2'].map((cardId) => expect.objectContaining({ cardId, channel: 'duty-phone', person: '值班员', lostAt: '2026-11-21T06:05:00.000Z', callBack: 'any-hour', toldNotInForce: true })));
    expect((await screen.findByTestId('not-stopped-strip')).textContent).toContain('此卡尚未停用');
    expect(screen.getByTestId('not-stopped')).toBeTruthy();
    expect(screen.queryByText(/已生效/)).toBeNull();
    const [stop] = desktop.centre.stateOf(caseId)!.stops;
    expect(screen.getAllByTestId(`stop-times-${stop!.id}`)[0]!.textContent).toMatch(/丢失 14:05 · 报失 14:4\d · 生效 未生效/);
    // The line is back: one was stopped, the other was open and the centre stops it.
    desktop.told(() => {
      desktop.centre.setOnline(true);
      for (const [index, one] of desktop.centre.stateOf(caseId)!.stops.entries()) {
        desktop.centre.happen(caseId, 'manual stop verified', { stopId: one.id, found: index === 0 ? 'stopped' : 'unknown', cardId: one.cardId, lastFour: index === 0 ? '6225' : '', effectiveAt: index === 0 ? '2026-11-21T06:41:00.000Z' : null, readAt: null, orderedStopId: null, cause: '' });
      }
    });
    await waitFor(() => expect(screen.getAllByTestId(`stop-times-${stop!.id}`)[0]!.textContent).toContain('生效 14:41'));
    expect(screen.getByTestId('not-stopped-strip')).toBeTruthy();
    desktop.told(() => {
      const other = desktop.centre.stateOf(caseId)!.stops[1]!;
      desktop.centre.happen(caseId, 'manual stop verified', { stopId: other.id, found: 'stopped', cardId: other.cardId, lastFour: '8842', effectiveAt: '2026-11-21T06:42:00.000Z', readAt: null, orderedStopId: null, cause: '' });
    });
    await waitFor(() => expect(screen.queryByTestId('not-stopped-strip')).toBeNull());
    expect(screen.queryByTestId('not-stopped')).toBeNull();
    desktop.end();
  });

  it('[OF1] [FL6] a customer nobody knows here: the statement is taken, no facts are shown, and nothing waits for a card', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    const caseId = await toChannelCard(desktop);
    // Whoever reports a loss is on the phone: the call is logged by itself, so that what they agree to has its place in it (FL7).
    expect(sentOf(desktop, 'log call')).toMatchObject([{ case: caseId, body: { direction: 'in', endedAt: null } }]);
    expect(screen.getByTestId('statement-only')).toBeTruthy();
    await desktop.user.click(screen.getByTestId('channel-told'));
    await desktop.user.type(screen.getByTestId('channel-card-words'), '金卡，尾号像是 6225');
    await desktop.user.click(screen.getByTestId('channel-record'));
    await waitFor(() => expect(sentOf(desktop, 'report offline stop')[0]?.body).toMatchObject({ cardId: null, cardWords: '金卡，尾号像是 6225', channel: 'none', callBack: 'by-day' }));
    expect(desktop.centre.stateOf(caseId)!.runs[desktop.centre.stateOf(caseId)!.currentRun!]!.steps['LR-OFF']!.ticks.map((tick) => tick.tickId)).toEqual(['toldNotInForce']);
    await desktop.user.click(screen.getByTestId('step-next'));
    await screen.findByTestId('step-LR-6');
    desktop.end();
  });

  it('[FL6] F8-2 is the warm transfer, from anywhere, and the 2 is typed nowhere', async () => {
    const desktop = await openDesktop();
    cut(desktop);
    press('F8');
    press('2');
    await screen.findByTestId('step-LR-1');
    expect((await screen.findAllByTestId('warm-transfer-on'))[0]!.textContent).toContain('不挂线');
    await screen.findByTestId('step-LR-1');
    for (const input of document.querySelectorAll('input')) expect(input.value === '2').toBe(false);
    await desktop.user.click(screen.getAllByTestId('warm-transfer-done')[0]!);
    expect(screen.queryByTestId('warm-transfer-on')).toBeNull();
    desktop.end();
  });

  it('[SY8] a receipt of the bank\'s own system is written down with the system\'s name, and is still verified first', async () => {
    const desktop = await openDesktop({ language: 'en' });
    cut(desktop);
    await toChannelCard(desktop);
    await desktop.user.click(screen.getByTestId('channel-bank-system'));
    await desktop.user.type(screen.getByTestId('channel-system'), 'Core terminal');
    await desktop.user.type(screen.getByTestId('channel-receipt'), 'CT-77');
    await desktop.user.type(screen.getByTestId('channel-time'), '14:39');
    await desktop.user.click(screen.getByTestId('channel-told'));
    await desktop.user.click(screen.getByTestId('channel-record'));
    await waitFor(() => expect(sentOf(desktop, 'report offline stop')[0]?.body).toMatchObject({ channel: 'bank-system', system: 'Core terminal', receipt: 'CT-77', inForceAt: '2026-11-21T06:39:00.000Z' }));
    expect(screen.getByTestId('not-stopped').textContent).toContain('This card is not stopped yet');
    expect(within(screen.getByTestId('risk')).queryByText(/^✓ In force/)).toBeNull();
    desktop.end();
  });
});
