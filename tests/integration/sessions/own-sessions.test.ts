/** Somebody looks at their own sessions and ends another of them (ASVS 7.5.2), at a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, type AskValue } from '#shared/protocol/asks.ts';
import { endOwnSessionDigest } from '#shared/protocol/signature.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, inStep } from '../desk/harness.ts';
import { makeRawKey, type RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, later, setStage, signOn, type Stage } from '../server/story.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(['--session-hours', '12']);
}, 60_000);
afterAll(() => clearStage(stage));

const url = (): string => stage.running.url;
const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);
type Sessions = AskValue<'own sessions'>;

async function deskOf(account: string): Promise<Running> {
  const desk = aDesk(aFolder(), { logic: domainLogic });
  expect(await desk.client.calls.signIn({ account, password: DEMO_PASSWORD, server: url() })).toMatchObject({ ok: true, value: { checkedBy: 'server' } });
  await inStep(desk);
  await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'ready');
  return desk;
}
async function sessionsAt(desk: Running): Promise<Sessions> {
  const answer = await desk.client.calls.ask({ kind: 'own sessions', body: {} });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return asks['own sessions'].value.parse(answer.value);
}
const audited = async (kind: string): Promise<unknown[]> => (await stage.running.centre.log.auditAfter(0, 10_000)).filter((entry) => entry.kind === kind);

describe('[OF3] [PR3] one’s own sessions, at the desk', () => {
  it('are listed with this one marked; another is ended with the passphrase typed for it, its desktop is out at once and does not come back by itself', { timeout: 40_000 }, async () => {
    const [here, there] = [await deskOf('agent2'), await deskOf('agent2')];
    const listed = await sessionsAt(here);
    expect(listed.map(({ how, here: mine }) => [how, mine])).toEqual([['passphrase', false], ['passphrase', true]]);
    expect(listed.every(({ since, until }) => Date.parse(until!) - Date.parse(since) === 12 * 3_600_000)).toBe(true);
    const { session } = listed[0]!;
    expect(code(await here.client.calls.endOwnSession({ session, passphrase: 'a guess' }))).toBe('wrong-passphrase');
    // Not the one in use, nor somebody else's.
    expect(code(await here.client.calls.endOwnSession({ session: listed[1]!.session, passphrase: DEMO_PASSWORD }))).toBe('session-unknown');
    const other = await deskOf('lead');
    expect(code(await other.client.calls.endOwnSession({ session, passphrase: DEMO_PASSWORD }))).toBe('session-unknown');
    expect(code(await here.client.calls.endOwnSession({ session, passphrase: DEMO_PASSWORD }))).toBe('ok');
    expect(await untilView(there.client, 'session', {}, (view) => view.status === 'signed-out')).toMatchObject({ refusal: { code: 'session-ended' } });
    expect((await sessionsAt(here)).map(({ here: mine }) => mine)).toEqual([true]);
    expect((await audited('session ended')).at(-1)).toMatchObject({ about: null, detail: { session } });
    // Whoever types the passphrase there again is in again.
    expect(await there.client.calls.signIn({ account: 'agent2', password: DEMO_PASSWORD, server: url() })).toMatchObject({ ok: true, value: { checkedBy: 'server' } });
    await inStep(there);
    expect(await sessionsAt(here)).toHaveLength(2);
    // Signed out it is listed no more.
    expect(code(await there.client.calls.signOut({}))).toBe('ok');
    await expect.poll(async () => (await sessionsAt(here)).length).toBe(1);
    expect([...here.errors, ...there.errors, ...other.errors]).toEqual([]);
  });
});

describe('[TP7] [TP8] one’s own sessions, at the server', () => {
  const again = async (desktop: RawDesktop, typedAt: string): Promise<string> => {
    const response = await fetch(`${url()}/session`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: PROTOCOL_VERSION, account: 'mentor2', password: DEMO_PASSWORD, workstation: desktop.workstation, desktop: desktop.desktop, clockAt: new Date().toISOString(), typedAt }),
    });
    const answer = (await response.json()) as { code?: string; refusal?: { code: string } };
    return response.ok ? 'ok' : (answer.code ?? answer.refusal?.code ?? '');
  };

  it('without the person’s own signature over this very session none is ended; ended, neither its token nor a passphrase that was typed before brings it back', async () => {
    const [mine, lost] = [await signOn(stage, 'mentor2'), await signOn(stage, 'mentor2')];
    const typedAt = stage.running.centre.clock.now();
    const { session } = (await mine.ask('own sessions', {})).find(({ here }) => !here)!;
    const digest = endOwnSessionDigest({ person: mine.person, session });
    const refused = async (body: Parameters<typeof mine.tryAsk<'end own session'>>[1]): Promise<string> => code(await mine.tryAsk('end own session', body));
    const wrong = makeRawKey();
    expect(await refused({ session, signed: { ...mine.signed('end-session', digest), purpose: 'end-session', personKey: wrong.keyId } as never })).toBe('tp8-key-unknown');
    expect(await refused({ session, signed: { ...mine.signed('end-session', digest, { person: wrong }), personKey: mine.personKey.keyId } as never })).toBe('tp8-unsigned');
    expect(await refused({ session, signed: mine.signed('end-session', endOwnSessionDigest({ person: mine.person, session: mine.desktop })) as never })).toBe('tp2-digest');
    expect(await refused({ session, signed: mine.signed('order', digest) as never })).toBe('ask-malformed');
    // While the desktop is away: it hears of it whenever it comes.
    lost.close();
    await mine.ask('end own session', { session, signed: mine.signed('end-session', digest) as never });
    await expect(lost.connect()).rejects.toThrow('session-ended');
    expect(await again(lost, typedAt)).toBe('session-ended');
    await later(stage, 20);
    expect(await again(lost, typedAt)).toBe('session-ended');
    await expect(lost.connect()).rejects.toThrow('session-over');
    expect(await again(lost, stage.running.centre.clock.now())).toBe('ok');
    expect(await again(mine, typedAt)).toBe('ok');
  });

  it('a desktop of protocol 1, which keeps the passphrase and says nothing of when it was typed, is told what ends its session', async () => {
    const [mine, old] = [await signOn(stage, 'mentor2'), await signOn(stage, 'mentor2')];
    old.close();
    await old.connect({ protocol: 1, urgent: undefined });
    const { session } = (await mine.ask('own sessions', {})).find(({ here }) => !here)!;
    await mine.ask('end own session', { session, signed: mine.signed('end-session', endOwnSessionDigest({ person: mine.person, session })) as never });
    expect(await old.dismissed()).toBe('revoked');
    await expect(old.connect({ protocol: 1 })).rejects.toThrow('revoked');
  });
});
