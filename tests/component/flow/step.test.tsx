import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { answered, openDesktop, press } from '../setup/screen.tsx';

type Desktop = Awaited<ReturnType<typeof openDesktop>>;
const kinds = ({ centre }: Desktop): string[] => centre.sent.map((one) => one.kind);

async function atFirstStep(desktop: Desktop): Promise<{ caseId: string; callId: string }> {
  const rung = await answered(desktop);
  await desktop.user.click(screen.getByTestId('intent-early-settlement'));
  await screen.findByTestId('step-ES-1');
  return rung;
}

describe('the call that rings', () => {
  it('[SP1] paints number and queue from the offer alone, then fills the column', async () => {
    const desktop = await openDesktop();
    const { callId } = desktop.told(() => desktop.centre.ring());
    const caller = screen.getByTestId('caller');
    expect(caller.dataset['callId']).toBe(callId);
    expect(screen.getByTestId('ringing-number').textContent).toBe('138 0000 0172');
    expect(screen.getByTestId('ringing-queue').textContent).toBe('信用卡综合');
    await desktop.user.keyboard('{Enter}');
    expect(await within(caller).findByText(/王\*\*/)).toBeTruthy();
    expect(screen.getByTestId('plans-total').textContent).toContain('108,796.23');
    expect(screen.queryByTestId('ringing')).toBeNull();
    await waitFor(() => expect(desktop.bridge.callOn.at(-1)).toBe(true));
    desktop.end();
  });

  it('has no dead end for an unknown caller', async () => {
    const desktop = await openDesktop();
    const { caseId } = await answered(desktop, { known: false, number: null });
    await desktop.user.type(screen.getByTestId('find-name'), '王晓明');
    await desktop.user.type(screen.getByTestId('find-key'), '013X{Enter}');
    expect(await screen.findByTestId('plans-total')).toBeTruthy();
    expect(desktop.centre.stateOf(caseId)?.customerId).toBe('cust-1');
    desktop.end();
  });
});

describe('a step', () => {
  it('[SCREENS keys] Enter is the next field and never the next step; an input method keeps its Enter', async () => {
    const desktop = await openDesktop();
    await atFirstStep(desktop);
    const words = screen.getByTestId('input-statedRequest');
    await waitFor(() => expect(document.activeElement).toBe(words));
    fireEvent.keyDown(words, { key: 'Enter', isComposing: true });
    expect(document.activeElement).toBe(words);
    await desktop.user.type(words, '想一次还清');
    await desktop.user.keyboard('{Enter}');
    expect(document.activeElement).not.toBe(words);
    expect(screen.getByTestId('field-intent').contains(document.activeElement)).toBe(true);
    await desktop.user.keyboard('{Enter}{Enter}');
    expect(kinds(desktop)).not.toContain('pass step');
    expect(desktop.centre.sent.find((one) => one.kind === 'fill fields')?.body).toMatchObject({ values: { statedRequest: '想一次还清' } });
    desktop.end();
  });

  it('[FL2] Ctrl+Enter passes it, and names what is missing where it is missing', async () => {
    const desktop = await openDesktop();
    await atFirstStep(desktop);
    await desktop.user.keyboard('{Control>}{Enter}{/Control}');
    expect((await screen.findByTestId('step-refusal')).dataset['code']).toBe('flow-field-missing');
    expect(screen.getByTestId('field-statedRequest').className).toContain('field-wrong');
    await desktop.user.type(screen.getByTestId('input-statedRequest'), '结清');
    await desktop.user.click(screen.getByTestId('option-intent-settle_plan'));
    await desktop.user.keyboard('{Control>}{Enter}{/Control}');
    expect(await screen.findByTestId('step-ES-2')).toBeTruthy();
    desktop.end();
  });

  it('[FL5] shows the lights from the first step, and none can be pressed', async () => {
    const desktop = await openDesktop();
    await atFirstStep(desktop);
    const lights = screen.getByTestId('lights');
    expect(within(lights).getByTestId('light-P2').dataset['verdict']).toBe('pass');
    expect(within(lights).getByTestId('light-P8').dataset['verdict']).toBe('unknown');
    expect(within(lights).queryAllByRole('button')).toHaveLength(0);
    expect(within(lights).queryAllByRole('checkbox')).toHaveLength(0);
    desktop.end();
  });

  it('tells what to say when a condition fails, and where the flow leads from there', async () => {
    const desktop = await openDesktop();
    await atFirstStep(desktop);
    await desktop.user.type(screen.getByTestId('input-statedRequest'), '只想存钱');
    await desktop.user.click(screen.getByTestId('option-intent-deposit_only'));
    await desktop.user.click(screen.getByTestId('step-next'));
    const fail = await screen.findByTestId('step-fail');
    expect(fail.textContent).toContain('只往卡里存钱');
    expect(screen.getByTestId('fail-goto').textContent).toContain('结束');
    desktop.end();
  });

  it('[FL4] says what a change of intent voids before it happens', async () => {
    const desktop = await openDesktop();
    const { caseId } = await atFirstStep(desktop);
    await desktop.user.type(screen.getByTestId('input-statedRequest'), '结清');
    await desktop.user.click(screen.getByTestId('option-intent-settle_plan'));
    await desktop.user.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByTestId('step-ES-2');
    press('F2');
    await desktop.user.click(await screen.findByTestId('intent-password-reset'));
    expect(screen.getByTestId('switch-warning').textContent).toContain('已完成的 1 步');
    expect(kinds(desktop)).not.toContain('switch intent');
    await desktop.user.click(screen.getByTestId('switch-do'));
    expect(await screen.findByTestId('step-PW-1')).toBeTruthy();
    expect(Object.values(desktop.centre.stateOf(caseId)!.runs).map((run) => run.status).sort()).toEqual(['running', 'switched']);
    desktop.end();
  });
});

describe('verification', () => {
  it('[PR2] compares blindly: 相符 or 不符, and what was typed is kept nowhere', async () => {
    const desktop = await openDesktop();
    await atFirstStep(desktop);
    await desktop.user.type(screen.getByTestId('input-statedRequest'), '结清');
    await desktop.user.click(screen.getByTestId('option-intent-settle_plan'));
    await desktop.user.keyboard('{Control>}{Enter}{/Control}');
    await desktop.user.type(await screen.findByTestId('verify-name-input'), '李四{Enter}');
    await waitFor(() => expect(screen.getByTestId('verify-name').dataset['result']).toBe('differ'));
    await desktop.user.type(screen.getByTestId('verify-name-input'), '王晓明{Enter}');
    await waitFor(() => expect(screen.getByTestId('verify-name').dataset['result']).toBe('match'));
    expect(screen.getByTestId('verify-name-input')).toHaveProperty('value', '');
    await desktop.user.type(screen.getByTestId('verify-idLast4-input'), '013x{Enter}');
    await waitFor(() => expect(screen.getByTestId('verify-panel').dataset['level']).toBe('1'));
    await desktop.user.click(screen.getByTestId('verify-keyed'));
    await waitFor(() => expect(screen.getByTestId('verify-panel').dataset['level']).toBe('2'));
    const kept = JSON.stringify([desktop.centre.sent, desktop.centre.drafts()]);
    for (const secret of ['王晓明', '李四', '013X', '013x']) expect(kept).not.toContain(secret);
    expect(document.body.textContent).not.toContain('王晓明');
    desktop.end();
  });
});

describe('ticks', () => {
  it("[FL7] carry the customer's words and the offset of the call timer", async () => {
    const desktop = await openDesktop();
    const { caseId, callId } = await atFirstStep(desktop);
    const runId = desktop.centre.stateOf(caseId)!.currentRun!;
    desktop.told(() => {
      desktop.centre.give(caseId, 'fill fields', { runId, stepId: 'ES-1', values: { statedRequest: '结清', intent: 'settle_plan' } });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'ES-1', callId });
      for (const [level, factor] of [[0, 'name'], [1, 'idLast4'], [2, 'birthDate'], [3, 'servicePassword']] as const) desktop.centre.happen(caseId, 'verification checked', { callId, factor, ok: true, level, failuresToday: 0 });
      desktop.centre.give(caseId, 'pass step', { runId, stepId: 'ES-2', callId });
      desktop.centre.later(134);
      desktop.centre.setOnline(true);
    });
    await desktop.user.click(await screen.findByTestId('plan-yes'));
    const tick = desktop.centre.stateOf(caseId)!.runs[runId]!.steps['ES-3']!.ticks[0];
    expect(tick).toMatchObject({ tickId: 'planNamed', item: 'plan-1', customerWords: '是的' });
    expect(tick!.recordingOffset).toBeGreaterThanOrEqual(134);
    expect(desktop.centre.stateOf(caseId)!.runs[runId]!.values['selected']).toEqual(['plan-1']);
    await waitFor(() => expect(screen.getByTestId('plan-reading').dataset['plan']).toBe('plan-2'));
    desktop.end();
  });
});
