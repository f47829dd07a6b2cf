/** Somebody looks at their own sessions and ends another of them (ASVS 7.5.2), at a real server. */
import { describe, expect, it } from 'vitest';
import { asks, type AskValue } from '#shared/protocol/asks.ts';
import { endOwnSessionDigest } from '#shared/protocol/signature.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { inStep } from '../desk/harness.ts';
import { makeRawKey, type RawDesktop } from '../server/raw-desktop.ts';
import { later, signOn } from '../server/story.ts';
import { atACentre, code } from './at-a-centre.ts';

const here = atACentre(['--session-hours', '12']);

type Sessions = AskValue<'own sessions'>;

async function deskOf(account: string): Promise<Running> {
  const desk = await here.deskOf(account);
  await untilView(desk.client, 'session', {}, (view) => view.status === 'signed-in' && view.key === 'ready');
  return desk;
}
async function sessionsAt(desk: Running): Promise<Sessions> {
  const answer = await desk.client.calls.ask({ kind: 'own sessions', body: {} });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return asks['own sessions'].value.parse(answer.value);
}
const audited = async (kind: string): Promise<unknown[]> => (await here.stage.running.centre.log.auditAfter(0, 10_000)).filter((entry) => entry.kind === kind);

describe('[OF3] [PR3] one’s own sessions, at the desk', () => {
  it('are listed with this one marked; another is ended with the passphrase typed for it, its desktop is out at once and does not come back by itself', { timeout: 40_000 }, async () => {
    const [mine, there] = [await deskOf('agent2'), await deskOf('agent2')];
    const listed = await sessionsAt(mine);
    expect(listed.map(({ how, here: isThis }) => [how, isThis])).toEqual([['passphrase', false], ['passphrase', true]]);
    expect(listed.every(({ since, until }) => Date.parse(until!) - Date.parse(since) === 12 * 3_600_000)).toBe(true);
    const { session } = listed[0]!;
    expect(code(await mine.client.calls.endOwnSession({ session, passphrase: 'a guess' }))).toBe('wrong-passphrase');
    // Not the one in use, nor somebody else's.
    expect(code(await mine.client.calls.endOwnSession({ session: listed[1]!.session, passphrase: DEMO_PASSWORD }))).toBe('session-unknown');
    const other = await deskOf('lead');
    expect(code(await other.client.calls.endOwnSession({ session, passphrase: DEMO_PASSWORD }))).toBe('session-unknown');
    expect(code(await mine.client.calls.endOwnSession({ session, passphrase: DEMO_PASSWORD }))).toBe('ok');
    expect(await untilView(there.client, 'session', {}, (view) => view.status === 'signed-out')).toMatchObject({ refusal: { code: 'session-ended' } });
    expect((await sessionsAt(mine)).map(({ here: isThis }) => isThis)).toEqual([true]);
    expect((await audited('session ended')).at(-1)).toMatchObject({ about: null, detail: { session } });
    // Whoever types the passphrase there again is in again.
    expect(await there.client.calls.signIn({ account: 'agent2', password: DEMO_PASSWORD, server: here.url })).toMatchObject({ ok: true, value: { checkedBy: 'server' } });
    await inStep(there);
    expect(await sessionsAt(mine)).toHaveLength(2);
    // Signed out it is listed no more.
    expect(code(await there.client.calls.signOut({}))).toBe('ok');
    await expect.poll(async () => (await sessionsAt(mine)).length).toBe(1);
    expect([...mine.errors, ...there.errors, ...other.errors]).toEqual([]);
  });
});

describe('[TP7] [TP8] one’s own sessions, at the server', () => {
  const again = async (desktop: RawDesktop, typedAt: string): Promise<string> => {
    const came = await here.again(desktop, 'mentor2', typedAt);
    return 'code' in came ? came.code : 'ok';
  };

  it('without the person’s own signature over this very session none is ended; ended, neither its token nor a passphrase that was typed before brings it back', async () => {
    const [mine, lost] = [await signOn(here.stage, 'mentor2'), await signOn(here.stage, 'mentor2')];
    const typedAt = here.now();
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
    await later(here.stage, 20);
    expect(await again(lost, typedAt)).toBe('session-ended');
    await expect(lost.connect()).rejects.toThrow('session-over');
    expect(await again(lost, here.now())).toBe('ok');
    expect(await again(mine, typedAt)).toBe('ok');
  });

  it('a desktop of protocol 1, which keeps the passphrase and says nothing of when it was typed, is told what ends its session', async () => {
    const [mine, old] = [await signOn(here.stage, 'mentor2'), await signOn(here.stage, 'mentor2')];
    old.close();
    await old.connect({ protocol: 1, urgent: undefined });
    const { session } = (await mine.ask('own sessions', {})).find(({ here }) => !here)!;
    await mine.ask('end own session', { session, signed: mine.signed('end-session', endOwnSessionDigest({ person: mine.person, session })) as never });
    expect(await old.dismissed()).toBe('revoked');
    await expect(old.connect({ protocol: 1 })).rejects.toThrow('revoked');
  });
});
