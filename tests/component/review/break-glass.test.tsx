// @vitest-environment jsdom
import '../operation/stubs.ts';
import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { PoolRow } from '#shared/protocol/live.ts';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { usePlace } from '../../../renderer/app/stores/place.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { usePeopleStore } from '../../../renderer/operation/people.ts';
import ReviewDesk from '../../../renderer/review/review-desk.tsx';
import { draw, knowPolicy, speak } from '../operation/panel.tsx';
import { CALLBACK, CASE, id, leadA, leadB, LEAD_A, LEAD_B, OPERATION, REVIEW, startStory, type Story } from '../operation/story.ts';
import { commands, playDesk } from './fake-desk.ts';

const leadPerson = { id: LEAD_A, human: leadA.human, account: 'lead', name: '沈班', no: '1101', role: 'lead' as const, skills: [], team: 't' };
const names = (): void => usePeopleStore.setState({ people: [{ id: LEAD_A, name: '沈班', no: '1101', role: 'lead', online: true }, { id: LEAD_B, name: '顾班', no: '1102', role: 'lead', online: true }] });
const clockAt = (at: string): void => useSync.setState({ sync: { connection: 'online', clockOffsetMs: Date.parse(at) - Date.now(), refused: [] } as never });

const submitted = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  return story;
};
const row = (story: Story, over: Partial<PoolRow> = {}): PoolRow => ({
  reviewId: REVIEW, caseId: CASE, kindName: { zh: '分期提前结清', en: 'Early settlement' }, band: { zh: '5 万至 20 万元', en: '50,000 to 200,000' }, makerName: '周晓岚', makerMonths: 3,
  customerWaits: 'callback', onHold: false, promisedTo: '2026-11-21T09:00:00.000Z', requestedAt: story.at(), validUntil: '2026-11-21T09:30:00.000Z', takenBy: null,
  takenByName: null, takenUntil: null, forLead: false, reconfirms: false, breakGlass: { from: new Date(Date.parse(story.at()) + 15 * 60_000).toISOString(), seats: [] }, ...over,
});
const pool = (one: PoolRow): void => act(() => useLiveStore.setState(({ held }) => ({ held: { ...held, reviews: { value: [one], version: 1, heardAt: '' } } })));
const holds = (story: Story, person = LEAD_A): void => {
  const state = story.seenBy(person);
  act(() => useCases.setState({ held: new Map([[CASE, { case: CASE, version: state.version, state, marks: [], heardAt: null }]]) }));
};

beforeEach(() => {
  speak('zh-CN');
  knowPolicy();
  names();
  useSession.setState({ session: { status: 'signed-in', person: leadPerson, key: 'ready' } as never });
  useLiveStore.setState({ held: {} });
  useCases.setState({ held: new Map() });
  usePlace.setState({ view: 'review' });
});

describe('[TP11] two leads in place of the reviewer who does not come', () => {
  test('before its time there is a countdown and no press; a mentor sees neither', () => {
    const story = submitted();
    clockAt(story.at());
    playDesk();
    pool(row(story));
    const page = render(<ReviewDesk />);
    expect(screen.getByTestId('break-glass-countdown').textContent).toMatch(/1[45]:\d\d/);
    expect(screen.queryByTestId('break-glass-ask')).toBeNull();
    page.unmount();
    useSession.setState({ session: { status: 'signed-in', person: { ...leadPerson, role: 'mentor' }, key: 'ready' } as never });
    render(<ReviewDesk />);
    expect(screen.queryByTestId(`break-glass-${REVIEW}`)).toBeNull();
  });

  test('a seat needs a reason; then own facts, the same blind form, and figures only once they match', async () => {
    const story = submitted();
    const waiting = row(story);
    story.later(16 * 60);
    clockAt(story.at());
    const called = playDesk();
    pool(waiting);
    render(<ReviewDesk />);
    await userEvent.click(screen.getByTestId('break-glass-ask'));
    expect(screen.getByTestId('join-break-glass').hasAttribute('disabled')).toBe(true);
    await userEvent.type(screen.getByTestId('break-glass-reason'), '专家老师都在外地培训{Enter}');
    expect(commands(called, 'join break-glass')).toEqual([{ reviewId: REVIEW, reason: '专家老师都在外地培训' }]);
    story.must('join break-glass', { reviewId: REVIEW, reason: '专家老师都在外地培训' }, leadA);
    holds(story);
    expect(screen.getByTestId(`seat-${LEAD_A}`).textContent).toContain('沈班 · 在核对');
    expect(screen.getByTestId('own-facts').dataset['state']).toBe('reading');
    story.readFacts(leadA, 'review');
    holds(story);
    expect(screen.getByTestId('blind-total')).toBeTruthy();
    expect(document.body.textContent).not.toContain('106,851.87');
    expect(screen.queryByTestId('sign-break-glass')).toBeNull();
    story.entry(0, REVIEW, leadA);
    holds(story);
    expect(screen.getByTestId('compare-total').textContent).toContain('106,851.87');
    expect(screen.queryByTestId('approve-review')).toBeNull();
    expect(screen.queryByTestId('pass-to-lead')).toBeNull();
  });

  test('signs with the passphrase; the quality case keeps one id however often it is pressed; a wrong passphrase loses nothing else', async () => {
    const story = submitted();
    const waiting = row(story);
    story.later(16 * 60);
    story.join(leadA, '无人接单');
    story.entry(0, REVIEW, leadA);
    clockAt(story.at());
    let refuse = true;
    const called = playDesk(undefined, (kind) => (kind === 'sign break-glass' && refuse ? { code: 'wrong-passphrase' } : null));
    pool({ ...waiting, breakGlass: { ...waiting.breakGlass!, seats: [{ person: LEAD_A, name: '沈班', signed: false }] } });
    render(<ReviewDesk />);
    holds(story);
    await userEvent.click(screen.getByTestId('break-glass-open'));
    await userEvent.type(screen.getByTestId('return-todo'), '先不退');
    const field = screen.getByTestId('sign-break-glass-passphrase') as HTMLInputElement;
    await userEvent.type(field, 'not mine{Enter}');
    expect((await screen.findByTestId('sign-break-glass-refused')).dataset['code']).toBe('wrong-passphrase');
    expect([field.value, (screen.getByTestId('return-todo') as HTMLInputElement).value]).toEqual(['', '先不退']);
    expect(document.activeElement).toBe(field);
    refuse = false;
    await userEvent.type(field, 'plum blossom{Enter}');
    await vi.waitFor(() => expect(commands(called, 'sign break-glass')).toHaveLength(2), { timeout: 20_000 });
    const [first, second] = commands(called, 'sign break-glass') as { digest: string; qualityCaseId: string }[];
    expect(second).toEqual(first);
    expect(first!.digest).toBe(story.state().operations[OPERATION]!.digest);
    expect(Uuid7.safeParse(first!.qualityCaseId).success).toBe(true);
    expect(story.fromDesk('sign break-glass', second!, leadA).refused).toBeNull();
    holds(story);
    expect(screen.getByTestId('seat-signed').textContent).toContain('等另一位班长');
    expect(screen.queryByTestId('return-review')).toBeNull();
    story.join(leadB, '无人接单');
    story.entry(0, REVIEW, leadB);
    story.signSeat(leadB, id(0x77));
    holds(story);
    expect(screen.getByTestId('glass-released').textContent).toContain('质量个案已开');
  });

  test('the maker sees that two leads are at it, and then who released it', () => {
    const story = submitted();
    story.later(16 * 60);
    story.join(leadA, '无人接单');
    story.entry(0, REVIEW, leadA);
    story.signSeat(leadA, id(0x77));
    const { again } = draw('submitReview', story.state());
    act(names);
    expect(screen.getByTestId('seats-at-it').textContent).toContain('沈班（已签名）');
    story.join(leadB, '无人接单');
    story.entry(0, REVIEW, leadB);
    story.signSeat(leadB, id(0x77));
    again(story.state());
    expect(screen.getByTestId('approved').textContent).toContain('沈班、顾班 双班长放行');
    expect(screen.getByTestId('approved-glass').textContent).toContain('质量个案已开');
  });

  test('reading aloud and executing say so with both names', () => {
    const story = submitted();
    story.later(16 * 60);
    for (const lead of [leadA, leadB]) {
      story.join(lead, '无人接单');
      story.entry(0, REVIEW, lead);
      story.signSeat(lead, id(0x77));
    }
    story.callBack();
    for (const panel of ['readBack', 'consent', 'typeIn', 'execute'] as const) {
      draw(panel, story.state(), { callId: CALLBACK });
      act(names);
      expect([panel, screen.getByTestId('break-glass-by').textContent]).toEqual([panel, expect.stringContaining('双班长放行 · 沈班、顾班')]);
      document.body.replaceChildren();
    }
  });
});
