// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { PlainKind } from '#shared/operation/payload.ts';
import { compareEntry, recordingPieces } from '../../../renderer/review/review-view.ts';
import { emptyEntry, readEntry } from '../../../renderer/review/blind-entry.ts';
import { draftBody, missingFields, readOffset } from '../../../renderer/operation/plain-view.ts';
import { draw } from './panel.tsx';
import { CALLBACK, id, MAKER, OPERATION, startStory, type Story } from './story.ts';

const flow = (kind: PlainKind) => ({ definition: { steps: [], operationKind: kind } as never });
const drafted = (kind: PlainKind, reference = '8841'): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.readFacts(story.maker, 'worksheet');
  story.must('draft operation', {
    operationId: OPERATION, kind, lineId: id(0x100), accountId: 'acc-1', cardId: 'card-1', amountFen: 6_000_000, reference: kind === 'limit-change' ? '' : reference, customerWords: '提到六万', recordingOffset: 134, continues: null,
  });
  return story;
};

describe('an operation whose sum the customer asks for', () => {
  test('card, sum, words and the place on the recording, by keyboard; the sum does not paste; what is missing is named', async () => {
    const story = startStory(5, 3);
    const { sent } = draw('draftOperation', story.state(), flow('limit-change'));
    expect(screen.queryByTestId('draft-reference')).toBeNull();
    const amount = (screen.getByTestId('draft-amount').querySelector('input') ?? screen.getByTestId('draft-amount')) as HTMLInputElement;
    expect(fireEvent.paste(amount, { clipboardData: { getData: () => '1' } })).toBe(false);
    await userEvent.click(screen.getByTestId('draft-list'));
    expect(screen.getByTestId('draft-missing').textContent).toContain('新的额度（元）、客户原话、录音位置');
    expect(sent).toEqual([]);
    await userEvent.type(amount, '６００００{Enter}提到六万，卡号 6222021234567890123{Enter}02:14{Enter}');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ kind: 'draft operation', body: { kind: 'limit-change', accountId: 'acc-1', cardId: 'card-1', amountFen: 6_000_000, reference: '', recordingOffset: 134, continues: null } });
    expect(JSON.stringify(sent)).not.toContain('6222021234567890123');
    expect(story.command('draft operation', sent[0]!.body as never).refused).toBeNull();
  });

  test.each([['card-cancellation', '收款账户后四位'], ['refund', '原交易编号'], ['emergency-payment', '收款账户后四位'], ['loss-reissue-abroad', '寄送地']] as const)('%s asks for %s', (kind, label) => {
    draw('draftOperation', startStory(5, 3).state(), flow(kind));
    expect(screen.getByTestId('draft-form').textContent).toContain(label);
    expect(screen.getByTestId('draft-reference')).toBeTruthy();
  });

  test('the place on the recording is taken from the call timer at a press', async () => {
    draw('draftOperation', startStory(5, 3).state(), flow('refund'));
    await userEvent.click(screen.getByTestId('draft-offset-now'));
    expect((screen.getByTestId('draft-offset') as HTMLInputElement).value).toBe('01:15');
  });

  test.each([['02:14', 134], ['２：14', 134], ['2。14', 134], ['134', 134], ['1:02:03', 3723], ['2:75', null], ['abc', null], ['', null]])('%s on the recording', (typed, seconds) => expect(readOffset(typed)).toBe(seconds));

  test('a payee is four digits, no more and no fewer', () => {
    const card = [{ id: 'c' }] as never;
    const draft = { cardId: 'c', amountFen: 1, words: 'x', offset: '1', reference: '123' };
    expect(missingFields('emergency-payment', draft, card)).toEqual(['reference']);
    expect(missingFields('emergency-payment', { ...draft, reference: '1234' }, card)).toEqual([]);
    expect(missingFields('loss-reissue-abroad', { ...draft, reference: '大阪' }, card)).toEqual([]);
  });

  test('a sum that the bank’s books contradict is said with both figures and cannot be submitted; changed, it is listed anew with what was typed', async () => {
    const story = drafted('card-cancellation');
    const { sent, again } = draw('draftOperation', story.state(), flow('card-cancellation'));
    expect(screen.getByTestId('draft-locked-bank-differs').textContent).toMatch(/200\.00.*60,000\.00/);
    await userEvent.click(screen.getByTestId('draft-change'));
    const value = (id: string): string => ((screen.getByTestId(id).querySelector('input') ?? screen.getByTestId(id)) as HTMLInputElement).value;
    expect(['draft-reference', 'draft-words', 'draft-offset'].map(value)).toEqual(['8841', '提到六万', '02:14']);
    const amount = (screen.getByTestId('draft-amount').querySelector('input') ?? screen.getByTestId('draft-amount')) as HTMLInputElement;
    await userEvent.clear(amount);
    await userEvent.type(amount, '200');
    await userEvent.click(screen.getByTestId('draft-list'));
    expect(sent[0]).toMatchObject({ kind: 'draft operation', body: { operationId: OPERATION, lineId: id(0x100), amountFen: 20_000 } });
    expect(story.command('draft operation', sent[0]!.body as never).refused).toBeNull();
    again(story.state());
    expect(screen.queryByTestId('draft-locked-bank-differs')).toBeNull();
    document.body.replaceChildren();
    draw('submitReview', drafted('card-cancellation').state(), flow('card-cancellation'));
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(true);
  });

  test('[TP3] facts that changed after it was listed are named, and one press lists it by the new ones', async () => {
    const story = drafted('limit-change');
    const later = story.state().facts[MAKER]!;
    story.later(60);
    const facts = { ...later.facts, readAt: story.at(), cards: later.facts.cards.map((card) => ({ ...card, status: 'locked' as const })) };
    story.push('facts read', { purpose: 'worksheet', for: MAKER, facts, quotes: [], underWay: [], recentCalls: [] });
    const { sent } = draw('draftOperation', story.state(), flow('limit-change'));
    expect(screen.getByTestId('draft-locked-facts-changed').textContent).toContain('normal');
    await userEvent.click(screen.getByTestId('draft-anew'));
    expect(sent[0]).toMatchObject({ kind: 'draft operation', body: { operationId: OPERATION, amountFen: 6_000_000, customerWords: '提到六万', recordingOffset: 134 } });
  });

  test('nothing paid out needs no payee, and no other kind takes a sum of nothing', () => {
    const card = [{ id: 'c' }] as never;
    const nothing = { cardId: 'c', amountFen: 0, words: 'x', offset: '1', reference: '' };
    expect(missingFields('card-cancellation', nothing, card)).toEqual([]);
    expect(missingFields('refund', { ...nothing, reference: 'tx-1' }, card)).toEqual(['amount']);
  });

  test('[PR2] the bank’s own name of a transaction is kept whole, any other long number is not', () => {
    const card = [{ id: 'c', account: 'a' }] as never;
    const draft = { cardId: 'c', amountFen: 1, words: 'x', offset: '1', reference: '202611201852003317' };
    const ids = { operationId: id(1), lineId: id(2), continues: null };
    expect(draftBody('refund', draft, card, ['202611201852003317'], ids)?.reference).toBe('202611201852003317');
    expect(draftBody('refund', draft, card, [], ids)?.reference).toBe('****3317');
  });

  test('the reviewer is told where the customer asks for it, before any figure', () => {
    const story = drafted('emergency-payment');
    story.must('tick self-check', { operationId: OPERATION, item: 'amount', on: true });
    story.submit();
    story.must('take review', { reviewId: id(6) }, story.mentor);
    const seen = story.mentorState();
    expect(seen.operations).toEqual({});
    expect(recordingPieces(seen, seen.reviews[id(6)]!).map(({ item, offset, words }) => [item, offset, words])).toEqual([['the-request', 134, null]]);
  });

  test('it is listed with its title, sum and details, ticked off and submitted as any other', async () => {
    const story = drafted('emergency-payment');
    const { sent, again } = draw('draftOperation', story.state(), flow('emergency-payment'));
    for (const words of ['紧急支付 60,000.00 元', '8841', '提到六万']) expect(screen.getByTestId('plain-line').textContent).toContain(words);
    await userEvent.click(screen.getByTestId('self-check-amount'));
    expect(sent.at(-1)).toMatchObject({ kind: 'tick self-check', body: { item: 'amount', on: true } });
    story.must('tick self-check', { operationId: OPERATION, item: 'amount', on: true });
    again(story.state());
    document.body.replaceChildren();
    const submit = draw('submitReview', story.state(), flow('emergency-payment'));
    await userEvent.click(screen.getByTestId('submit-for-review'));
    expect(story.fromDesk('submit for review', submit.sent[0]!.body).refused).toBeNull();
    expect(Object.values(story.state().reviews)[0]!.keyFigures).toEqual(['total', 'last-four', 'reference']);
  });

  test('it is read back by the sentence of the payload, to the sum, in 24 px; figures typed as proof as for any other', () => {
    const story = drafted('emergency-payment');
    story.must('tick self-check', { operationId: OPERATION, item: 'amount', on: true });
    story.submit();
    story.must('take review', { reviewId: id(6) }, story.mentor);
    story.readFacts(story.mentor, 'review');
    story.must('store blind entry', { reviewId: id(6), entry: { totalDueFen: 6_000_000, lines: 0, dueDate: '1970-01-01', principals: {}, lastFour: '6225', reference: '8841' } }, story.mentor);
    story.approve();
    story.callBack();
    draw('readBack', story.state(), { ...flow('emergency-payment'), callId: CALLBACK });
    expect(screen.getByTestId('read-back-item').textContent).toContain(story.state().operations[OPERATION]!.payload!.lines[0]!.say.zh);
    story.confirm('eye', `line:${id(0x100)}`, 30);
    story.confirm('eye', 'total', 40);
    story.confirm('eye', 'due-date', 45);
    story.confirm('heart', 'clear', 50);
    document.body.replaceChildren();
    act(() => undefined);
    draw('typeIn', story.state(), { ...flow('emergency-payment'), callId: CALLBACK });
    expect(screen.getByTestId('proof-amount')).toBeTruthy();
  });
});

describe('[TP6] key figures by policy', () => {
  const draft = { ...emptyEntry, totalFen: 6_000_000, lastFour: '６２２５', reference: ' ８８４１ ' };

  test('only what is asked is read; what is asked must be there', () => {
    expect(readEntry(draft, [], ['total', 'last-four', 'reference'])).toEqual({ entry: { totalDueFen: 6_000_000, lines: 0, dueDate: '1970-01-01', principals: {}, lastFour: '6225', reference: '8841' } });
    expect(readEntry({ ...draft, lastFour: '12' }, [], ['total', 'last-four'])).toEqual({ unreadable: 'lastFour' });
    expect(readEntry({ ...draft, reference: ' ' }, [], ['total', 'reference'])).toEqual({ unreadable: 'reference' });
    expect(readEntry(draft, [], ['total', 'lines'])).toEqual({ unreadable: 'lines' });
  });

  test('[PR2] a long number is typed in full and compared by its last four, as the maker’s was stored', () => {
    const read = readEntry({ ...draft, reference: '6222021234567890123' }, [], ['total', 'reference']);
    expect('entry' in read && read.entry.reference).toBe('****0123');
  });

  test('the comparison names the figures that were asked, and no other', () => {
    const story = drafted('emergency-payment');
    story.must('tick self-check', { operationId: OPERATION, item: 'amount', on: true });
    story.submit();
    const operation = story.state().operations[OPERATION]!;
    const rows = compareEntry({ totalDueFen: 6_000_000, lines: 0, dueDate: '1970-01-01', principals: {}, lastFour: '6225', reference: '8842' }, operation, { keyFigures: ['total', 'last-four', 'reference'] });
    expect(rows.map((row) => [row.field, row.same])).toEqual([['total', true], ['lastFour', true], ['reference', false]]);
  });
});
