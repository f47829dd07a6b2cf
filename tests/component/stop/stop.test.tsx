import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { answered, openDesktop, press } from '../setup/screen.tsx';

describe('stopping a card', () => {
  it('[FL6] F8 starts the loss report from the middle of anything and parks what was there', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop);
    await desktop.user.click(screen.getByTestId('intent-early-settlement'));
    await screen.findByTestId('step-ES-1');
    press('F8');
    expect(await screen.findByTestId('step-LR-1')).toBeTruthy();
    expect(Object.values(desktop.centre.stateOf(caseId)!.runs).map((run) => [run.flowId, run.status])).toEqual([['early-settlement', 'parked'], ['loss-report', 'running']]);
    desktop.end();
  });

  it('[FL6] F8 without a call opens a case by hand', async () => {
    const desktop = await openDesktop();
    press('F8');
    expect(await screen.findByTestId('step-LR-1')).toBeTruthy();
    expect(screen.getByTestId('find-card')).toBeTruthy();
    desktop.end();
  });

  it("[SY8] is red 未生效 until the bank's receipt, and cannot be asked twice meanwhile", async () => {
    const desktop = await openDesktop();
    const { caseId, callId } = await answered(desktop, { lossReport: true });
    press('F8');
    await screen.findByTestId('step-LR-1');
    const runId = desktop.centre.stateOf(caseId)!.currentRun!;
    desktop.told(() => {
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-1', callId });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-2', callId });
      desktop.centre.give(caseId, 'fill fields', { runId, stepId: 'LR-3', values: { cards: ['card-1'], kind: 'lock' } });
      desktop.centre.give(caseId, 'tick', { runId, stepId: 'LR-3', tickId: 'customerAgrees', customerWords: '快停掉', recordingOffset: 12, callId });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'LR-3', callId });
    });
    expect((await screen.findByTestId('not-in-force')).textContent).toContain('未生效');
    await desktop.user.click(screen.getByTestId('stop-now-6225'));
    expect(screen.getByTestId('stop-now-6225')).toHaveProperty('disabled', true);
    expect(screen.getByTestId('not-in-force')).toBeTruthy();
    expect(screen.queryByText(/已生效/)).toBeNull();
    const { stops } = desktop.centre.stateOf(caseId)!;
    desktop.told(() => desktop.centre.happen(caseId, 'card stopped', { stopId: stops[0]!.id, receipt: 'R1', effectiveAt: '2026-11-21T06:41:00.000Z', lapseAt: null, chargeFen: 0, newCardLastFour: null }));
    await waitFor(() => expect(screen.queryByTestId('not-in-force')).toBeNull());
    expect(screen.getAllByText(/已生效 14:41/).length).toBeGreaterThan(0);
    expect(desktop.centre.sent.filter((one) => one.kind === 'stop card')).toHaveLength(1);
    desktop.end();
  });
});
