import { afterAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import { liveTopics, type LiveValue } from '#shared/protocol/live.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { demoPeople, DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { cleanUp, end, folder, serve } from '../server/child-server.ts';
import { aDesk, aFolder, inStep } from './harness.ts';

afterAll(cleanUp);
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);
const people = (role: string) => demoPeople.filter((person) => person.role === role);

async function at(url: string, account: string, root = aFolder(), password = DEMO_PASSWORD): Promise<Running> {
  const desk = aDesk(root, { logic: domainLogic });
  const answer = await desk.client.calls.signIn({ account, password, server: url });
  expect(answer).toMatchObject({ ok: true, value: { key: 'ready', checkedBy: 'server' } });
  await inStep(desk);
  return desk;
}

const centre = async (desk: Running, fits: (view: LiveValue<'administration'>) => boolean): Promise<LiveValue<'administration'>> => {
  const view = await untilView(desk.client, 'live', { topic: 'administration' }, (live) => live !== null && fits(liveTopics.administration.parse(live.value)));
  return liveTopics.administration.parse(view?.value);
};

describe('[TP8] [PR9] desks at a real server', () => {
  it('enrol, sign in, sign for each other’s changes, and change a passphrase', { timeout: 90_000 }, async () => {
    const data = folder();
    const { url, child } = await serve(['--demo', '--data', data, '--calls', 'off', '--crowd', '0']);
    const [agent] = people('agent');
    const [one, two] = [...people('admin'), ...people('risk')];
    const root = aFolder();
    const [first, second] = [await at(url, one!.account), await at(url, two!.account)];
    // TP15: at once, by one; TP12: let go by two, each with two signatures that the server checks against its own log.
    const risk = await at(url, people('risk')[0]!.account);
    expect(code(await risk.client.calls.administer({ kind: 'stop kind', body: { operationKind: 'refund', reason: 'a drill' } }))).toBe('ok');
    const change: Change = { kind: 'release kind', operationKind: 'refund' };
    const changeId = v7();
    expect(code(await first.client.calls.administer({ kind: 'propose change', body: { changeId, change, reason: 'the drill is over' } }))).toBe('ok');
    const digest = changeDigest({ changeId, proposer: one!.id, change });
    await centre(second, (view) => view.changes.some((request) => request.changeId === changeId));
    const approve = (passphrase: string) => second.client.calls.administer({ kind: 'approve change', body: { changeId, digest }, passphrase });
    expect(code(await approve('a guess'))).toBe('wrong-passphrase');
    expect(code(await approve(DEMO_PASSWORD))).toBe('ok');
    await centre(second, (view) => view.stopped.length === 0 && view.changes.some((request) => request.changeId === changeId && request.status === 'in-force'));

    // The agent’s key follows to another machine and stays the same under another passphrase.
    const here = await at(url, agent!.account, root);
    expect(await here.client.calls.changePassphrase({ account: agent!.account, server: url, old: DEMO_PASSWORD, new: 'a passphrase of my own' })).toEqual({ ok: true, value: { done: true } });
    await expect.poll(async () => {
      const elsewhere = aDesk(aFolder(), { logic: domainLogic });
      const answer = await elsewhere.client.calls.signIn({ account: agent!.account, server: url, password: 'a passphrase of my own' });
      elsewhere.close();
      return answer.ok && answer.value.status === 'signed-in' && answer.value.key;
    }, { timeout: 10_000 }).toBe('ready');
    const keys = (await centre(first, (view) => view.people.some((one) => one.person.id === agent!.id && one.keys.length > 0))).people.find((one) => one.person.id === agent!.id)?.keys;
    expect(keys).toHaveLength(1);
    for (const desk of [first, second, risk, here]) {
      expect(desk.errors).toEqual([]);
      desk.close();
    }
    expect(await end(child)).toBe(0);
  });
});
