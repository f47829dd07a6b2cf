// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaseState } from '#shared/case/state.ts';
import type { PanelName } from '#shared/flow/definition.ts';
import type { Mark } from '#shared/protocol/case-view.ts';
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import { desk } from '../../../renderer/app/desk.ts';
import { useRules } from '../../../renderer/app/stores/rules.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { useCoSigners } from '../../../renderer/operation/offline-view.ts';
import { draw, speak, type Drawn } from './panel.tsx';
import { CALLBACK, control, id, MENTOR, OPERATION, startStory, type Story } from './story.ts';

const COSIGN = id(0x41);

/** The line is down on this screen; the clock stays the story's. */
const cut = (state: CaseState): void => act(() => useSync.setState({ sync: { connection: 'offline', clockOffsetMs: Date.parse(state.updatedAt) - Date.now(), refused: [] } as never }));

const online = (story: Story): void => act(() => useSync.setState({ sync: { connection: 'online', clockOffsetMs: Date.parse(story.at()) - Date.now(), refused: [] } as never }));

function drawCut(panel: PanelName, state: CaseState, over: Parameters<typeof draw>[2] = {}, marks: Mark[] = []): Drawn {
  const drawn = draw(panel, state, over, marks);
  cut(state);
  return { ...drawn, again: (next, more) => { drawn.again(next, more); cut(next); } };
}

type Step = { step: string; account?: string; passphrase?: string; entry?: unknown; operationId?: string };

/** The desk's side of a co-sign, with the outcome of each step. */
function playCoSign(steps: Record<string, { value: unknown } | { refusal: { code: string } }>): Step[] {
  const called: Step[] = [];
  let hear: (data: unknown) => void = () => {};
  const port: DeskPort = {
    onMessage: (handler) => {
      hear = handler;
    },
    close: () => {},
    postMessage: (message) => {
      const frame = message as { t: string; n: number; method: string; params: Step };
      if (frame.t !== 'call') return;
      if (frame.method === 'coSign') called.push(frame.params);
      const said = frame.method !== 'coSign' ? { value: [] } : (steps[frame.params.step] ?? { value: { step: 'left' } });
      queueMicrotask(() => hear({ t: 'reply', n: frame.n, reply: 'value' in said ? { ok: true, value: said.value } : { ok: false, refusal: said.refusal } }));
    },
  };
  desk.attach(port);
  return called;
}
const begun = (more: object = {}): { value: unknown } => ({ value: { step: 'begun', reviewer: { id: MENTOR, name: '林素', no: '1002', role: 'mentor' }, openUntil: '2026-11-21T07:00:00.000Z', entriesLeft: 2, matched: false, ...more } });

const ready = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  return story;
};
const coSigned = (): Story => {
  const story = ready();
  story.submitHere();
  story.enterHere();
  story.coSignHere();
  return story;
};
const confirmed = (): Story => {
  const story = coSigned();
  story.callBack();
  story.confirmEye();
  story.confirmHeart();
  story.prove();
  return story;
};
const signIn = async (): Promise<void> => {
  await userEvent.type(screen.getByTestId('co-sign-account'), 'lin');
  await userEvent.type(screen.getByTestId('co-sign-enter-passphrase'), 'a passphrase of lin');
  await userEvent.click(screen.getByTestId('co-sign-enter'));
};

beforeEach(() => useCoSigners.setState({ names: {} }));

describe('离线会签 in the submit step', () => {
  test('[OF2] is offered only with the line down, says that nothing is done, how old the facts are and until when', async () => {
    const story = ready();
    const { sent, again } = draw('submitReview', story.state());
    expect(screen.queryByTestId('co-sign')).toBeNull();
    cut(story.state());
    const panel = screen.getByTestId('co-sign');
    expect(panel.textContent).toContain('此为到线后执行的指令，现在没有办理');
    expect(panel.textContent).toContain('所依资料读于');
    expect(panel.textContent).toContain('最晚执行到');
    await userEvent.click(screen.getByTestId('submit-for-return'));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ kind: 'submit for return', body: { operationId: OPERATION } });
    story.submitHere();
    again(story.state());
    cut(story.state());
    expect(screen.queryByTestId('submit-for-review')).toBeNull();
  });

  test('[OF2] policy that does not allow it, and a sum over the cap, are said in its place', () => {
    const story = ready();
    draw('submitReview', story.state());
    const { offline: _gone, ...without } = control;
    act(() => useRules.setState({ rules: { control: without, flows: [] } as never }));
    cut(story.state());
    expect(screen.getByTestId('co-sign-not-allowed').dataset['code']).toBe('of2-not-allowed');
    expect(screen.queryByTestId('submit-for-return')).toBeNull();
    act(() => useRules.setState({ rules: { control: { ...control, offline: { ...control.offline!, capFen: 1 } }, flows: [] } as never }));
    expect(screen.getByTestId('co-sign-not-allowed').dataset['code']).toBe('of2-over-cap');
  });

  test('[OF2] waits for the self-check like any submission', () => {
    const story = startStory(5, 3);
    story.promise();
    story.draft();
    story.selfCheck(7);
    drawCut('submitReview', story.state());
    expect(screen.getByTestId('submit-for-return').hasAttribute('disabled')).toBe(true);
  });

  test('[OF2] with the line back before the order, it goes the ordinary way again', () => {
    const story = coSigned();
    const { again } = drawCut('submitReview', story.state());
    expect(screen.queryByTestId('submit-for-review')).toBeNull();
    again(story.state());
    online(story);
    expect(screen.getByTestId('offline-line-back')).toBeTruthy();
    expect(screen.getByTestId('submit-for-review')).toBeTruthy();
  });
});

describe("the reviewer's turn", () => {
  test("[OF2] [TP6] covers the maker's figures until what is typed matches, then shows exactly what is signed", async () => {
    const story = ready();
    story.submitHere();
    const called = playCoSign({ begin: begun(), enter: { value: { step: 'entered', matches: true, entriesLeft: 1 } }, sign: { value: { step: 'signed' } } });
    const { again } = drawCut('submitReview', story.state());
    await userEvent.click(screen.getByTestId('co-sign-open'));
    const turn = (): HTMLElement => screen.getByTestId('co-sign-screen');
    expect(turn().getAttribute('aria-modal')).toBe('true');
    await signIn();
    const payload = story.state().operations[OPERATION]!.payload!;
    const total = (payload.totalDueFen / 100).toLocaleString('en-US', { minimumFractionDigits: 2 });
    expect(turn().textContent).not.toContain(total);
    expect(within(turn()).getByTestId('own-facts').dataset['state']).toBe('read');
    expect(within(turn()).queryByTestId('payload')).toBeNull();
    await userEvent.type(screen.getByTestId('blind-total'), String(payload.totalDueFen / 100));
    await userEvent.type(screen.getByTestId('blind-lines'), '3');
    await userEvent.type(screen.getByTestId('blind-due-date'), payload.dueDate);
    for (const line of payload.lines) if (line.type === 'settlement') await userEvent.type(screen.getByTestId(`blind-principal-${line.planId}`), String(line.remainingFen / 100));
    await userEvent.click(screen.getByTestId('blind-store'));
    expect(called.at(-1)).toMatchObject({ step: 'enter', operationId: OPERATION, entry: { totalDueFen: payload.totalDueFen, lines: 3, dueDate: payload.dueDate } });
    story.enterHere();
    again(story.state());
    cut(story.state());
    expect(within(turn()).getByTestId('payload').textContent).toContain(total);
    expect(within(turn()).getByTestId('comparison')).toBeTruthy();
    // TP8: the passphrase is typed anew for the signature.
    await userEvent.type(screen.getByTestId('co-sign-sign-passphrase'), 'a passphrase of lin');
    await userEvent.click(screen.getByTestId('co-sign-sign'));
    expect(called.find((one) => one.step === 'sign')).toMatchObject({ step: 'sign', account: 'lin', passphrase: 'a passphrase of lin' });
    expect(screen.queryByTestId('co-sign-screen')).toBeNull();
  });

  test('[OF2] a wrong passphrase, a maker signing for themselves and a second mismatch each say what happened', async () => {
    const story = ready();
    story.submitHere();
    playCoSign({ begin: { refusal: { code: 'second-person-same' } } });
    drawCut('submitReview', story.state());
    await userEvent.click(screen.getByTestId('co-sign-open'));
    await signIn();
    expect(screen.getByTestId('co-sign-refused').dataset['code']).toBe('second-person-same');
    expect((screen.getByTestId('co-sign-enter-passphrase') as HTMLInputElement).value).toBe('');
    await userEvent.click(screen.getByTestId('co-sign-leave'));
    expect(screen.queryByTestId('co-sign-screen')).toBeNull();
    await userEvent.click(screen.getByTestId('co-sign-open'));
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByTestId('co-sign-screen')).toBeNull();
  });

  test('[OF2] [TP6] after the second mismatch nothing of it is left but to make the figures anew', () => {
    const story = ready();
    story.submitHere();
    story.enterHere(1);
    story.enterHere(1);
    drawCut('submitReview', story.state());
    expect(screen.getByTestId('co-sign-closed').textContent).toContain('两次都没对上');
    expect(screen.getByTestId('submit-for-return')).toBeTruthy();
  });

  test('[OF2] every control of it has a name, in both languages', async () => {
    const story = ready();
    story.submitHere();
    playCoSign({ begin: begun() });
    drawCut('submitReview', story.state());
    await userEvent.click(screen.getByTestId('co-sign-open'));
    await signIn();
    for (const language of ['zh-CN', 'en'] as const) {
      act(() => speak(language));
      const found = await axe.run(screen.getByTestId('co-sign-screen'), { runOnly: ['wcag2a', 'wcag2aa'], rules: { 'color-contrast': { enabled: false } } });
      expect(found.violations.map((one) => one.id)).toEqual([]);
    }
    expect(screen.getByTestId('co-sign-screen').textContent).not.toMatch(/[\u4e00-\u9fff]{2,}离线/);
  });
});

describe('the customer, the order, and what comes of it', () => {
  test('[OF2] [TP1] the customer is told first that nothing is done now; without the co-sign nothing is read aloud', () => {
    const waiting = ready();
    waiting.submitHere();
    waiting.callBack();
    drawCut('readBack', waiting.state(), { callId: CALLBACK });
    expect(screen.getByTestId('no-approval')).toBeTruthy();
  });

  test('[OF2] figures that a second person signed for are confirmed, marked as an order for later', () => {
    const story = coSigned();
    story.callBack();
    drawCut('readBack', story.state(), { callId: CALLBACK });
    expect(screen.queryByTestId('no-approval')).toBeNull();
    expect(screen.getByTestId('offline-confirm').textContent).toContain('现在还没有办');
  });

  test('[OF2] is ordered by one press, once everything is confirmed and while the line is down', async () => {
    const half = coSigned();
    half.callBack();
    const first = drawCut('execute', half.state(), { callId: CALLBACK });
    expect(screen.getByTestId('order-on-return').hasAttribute('disabled')).toBe(true);
    expect(screen.queryByTestId('order-execution')).toBeNull();
    const story = confirmed();
    first.again(story.state(), { callId: CALLBACK });
    cut(story.state());
    const button = screen.getByTestId('order-on-return');
    expect(button.textContent).toContain('到线后执行，不晚于');
    await userEvent.click(button);
    await userEvent.click(button);
    const payload = story.state().operations[OPERATION]!.payload!;
    expect(first.sent).toHaveLength(1);
    expect(first.sent[0]).toMatchObject({ kind: 'order on return', body: { operationId: OPERATION, coSignId: COSIGN, callId: CALLBACK, keys: payload.lines.map((line) => ({ lineId: line.lineId })) } });
  });

  test('[OF2] [SY8] ordered, it is said to wait and not to be in force, with what to tell the customer', () => {
    const story = confirmed();
    expect(story.orderHere(CALLBACK, true).refused).toBeNull();
    const { again } = drawCut('execute', story.state(), { callId: CALLBACK });
    const words = (): string => screen.getByTestId('offline-ordered').textContent;
    expect(words()).toContain('未生效');
    expect(words()).toContain('待线路恢复后核对执行');
    expect(words()).toContain('在那之前它没有生效');
    again(story.state(), { callId: CALLBACK });
    online(story);
    expect(words()).toContain('核心系统还没有应答');
  });

  test('[OF2] executed on return, it is marked with who co-signed it', () => {
    const story = confirmed();
    expect(story.orderHere(CALLBACK).refused).toBeNull();
    useCoSigners.setState({ names: {} });
    draw('execute', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('offline-mark').textContent).toContain('林素 会签');
    expect(screen.queryByTestId('order-execution')).toBeNull();
  });

  test('[OF2] come back, it says what changed and that the customer has to be called', () => {
    const story = confirmed();
    story.failGate((facts) => ({ ...facts, plans: facts.plans.map((plan) => (plan.id === 'plan-2' ? { ...plan, periodsPosted: plan.periodsPosted + 1 } : plan)) }));
    expect(story.orderHere(CALLBACK).refused).toBeNull();
    const { again } = draw('execute', story.state(), { callId: CALLBACK });
    const notice = screen.getByTestId('offline-returned');
    expect(notice.dataset['code']).toBe('of2-facts-changed');
    expect(within(notice).getByTestId('changed-facts').textContent).toMatch(/青松家居 已入账期数: 5 → 6/);
    expect(notice.textContent).toContain('请给客户回电');
    act(() => speak('en'));
    again(story.state());
    expect(screen.getByTestId('offline-returned').textContent).toContain('Call the customer back');
  });

  test('[OF2] refused by the centre, the order says why, and that nothing was done', () => {
    const story = confirmed();
    const refused = { command: id(0x8000), stream: id(1), number: 1, kind: 'order on return', look: 'refused', urgent: false, madeAt: story.at(), saidAt: null, notAfter: null, refusal: { code: 'tp8-key-unknown' }, doubtful: null, seenAt: null } as Mark;
    draw('execute', story.state(), { callId: CALLBACK }, [refused]);
    expect(screen.getByTestId('offline-order-refused').dataset['code']).toBe('tp8-key-unknown');
    expect(screen.getByTestId('offline-order').textContent).toContain('没有办理');
  });
});
