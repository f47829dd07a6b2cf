// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { Mark } from '#shared/protocol/case-view.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { reviewPhase } from '../../../renderer/review/review-view.ts';
import { draw, MAKER_PERSON } from './panel.tsx';
import { CASE, id, mentor, MENTOR, OPERATION, startStory, successor, SUCCESSOR, type Story } from './story.ts';

const RECONFIRM = id(0x32);
const takenOver = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  story.take();
  story.entry();
  story.approve();
  story.handOver(successor);
  return story;
};
const me = { ...MAKER_PERSON, id: SUCCESSOR, human: successor.human };

describe('[TP17] what a successor took over', () => {
  test('is shown to the fen with the press that signs it, wherever the run stands', () => {
    const story = takenOver();
    for (const panel of ['submitReview', 'readBack', 'consent', 'typeIn', 'execute'] as const) {
      draw(panel, story.state(), { me });
      const part = screen.getByTestId('taken-over').textContent;
      for (const figure of ['64,851.87', '35,000.00', '7,000.00', '106,851.87', '6225']) expect([panel, figure, part?.includes(figure)]).toEqual([panel, figure, true]);
      expect(screen.queryByTestId('no-approval')).toBeNull();
      document.body.replaceChildren();
    }
  });

  test('[TP8] is signed for this very digest, once, and the rules take it', async () => {
    const story = takenOver();
    const { sent, again } = draw('submitReview', story.state(), { me });
    await userEvent.click(screen.getByTestId('sign-self-check'));
    const { digest } = story.state().operations[OPERATION]!;
    expect(sent.map(({ kind, body }) => [kind, body])).toEqual([['sign self-check', { operationId: OPERATION, digest }]]);
    const mark: Mark = {
      command: id(0x8000), stream: CASE, number: 1, kind: 'sign self-check', look: 'asked', urgent: false, madeAt: story.at(), saidAt: null, notAfter: null, refusal: null, doubtful: null, seenAt: null,
    };
    again(story.state(), { view: { caseId: CASE, version: 1, state: story.state(), marks: [mark], heardAt: null } });
    expect(screen.getByTestId('sign-self-check').hasAttribute('disabled')).toBe(true);
    expect(story.fromDesk('sign self-check', sent[0]!.body, successor).refused).toBeNull();
    again(story.state());
    expect(screen.queryByTestId('taken-over')).toBeNull();
    expect(screen.getByTestId('review-progress')).toBeTruthy();
  });

  test('[TP8] the reviewer confirms again only after that', () => {
    const story = takenOver();
    story.must('take review', { reviewId: RECONFIRM }, mentor);
    expect(reviewPhase(story.seenBy(MENTOR), RECONFIRM, MENTOR)).toMatchObject({ phase: 'reconfirm', signed: false });
    const { digest } = story.state().operations[OPERATION]!;
    expect(story.fromDesk('approve review', { reviewId: RECONFIRM, digest: digest! }, mentor).refused).toBe('tp8-no-tick');
    story.signTaken(successor);
    expect(reviewPhase(story.seenBy(MENTOR), RECONFIRM, MENTOR)).toMatchObject({ phase: 'reconfirm', signed: true });
    expect(story.fromDesk('approve review', { reviewId: RECONFIRM, digest: digest! }, mentor).refused).toBeNull();
  });

  test('[TP8] without a signing key it is said beside the press, and nothing can be signed', () => {
    const story = takenOver();
    draw('submitReview', story.state(), { me });
    act(() => useSession.setState({ session: { status: 'signed-in', person: me, key: 'lost' } as never }));
    expect(screen.getByTestId('taken-over-no-key').dataset['code']).toBe('key-lost');
    expect(screen.getByTestId('sign-self-check').hasAttribute('disabled')).toBe(true);
  });
});
