// @vitest-environment jsdom
import { fireEvent, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { operationOnScreen } from '../../../renderer/operation/operation-choice.ts';
import { worksheetView } from '../../../renderer/operation/worksheet-view.ts';
import { draw } from './panel.tsx';
import { control, OPERATION, RUN, startStory } from './story.ts';

const drafted = (quotesOff: Record<string, number> = {}, plans = 5, chosen = 5) => {
  const story = startStory(plans, chosen);
  story.promise();
  story.draft(quotesOff);
  return story;
};

describe('choosing what goes on the worksheet', () => {
  test('only plans the customer named are offered, each with its place on the recording, and each line gets its own id', async () => {
    const story = startStory(5, 3);
    const { sent } = draw('worksheet', story.state());
    expect(screen.getAllByRole('checkbox')).toHaveLength(3);
    expect(screen.getByText('▶ 01:14')).toBeTruthy();
    await userEvent.click(screen.getByTestId('worksheet-plan-plan-2'));
    await userEvent.click(screen.getByTestId('worksheet-draft'));
    const body = sent[0]!.body as { lines: { lineId: string; planId: string }[]; accountId: string; continues: null };
    expect(sent[0]!.kind).toBe('draft worksheet');
    expect(body.lines.map((line) => line.planId)).toEqual(['plan-1', 'plan-3']);
    expect(new Set(body.lines.map((line) => line.lineId)).size).toBe(2);
    expect(body).toMatchObject({ accountId: 'acc-1', continues: null });
  });

  test('a worksheet that the real decider accepts comes out of that command', async () => {
    const story = startStory(5, 3);
    story.readFacts({ person: story.state().owner! } as never, 'worksheet');
    const { sent } = draw('worksheet', story.state());
    await userEvent.click(screen.getByTestId('worksheet-draft'));
    expect(story.command('draft worksheet', sent[0]!.body as never).refused).toBeNull();
  });
});

describe('the worksheet', () => {
  test('every plan to the fen in all four charging modes; zero and less said plainly', () => {
    draw('worksheet', drafted().state());
    const row = (plan: string) => within(screen.getByTestId(`worksheet-row-${plan}`));
    expect(row('plan-1').getByText('64,851.87')).toBeTruthy();
    expect(row('plan-2').getAllByText('35,000.00')).toHaveLength(2);
    expect(row('plan-3').getByText('不省钱')).toBeTruthy();
    expect(row('plan-4').getByText('4,044.00')).toBeTruthy();
    expect(row('plan-5').getByText('反而多付 20.00').className).toContain('tone-red');
    expect(within(screen.getByTestId('worksheet-total')).getByText('111,779.12')).toBeTruthy();
  });

  test('bill unpaid, credit balance and next bill stand apart and are in no total', () => {
    const state = drafted().state();
    draw('worksheet', state);
    const beside = within(screen.getByTestId('worksheet-beside'));
    expect(beside.getByText('2026-12-26')).toBeTruthy();
    const operation = state.operations[OPERATION]!;
    expect(operation.worksheet.totals.dueNowFen).toBe(operation.worksheet.lines.reduce((sum, line) => sum + line.dueNowFen, 0));
  });

  test('one fen of difference from the bank makes the row red, locks submitting and sends it to product', async () => {
    const state = drafted({ 'plan-2': 1 }).state();
    expect(worksheetView(state, operationOnScreen(state)!, state.runs[RUN]!).locked).toBe('bank-differs');
    const { sent } = draw('worksheet', state);
    expect(screen.getByTestId('worksheet-row-plan-2').className).toContain('op-row-red');
    expect(screen.getByTestId('worksheet-row-plan-1').className).not.toContain('op-row-red');
    expect(screen.getByTestId('worksheet-locked-bank-differs').textContent).toContain('不能提交');
    await userEvent.click(screen.getByTestId('worksheet-product'));
    expect(sent.at(-1)).toMatchObject({ kind: 'open work order', body: { kind: 'product' } });
    expect(String(sent.at(-1)!.body['text'])).toContain('35,000.01');
  });

  test('[TP3] a later reading that differs locks the figures and offers to list them again', () => {
    const story = drafted({}, 5, 3);
    const newer = story.state();
    const facts = structuredClone(newer.facts[newer.owner!]!);
    facts.facts.readAt = '2026-11-21T08:00:00.000Z';
    facts.facts.plans[0]!.periodsPosted += 1;
    const state = { ...newer, facts: { ...newer.facts, [newer.owner!]: facts } };
    const view = worksheetView(state, operationOnScreen(state)!, state.runs[RUN]!);
    expect(view.locked).toBe('facts-changed');
    expect(view.changed).toEqual([{ fact: 'plan.plan-1.periodsPosted', old: 7, now: 8 }]);
    draw('worksheet', state);
    expect(screen.getByTestId('worksheet-redraft')).toBeTruthy();
  });

  test('fourteen plans stay one table with its total in sight', () => {
    draw('worksheet', drafted({}, 14, 14).state());
    expect(screen.getAllByRole('rowheader')).toHaveLength(14);
    expect(screen.getByTestId('worksheet-total')).toBeTruthy();
  });
});

describe('自查', () => {
  test('the digits tick, in full width too; a held key, a modifier and typing elsewhere do not', () => {
    const { sent } = draw('worksheet', drafted({}, 5, 3).state());
    const third = control.kinds['early-settlement'].selfCheck[2]!.id;
    fireEvent.keyDown(window, { key: '3' });
    fireEvent.keyDown(window, { key: '８' });
    fireEvent.keyDown(window, { key: '4', repeat: true });
    fireEvent.keyDown(window, { key: '5', ctrlKey: true });
    const input = document.body.appendChild(document.createElement('input'));
    fireEvent.keyDown(input, { key: '6', bubbles: true });
    input.remove();
    expect(sent.map((one) => one.body)).toEqual([{ operationId: OPERATION, item: third, on: true }, { operationId: OPERATION, item: 'clear', on: true }]);
  });

  test('all eight make it complete', () => {
    const story = drafted({}, 5, 3);
    story.selfCheck(7);
    const { again } = draw('worksheet', story.state());
    expect(screen.queryByTestId('self-check-done')).toBeNull();
    story.must('tick self-check', { operationId: OPERATION, item: 'clear', on: true });
    again(story.state());
    expect(screen.getByTestId('self-check-done')).toBeTruthy();
  });
});
