// @vitest-environment jsdom
import '../operation/stubs.ts';
import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { changeDigest } from '#shared/administration/change.ts';
import { setLanguage } from '../../../renderer/app/preferences.ts';
import AdministrationView from '../../../renderer/administration/administration-view.tsx';
import { published } from '../setup/published.ts';
import { newId, people, playCentre, type Account, type PlayedCentre } from './played-centre.ts';

vi.setConfig({ testTimeout: 30_000 });
const user = userEvent.setup();
const other = { ...published.control, version: 'control-next', maxBlindEntries: 3, kinds: { ...published.control.kinds, refund: { ...published.control.kinds.refund, highValueFromFen: published.control.kinds.refund.highValueFromFen - 100 } } };

beforeEach(() => setLanguage('zh-CN'));

/** @returns the centre, with a change that waits; the administrator's screen is open */
function withChange(sits: Account, proposer: Account, change: Record<string, unknown>): { centre: PlayedCentre; changeId: string } {
  const centre = playCentre(sits);
  const changeId = newId();
  centre.by(proposer, 'propose change', { changeId, change, reason: '夜班缺人' });
  render(<AdministrationView />);
  return { centre, changeId };
}
const openIt = (): Promise<void> => user.click(screen.getByTestId('open-change'));

describe('[TP12] a change that waits for the second person', () => {
  test('a policy is shown as a difference to the one in force, what weakens first, and comes into force with a passphrase over what was shown', async () => {
    const { centre, changeId } = withChange('admin2', 'admin', { kind: 'publish policy', policy: other });
    const row = screen.getByTestId(`change-${changeId}`);
    expect(row.textContent).toContain('发布制度');
    expect(row.textContent).toContain('钱管理');
    expect(row.textContent).toContain('夜班缺人');
    await openIt();
    const rows = within(screen.getByTestId('difference')).getAllByRole('row').slice(1);
    expect(rows[0]!.dataset['effect']).toBe('weakens');
    expect(rows[0]!.textContent).toContain('放松');
    expect(rows[0]!.textContent).toContain('▼');
    expect(screen.getByTestId('difference-maxBlindEntries').textContent).toMatch(/盲录次数2→ 3/);
    expect(screen.getByTestId('difference-kinds.refund.highValueFromFen').dataset['effect']).toBe('strengthens');
    const digest = changeDigest(centre.state().changes[changeId]!);
    expect(screen.getByTestId('change-digest').textContent).toBe(digest.slice(0, 16));
    await user.type(screen.getByTestId('approve-change-passphrase'), 'right');
    await user.click(screen.getByTestId('approve-change'));
    await waitFor(() => expect(screen.getByTestId(`change-${changeId}`).dataset['status']).toBe('in-force'));
    expect(centre.doings('approve change')).toEqual([{ changeId, digest }]);
    expect(centre.state().policies.at(-1)?.version).toBe('control-next');
  });

  test('a wrong passphrase empties the field alone and says so; the passphrase is nowhere on the page', async () => {
    const { centre, changeId } = withChange('admin2', 'admin', { kind: 'publish policy', policy: other });
    await openIt();
    await user.type(screen.getByTestId('reject-because'), '没有依据');
    await user.type(screen.getByTestId('approve-change-passphrase'), 'not-my-own-one{Enter}');
    expect(await screen.findByTestId('approve-change-refused')).toBeTruthy();
    expect((screen.getByTestId('approve-change-passphrase') as HTMLInputElement).value).toBe('');
    expect((screen.getByTestId('reject-because') as HTMLInputElement).value).toBe('没有依据');
    expect(document.body.innerHTML).not.toContain('not-my-own-one');
    expect(centre.state().changes[changeId]!.status).toBe('waiting');
    await user.click(screen.getByTestId('reject-change'));
    await waitFor(() => expect(screen.getByTestId(`change-${changeId}`).dataset['status']).toBe('rejected'));
    expect(screen.getByTestId('decided-changes').textContent).toContain('没有依据');
  });

  test.each([
    ['the proposer', 'admin', 'admin', 'tp12-two-people'], ['another account of the proposer', 'adminToo', 'admin', 'tp12-two-people'], ['whom it is about', 'admin2', 'admin', 'tp12-gains'], ['a risk officer', 'risk', 'admin', 'role-may-not'],
  ] as const)('%s is told why they cannot agree, and has no field for a passphrase', async (_who, sits, proposer, why) => {
    withChange(sits, proposer, { kind: 'change person', person: { ...people.admin2, team: 'day' } });
    await openIt();
    expect(screen.getByTestId('not-mine').dataset['why']).toBe(why);
    expect(screen.queryByTestId('approve-change')).toBeNull();
  });

  test('nobody is asked to agree to a content whose digest is another', async () => {
    const { centre, changeId } = withChange('admin2', 'admin', { kind: 'reset passphrase', personId: people.mentor.id });
    centre.tell((view) => ({ ...view, changes: view.changes.map((one) => ({ ...one, change: { kind: 'reset passphrase', personId: people.lead.id } })) }));
    await openIt();
    expect(screen.getByTestId('not-mine').dataset['why']).toBe('tp2-digest');
    expect(screen.getByTestId('change-digest').textContent).not.toBe(centre.state().changes[changeId]!.digest.slice(0, 16));
  });

  test('the proposer withdraws their own', async () => {
    const { changeId } = withChange('admin', 'admin', { kind: 'reset passphrase', personId: people.mentor.id });
    await openIt();
    expect(screen.queryByTestId('reject-change')).toBeNull();
    await user.click(screen.getByTestId('withdraw-change'));
    await waitFor(() => expect(screen.getByTestId(`change-${changeId}`).dataset['status']).toBe('withdrawn'));
  });

  test('a person who may do more is marked as weaker control, field by field', async () => {
    withChange('admin2', 'admin', { kind: 'change person', person: { ...people.mentor, role: 'lead', entitlements: { reviewLimitFen: { 'early-settlement': 90_000_000 } } } });
    await openIt();
    expect(screen.getByTestId('difference-role').dataset['effect']).toBe('weakens');
    const limit = screen.getByTestId('difference-entitlements.reviewLimitFen.early-settlement');
    expect(limit.dataset['effect']).toBe('weakens');
    expect(limit.textContent).toContain('500,000.00');
    expect(limit.textContent).toContain('900,000.00');
  });

  test('without the line nothing is sent, it is said, and what is typed stays', async () => {
    const { centre } = withChange('admin2', 'admin', { kind: 'publish policy', policy: other });
    await openIt();
    await user.type(screen.getByTestId('reject-because'), '等等');
    centre.online(false);
    expect(screen.getByTestId('decision-offline').textContent).toContain('连不上');
    expect(screen.getByTestId('reject-change').hasAttribute('disabled')).toBe(true);
    centre.online(true);
    expect((screen.getByTestId('reject-because') as HTMLInputElement).value).toBe('等等');
  });

  test('the approver’s half of a code stays on every tab until it is put away, then is gone', async () => {
    const { centre } = withChange('admin2', 'admin', { kind: 'reset passphrase', personId: people.mentor.id });
    await openIt();
    await user.type(screen.getByTestId('approve-change-passphrase'), 'right{Enter}');
    expect((await screen.findByTestId('half-code')).textContent).toBe('ABCDEFGHJK');
    expect(screen.getByText('这是后半。')).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: /人员/ }));
    expect(screen.getByTestId('half-code').textContent).toBe('ABCDEFGHJK');
    await user.click(screen.getByTestId('half-done'));
    expect(screen.getByTestId('half-code')).toBeTruthy();
    await user.click(screen.getByTestId('half-done'));
    expect(screen.queryByTestId('half-code')).toBeNull();
    expect(document.body.innerHTML).not.toContain('ABCDEFGHJK');
    expect(JSON.stringify(Object.entries(localStorage)) + JSON.stringify(centre.called)).not.toContain('ABCDEFGHJK');
  });

  test('the proposer takes the other half, once', async () => {
    const { centre, changeId } = withChange('admin', 'admin', { kind: 'reset passphrase', personId: people.mentor.id });
    centre.setHalves([changeId]);
    await user.click(screen.getByTestId('take-half'));
    expect((await screen.findByTestId('half-code')).textContent).toBe('HJKMNPQRST');
    expect(screen.getByText('这是前半。')).toBeTruthy();
    expect(screen.queryByTestId('take-half')).toBeNull();
  });

  test('nothing waits: what would come here is said', () => {
    playCentre('admin');
    render(<AdministrationView />);
    expect(screen.getByTestId('waiting-none').textContent).toContain('没有等第二人的改动');
  });
});
