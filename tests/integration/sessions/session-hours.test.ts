/** How long a passphrase that was typed once brings a desktop to the centre (ASVS 7.3.2), at a real server. */
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { readOptions } from '../../../server/options.ts';
import { untilView } from '../../unit/desk/test-desk.ts';
import { inStep } from '../desk/harness.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { later, signOn } from '../server/story.ts';
import { atACentre, code } from './at-a-centre.ts';

const here = atACentre(['--session-hours', '2']);

const expires = (token: string): number => (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number }).exp;

async function again(desktop: RawDesktop, typedAt: string | null, password?: string): Promise<string> {
  const came = await here.again(desktop, 'agent2', typedAt, password);
  return 'code' in came ? came.code : came.token;
}

describe('the option', () => {
  it('[OF3] is twelve hours, at most the grace; only the demonstration, whose clock is moved, has none', () => {
    expect([readOptions([]), readOptions(['--demo']), readOptions(['--production', '--session-hours', '0.5'])].map(({ sessionHours }) => sessionHours)).toEqual([12, null, 0.5]);
    for (const wrong of ['17', '0', '0.1', 'a day', '', '-1']) expect(() => readOptions([`--session-hours=${wrong}`])).toThrow(/--session-hours .*小时.*hours/);
  });
});

describe('[OF3] [TP7] at the server', () => {
  it('a session began when the passphrase was typed, by the earlier of the two clocks, and no renewal carries it past its time', async () => {
    const desktop = await signOn(here.stage, 'agent2');
    expect(await again(desktop, here.now(-121))).toBe('sign-in-over');
    // It is no guess at the passphrase, and tells nobody whether it is right.
    for (let n = 0; n < 6; n += 1) expect(await again(desktop, here.now(-121), 'a guess')).toBe('sign-in-over');
    // From later than now it gains nothing.
    const [kept, ahead, plain] = [await again(desktop, here.now(-115)), await again(desktop, here.now(600)), await again(desktop, null)];
    const end = Date.parse(here.now()) / 1000;
    expect([expires(kept), expires(ahead), expires(plain)].map((at) => Math.round((at - end) / 60))).toEqual([5, 15, 15]);
    desktop.token = kept;
    await desktop.connect();
    const { token } = await desktop.ask('renew', {});
    expect(expires(token)).toBe(expires(kept));
    await later(here.stage, 6);
    await expect(desktop.ask('renew', {})).rejects.toThrow();
    expect(desktop.goodbye).toBe('sign-in-over');
    desktop.token = ahead;
    await desktop.connect();
    const renewed = await desktop.ask('renew', {});
    await later(here.stage, 14);
    desktop.token = renewed.token;
    await desktop.connect();
    // A renewal of a session that began at `now`: two hours after that it is over, by the same word.
    for (let minutes = 20; minutes + 13 < 120; minutes += 13) {
      desktop.token = (await desktop.ask('renew', {})).token;
      await later(here.stage, 13);
      await desktop.connect();
    }
    await later(here.stage, 20);
    await expect(desktop.ask('renew', {})).rejects.toThrow();
    expect(desktop.goodbye).toBe('sign-in-over');
    await expect(desktop.connect()).rejects.toThrow('session-over');
  });
});

describe('[OF3] [SY10] at the desk', () => {
  it('work goes on past it, and the passphrase typed once more brings all of it to the centre', { timeout: 30_000 }, async () => {
    const desk = await here.deskOf('agent2');
    const { calls } = desk.client;
    const typed = Date.parse(here.now());
    await later(here.stage, 125);
    await untilView(desk.client, 'live', { topic: 'clock' }, (live) => Date.parse((live?.value as { serverAt?: string } | undefined)?.serverAt ?? '') >= typed + 124 * 60_000);
    await calls.ask({ kind: 'people', body: {} });
    expect((await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused')).refusal).toEqual({ code: 'sign-in-over' });
    // It is not tried again by itself, and trying by hand sends what was typed two hours ago.
    await calls.connectNow({});
    expect((await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused')).refusal).toEqual({ code: 'sign-in-over' });
    const caseId = v7();
    expect(code(await calls.command({ kind: 'open case', case: caseId, body: { reason: 'by-hand', callId: null, fromCase: null, number: null } }))).toBe('ok');
    expect(await calls.saveDraft({ case: null, field: 'note', text: 'typed without the centre ', ended: true })).toEqual({ ok: true, value: { saved: true } });
    expect(await calls.session({})).toMatchObject({ ok: true, value: { status: 'signed-in' } });
    expect(code(await calls.typeAgain({ passphrase: 'a guess' }))).toBe('wrong-passphrase');
    expect((await untilView(desk.client, 'sync', {}, () => true)).connection).toBe('refused');
    expect(code(await calls.typeAgain({ passphrase: DEMO_PASSWORD }))).toBe('ok');
    await inStep(desk);
    expect(await calls.drafts({ case: null })).toMatchObject({ ok: true, value: [{ text: 'typed without the centre ' }] });
    // Five wrong ones in a row lock it, as they do a sign-in at this machine; the session goes on.
    for (let left = 4; left > 0; left -= 1) expect(await calls.typeAgain({ passphrase: 'a guess' })).toMatchObject({ ok: false, refusal: { code: 'wrong-passphrase', detail: { left } } });
    expect([code(await calls.typeAgain({ passphrase: 'a guess' })), code(await calls.typeAgain({ passphrase: DEMO_PASSWORD }))]).toEqual(['locked-out', 'locked-out']);
    expect((await untilView(desk.client, 'sync', {}, () => true)).connection).toBe('online');
    expect(desk.errors).toEqual([]);
    desk.close();
  });
});
