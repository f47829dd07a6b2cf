// @vitest-environment jsdom
import '../operation/stubs.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { AdministrationView as CentreView } from '#shared/administration/administration-view.ts';
import { setLanguage } from '../../../renderer/app/preferences.ts';
import AdministrationView from '../../../renderer/administration/administration-view.tsx';
import { readFlow, readPolicy } from '../../../renderer/administration/policy-text.ts';
import { published } from '../setup/published.ts';
import { idOf, newId, people, playCentre, type Account, type PlayedCentre } from './played-centre.ts';

vi.setConfig({ testTimeout: 30_000 });
const user = userEvent.setup();
beforeEach(() => setLanguage('zh-CN'));

async function open(sits: Account, tab: string): Promise<PlayedCentre> {
  const centre = playCentre(sits);
  render(<AdministrationView />);
  await user.click(screen.getByRole('tab', { name: new RegExp(tab) }));
  return centre;
}
/** A text put in whole, as it is pasted. */
const put = (testId: string, value: string): void => void fireEvent.change(screen.getByTestId(testId), { target: { value } });
const disabled = (testId: string): boolean => screen.getByTestId(testId).hasAttribute('disabled');

describe('[PR3] tabs by role', () => {
  test.each([
    ['admin', ['待第二人', '人员', '工作站', '制度', '流程', '停用按钮', '保全与删除', '复核配对']], ['risk', ['待第二人', '人员', '工作站', '制度', '流程', '停用按钮', '保全与删除', '复核配对']],
    ['quality', ['复核配对']], ['lead', ['复核配对', '恢复后待确认']],
  ] as const)('%s', (sits, names) => {
    playCentre(sits);
    render(<AdministrationView />);
    expect(screen.getAllByRole('tab').map((one) => one.textContent)).toEqual(names);
  });

  test('a risk officer reads people, policy and flows, and proposes none of them', async () => {
    await open('risk', '人员');
    expect(screen.queryByTestId('add-person')).toBeNull();
    await user.click(screen.getByTestId('open-person-mentor'));
    expect(screen.queryByTestId('change-person')).toBeNull();
    expect(screen.queryByTestId('reset-passphrase')).toBeNull();
    expect(screen.getByTestId('disable-person')).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: /制度/ }));
    expect(screen.queryByTestId('new-policy')).toBeNull();
    await user.click(screen.getByRole('tab', { name: /流程/ }));
    expect(screen.queryByTestId('new-flow')).toBeNull();
    expect(document.querySelector('[data-testid^="recall-"]')).toBeNull();
  });
});

describe('[TP12] people', () => {
  test('a change shows its difference before it is proposed; a refusal and another tab lose nothing of it', async () => {
    const centre = await open('admin', '人员');
    await user.click(screen.getByTestId('open-person-mentor'));
    await user.click(screen.getByTestId('change-person'));
    expect(disabled('person-account')).toBe(true);
    expect(screen.queryByTestId('person-human')).toBeNull();
    await user.clear(screen.getByTestId('person-limit-early-settlement'));
    await user.type(screen.getByTestId('person-limit-early-settlement'), '600000');
    expect(screen.getByTestId('difference-entitlements.reviewLimitFen.early-settlement').dataset['effect']).toBe('weakens');
    await user.type(screen.getByTestId('person-form-reason'), '升级限额');
    centre.refuse({ code: 'person-unknown' });
    await user.click(screen.getByTestId('person-form-send'));
    expect(await screen.findByTestId('person-form-refused')).toBeTruthy();
    centre.refuse(null);
    await user.click(screen.getByRole('tab', { name: /制度/ }));
    await user.click(screen.getByRole('tab', { name: /人员/ }));
    await user.click(screen.getByTestId('change-person'));
    expect((screen.getByTestId('person-limit-early-settlement') as HTMLInputElement).value).toBe('600,000.00');
    expect((screen.getByTestId('person-form-reason') as HTMLInputElement).value).toBe('升级限额');
    await user.click(screen.getByTestId('person-form-send'));
    await waitFor(() => expect(Object.values(centre.state().changes).map((one) => one.change.kind)).toEqual(['change person']));
    expect(centre.doings('propose change').at(-1)).toMatchObject({ reason: '升级限额', change: { person: { id: people.mentor.id, human: people.mentor.human, entitlements: { reviewLimitFen: { 'early-settlement': 60_000_000 } } } } });
    // Both tries were the same proposal: an answer that is lost does not make two of one.
    expect(new Set(centre.doings('propose change').map((one) => one['changeId'])).size).toBe(1);
  });

  test('a new person is a new human, or another account of one that is chosen from the list', async () => {
    const centre = await open('admin', '人员');
    await user.click(screen.getByTestId('add-person'));
    expect(disabled('person-form-send')).toBe(true);
    for (const [field, text] of [['account', 'newcomer'], ['name', '新人'], ['no', '8100'], ['related', 'cust-1，cust-2 cust-1']] as const) await user.type(screen.getByTestId(`person-${field}`), text);
    fireEvent.mouseDown(within(screen.getByTestId('person-role')).getByRole('combobox'));
    await user.click(await screen.findByText('坐席', { selector: '.ant-select-item-option-content' }));
    fireEvent.mouseDown(within(screen.getByTestId('person-human')).getByRole('combobox'));
    await user.click(await screen.findByText('周师（mentor）的第二个账号', { selector: '.ant-select-item-option-content' }));
    await user.type(screen.getByTestId('person-form-reason'), '新人入职{Enter}');
    await waitFor(() => expect(centre.doings('propose change')).toHaveLength(1));
    expect(centre.doings('propose change')[0]).toMatchObject({ change: { kind: 'add person', person: { account: 'newcomer', human: people.mentor.human, relatedCustomers: ['cust-1', 'cust-2'], role: 'agent', active: true } } });
  });

  test('whom a change is about is not offered to propose it, under any account of theirs', async () => {
    await open('admin', '人员');
    await user.click(screen.getByTestId('open-person-admin-too'));
    expect(screen.getByTestId('person-detail').textContent).toContain('与 钱管理 admin 是同一个人');
    expect(screen.queryByTestId('change-person')).toBeNull();
    expect(screen.queryByTestId('reset-passphrase')).toBeNull();
  });

  test('[TP8] a key is revoked at once by one, with a reason and the account typed', async () => {
    const centre = await open('risk', '人员');
    await user.click(screen.getByTestId('open-person-mentor'));
    await user.click(screen.getByTestId('revoke-key'));
    await user.type(screen.getByTestId('revoke-key-form-reason'), '口令泄露');
    await user.type(screen.getByTestId('revoke-key-form-word'), 'ment');
    expect(disabled('revoke-key-form-send')).toBe(true);
    await user.type(screen.getByTestId('revoke-key-form-word'), 'or{Enter}');
    await waitFor(() => expect(centre.state().people[people.mentor.id]!.keys.every((key) => key.revokedAt !== null)).toBe(true));
    await waitFor(() => expect(screen.getByTestId('person-detail').textContent).toContain('作废'));
    expect(screen.queryByTestId('revoke-key')).toBeNull();
  });

  test('a person is disabled at once; the last two administrators are not, and it is said why', async () => {
    const centre = await open('admin', '人员');
    await user.click(screen.getByTestId('open-person-mentor'));
    await user.click(screen.getByTestId('disable-person'));
    await user.type(screen.getByTestId('disable-form-reason'), '离职');
    await user.type(screen.getByTestId('disable-form-word'), 'MENTOR{Enter}');
    await waitFor(() => expect(screen.getByTestId('person-mentor').dataset['active']).toBe('false'));
    for (const account of ['admin3', 'adminToo'] as const) centre.by('admin', 'disable person', { personId: people[account].id, reason: 'r' });
    await user.click(screen.getByTestId('open-person-admin2'));
    await user.click(screen.getByTestId('disable-person'));
    await user.type(screen.getByTestId('disable-form-reason'), '离职');
    await user.type(screen.getByTestId('disable-form-word'), 'admin2{Enter}');
    expect((await screen.findByTestId('disable-form-refused')).dataset['code']).toBe('last-administrators');
    expect((screen.getByTestId('disable-form-reason') as HTMLInputElement).value).toBe('离职');
  });
});

describe('[PR9] workstations', () => {
  test('a machine that asks is shown with the fingerprint of the key that is signed, and proposed as it stands', async () => {
    const centre = await open('admin', '工作站');
    const row = screen.getByTestId('enrolment-N-12');
    expect(row.textContent).toContain('a1b2-c3d4-e5f6-0718');
    await user.click(screen.getByTestId('propose-enrol'));
    await user.type(screen.getByTestId('enrol-form-reason'), '新机{Enter}');
    await waitFor(() => expect(screen.getByTestId('enrolment-N-12').textContent).toContain('等第二人'));
    expect(centre.doings('propose change')[0]).toMatchObject({ change: { kind: 'enrol workstation', workstation: centre.asking } });
  });

  test('the second person is warned where the key is not the one of the fingerprint', async () => {
    const centre = playCentre('admin2');
    centre.by('admin', 'propose change', { changeId: newId(), change: { kind: 'enrol workstation', workstation: centre.asking }, reason: 'r' });
    render(<AdministrationView />);
    await user.click(screen.getByTestId('open-change'));
    expect(screen.getByTestId('fingerprint').textContent).toBe('a1b2-c3d4-e5f6-0718');
    expect(screen.getByTestId('enrol-mismatch')).toBeTruthy();
  });

  test('an enrolled one is revoked at once by one', async () => {
    const centre = await open('risk', '工作站');
    await user.click(screen.getByTestId('revoke-workstation'));
    await user.type(screen.getByTestId('revoke-workstation-form-reason'), '失窃');
    await user.type(screen.getByTestId('revoke-workstation-form-word'), 'n-01{Enter}');
    await waitFor(() => expect(screen.getByTestId('workstation-N-01').dataset['revoked']).toBe('true'));
    expect(centre.doings('revoke workstation')).toEqual([{ workstationId: centre.enrolled.id, reason: '失窃' }]);
  });
});

describe('[TP12] policy and flows', () => {
  const control = stringify(published.control, { lineWidth: 0, aliasDuplicateObjects: false });

  test('a new policy is read on the spot, shown as a difference, and proposed', async () => {
    const centre = await open('admin', '制度');
    expect(screen.getByTestId('policy-refund').textContent).toContain('大额退款或补偿');
    await user.click(screen.getByTestId('new-policy'));
    put('policy-text', control);
    expect((await screen.findByTestId('policy-text-problems')).textContent).toContain('用过了');
    put('policy-text', control.replace(/^version: .*$/m, 'version: next').replace(/^ {2}capFen: .*$/m, '  capFen: 60000000'));
    expect((await screen.findByTestId('difference-breakGlass.capFen')).dataset['effect']).toBe('weakens');
    expect(disabled('policy-form-send')).toBe(true);
    await user.type(screen.getByTestId('policy-form-reason'), '年底放宽{Enter}');
    await waitFor(() => expect(Object.values(centre.state().changes)[0]?.change).toMatchObject({ kind: 'publish policy', policy: { version: 'next' } }));
    expect((screen.getByTestId('policy-text') as HTMLTextAreaElement).value).toBe('');
  });

  test('mistakes are told by line, path and reason in both languages', () => {
    const pinned = control.replace(/^ {6}- card\.status\n/m, '');
    const [first] = readPolicy(pinned.replace(/^version: .*$/m, 'version: next'), []).problems;
    expect(first).toMatchObject({ path: 'kinds.early-settlement.pinned', zh: 'card.status 必须锁定（TP2）', en: 'card.status must be pinned (TP2)' });
    expect(pinned.split('\n')[first!.line - 1]).toMatch(/pinned|plan\.status/);
    const wrong = readPolicy(control.replace(/^reviewTakenMinutes: .*$/m, 'reviewTakenMinutes: soon'), []).problems[0]!;
    expect(wrong.path).toBe('reviewTakenMinutes');
    expect(wrong.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(wrong.en).not.toMatch(/[\u4e00-\u9fff]/);
    expect(readPolicy('a: [', []).problems[0]!.line).toBe(1);
    expect(readPolicy(JSON.stringify({ ...published.control, version: 'as-json' }), []).value?.version).toBe('as-json');
  });

  test('a flow is checked as at publication: its version, its order, its intents', () => {
    const flow = published.flows.find(({ definition }) => definition.id === 'early-settlement' && definition.endsInHighValue)!.definition;
    const text = (change: object): string => stringify({ ...flow, version: 99, ...change }, { lineWidth: 0, aliasDuplicateObjects: false });
    expect(readFlow(text({}), published.flows).problems).toEqual([]);
    expect(readFlow(text({ version: flow.version }), published.flows).problems[0]).toMatchObject({ path: 'version' });
    const disorder = readFlow(text({ steps: [...flow.steps].reverse() }), published.flows);
    expect(disorder.value).toBeNull();
    expect(disorder.problems.some((one) => one.zh.includes('步骤的先后'))).toBe(true);
    expect(readFlow(text({ id: 'refund', operationKind: 'refund' }), published.flows).value).toBeNull();
  });

  test('a version is recalled as it was published, word for word', async () => {
    const centre = await open('admin', '流程');
    const { definition } = published.flows.find((one) => one.publication === 'inForce')!;
    await user.click(screen.getByTestId(`recall-${definition.id}@${definition.version}`));
    await user.type(screen.getByTestId('recall-form-reason'), '话术有误{Enter}');
    await waitFor(() => expect(Object.values(centre.state().changes)[0]?.change).toEqual({ kind: 'publish flow', definition, publication: 'recalled' }));
  });
});

describe('[TP15] the stop button', () => {
  test('one risk officer, one press, after the reason and the kind’s name; releasing is proposed to a second person', async () => {
    const centre = await open('risk', '停用按钮');
    await user.click(screen.getByTestId('stop-refund'));
    await user.type(screen.getByTestId('stop-form-reason'), '冒名退款');
    await user.type(screen.getByTestId('stop-form-word'), '额度调整');
    expect(disabled('stop-form-send')).toBe(true);
    await user.clear(screen.getByTestId('stop-form-word'));
    await user.type(screen.getByTestId('stop-form-word'), '大额退款或补偿');
    await user.click(screen.getByTestId('stop-form-send'));
    await waitFor(() => expect(screen.getByTestId('kind-refund').dataset['stopped']).toBe('true'));
    expect(screen.getByTestId('kind-refund').textContent).toMatch(/褚风险 停用：冒名退款/);
    expect(centre.doings('stop kind')).toEqual([{ operationKind: 'refund', reason: '冒名退款' }]);
    await user.click(screen.getByTestId('release-refund'));
    await user.type(screen.getByTestId('release-form-reason'), '查清{Enter}');
    await waitFor(() => expect(screen.getByTestId('kind-refund').textContent).toContain('等第二人'));
    expect(centre.state().stopped['refund']).toBeDefined();
  });

  test('an administrator has no stop, but may propose the release', async () => {
    const centre = await open('admin', '停用按钮');
    expect(screen.queryByTestId('stop-refund')).toBeNull();
    centre.by('risk', 'stop kind', { operationKind: 'refund', reason: 'r' });
    expect(screen.getByTestId('release-refund')).toBeTruthy();
  });

  test('without the line it says so and sends nothing; what was typed is there when the line is back', async () => {
    const centre = await open('risk', '停用按钮');
    await user.click(screen.getByTestId('stop-refund'));
    await user.type(screen.getByTestId('stop-form-reason'), '冒名退款');
    await user.type(screen.getByTestId('stop-form-word'), '大额退款或补偿');
    centre.online(false);
    expect(screen.getByTestId('stop-form-offline')).toBeTruthy();
    expect(disabled('stop-form-send')).toBe(true);
    centre.online(true);
    expect((screen.getByTestId('stop-form-reason') as HTMLInputElement).value).toBe('冒名退款');
    expect(disabled('stop-form-send')).toBe(false);
  });
});

describe('[PR7] legal hold and erasure', () => {
  test('a hold needs a matter; an erasure says that it cannot be undone', async () => {
    const centre = await open('admin', '保全与删除');
    await user.type(screen.getByTestId('hold-customer'), 'cust-1');
    await user.type(screen.getByTestId('hold-form-reason'), '法院协查');
    expect(disabled('hold-form-send')).toBe(true);
    await user.type(screen.getByTestId('hold-matter'), '(2026)民初1号');
    await user.click(screen.getByTestId('hold-form-send'));
    await waitFor(() => expect(Object.values(centre.state().changes)[0]?.change).toEqual({ kind: 'set legal hold', customerId: 'cust-1', matter: '(2026)民初1号', reason: '法院协查' }));
    await user.click(screen.getByText('删除客户内容'));
    expect(screen.getByTestId('hold-tab').textContent).toContain('删除不能撤销');
    expect(screen.queryByTestId('hold-matter')).toBeNull();
  });

  test('a risk officer erases nobody', async () => {
    await open('risk', '保全与删除');
    expect(screen.queryByText('删除客户内容')).toBeNull();
  });
});

describe('[TP5] review pairs', () => {
  const pair = (n: number, shareOfMaker: number, shareOfReviewer: number) => ({ maker: idOf(n), makerName: `经办${n}`, reviewer: idOf(n + 100), reviewerName: `复核${n}`, approved: n, returned: 0, shareOfMaker, shareOfReviewer });

  test('pairs above half of both stand first and are marked; just half is not', async () => {
    const centre = playCentre('quality');
    centre.setPairs([pair(1, 0.9, 0.2), pair(2, 0.5, 0.5), pair(3, 0.51, 0.8)]);
    render(<AdministrationView />);
    const rows = await screen.findAllByTestId('pair');
    expect(rows.map((row) => [row.textContent?.slice(0, 3), row.dataset['close']])).toEqual([['经办3', 'true'], ['经办2', 'false'], ['经办1', 'false']]);
    expect(rows[0]!.textContent).toContain('51 %');
  });

  test('a refusal is told and can be asked again; nothing at all is said as such', async () => {
    const centre = playCentre('lead');
    centre.refuse({ code: 'offline' });
    render(<AdministrationView />);
    expect((await screen.findByTestId('pairs-refused')).dataset['code']).toBe('offline');
    centre.refuse(null);
    await user.click(screen.getByTestId('pairs-reload'));
    expect(await screen.findByTestId('pairs-none')).toBeTruthy();
  });
});

describe('what is typed belongs to who typed it', () => {
  test('[PR3] another person who sits down finds nothing of it', async () => {
    await open('admin', '保全与删除');
    await user.type(screen.getByTestId('hold-customer'), 'cust-1');
    cleanup();
    await open('admin2', '保全与删除');
    expect((screen.getByTestId('hold-customer') as HTMLInputElement).value).toBe('');
  });

  test('[TP12] before anything was heard the screen says so', () => {
    const centre = playCentre('admin');
    centre.tell(() => undefined as unknown as CentreView);
    render(<AdministrationView />);
    expect(screen.getByTestId('centre-not-heard')).toBeTruthy();
  });
});
