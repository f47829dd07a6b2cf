import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { SqliteSessionEndStore } from '../../../server/people/session-end-store.ts';
import { SessionEnds } from '../../../server/people/session-ends.ts';
import type { SessionOf } from '../../../server/people/tokens.ts';
import { readSignOnSettings } from '../../../server/sign-on/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'aidline-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'oidc.json');
function read(content: unknown, secret = ''): ReturnType<typeof readSignOnSettings> {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readSignOnSettings(file, secret);
}
/** Whose session it is, and where. */
const AT = { person: '01a20000-0000-7000-8000-0000000000a1', workstation: '01a20000-0000-7000-8000-0000000000b1' };
const good = { issuer: 'https://id.bank.example', clientId: 'aidline' };

describe('the settings of single sign-on', () => {
  it('have safe defaults; the secret comes from the environment alone', () => {
    expect(read(good)).toMatchObject({ scope: 'openid', freshLoginSeconds: 300, sessionHours: 12, skewSeconds: 30, roles: null, acr: [], logout: true, secret: null });
    expect(read(good).algorithms.filter((name) => name === ('none' as never) || name.startsWith('HS'))).toEqual([]);
    expect(read(good, 'a secret').secret).toBe('a secret');
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /不是 JSON .*is no JSON/], ['a secret in the file', { ...good, clientSecret: 'x' }, /设置有错 .*not a valid setting/], ['[PR9] plain HTTP beyond loopback', { ...good, issuer: 'http://id.bank.example' }, /issuer: .*https/],
    ['a signature that proves nothing', { ...good, algorithms: ['none'] }, /algorithms/], ['one by a shared secret', { ...good, algorithms: ['HS256'] }, /algorithms/], ['a role that is none', { ...good, roles: { claim: 'groups', names: { boss: ['x'] } } }, /roles/],
    ['no client', { issuer: good.issuer }, /clientId/], ['a clock that may be an hour off', { ...good, skewSeconds: 3600 }, /skewSeconds/], ['[OF3] sessions of a week', { ...good, sessionHours: 168 }, /sessionHours/], ['no OpenID', { ...good, scope: 'email' }, /scope/],
  ])('%s is refused with its place, in both languages', (_what, content, words) => {
    expect(() => read(content)).toThrow(words);
  });

  it('no file at all is said', () => {
    expect(() => readSignOnSettings(join(folder, 'none.json'), '')).toThrow(/读不出.*cannot be read/);
  });
});

describe('[OF3] sessions that ended are known to a server that starts anew', () => {
  it('by session, by session at the provider, by subject, and those of before only', async () => {
    let now = '2026-11-23T02:00:00.000Z';
    const db = new Database(join(folder, 'people.sqlite'));
    const ends = await SessionEnds.open(new SqliteSessionEndStore(db), () => now, 2);
    const issuer = good.issuer;
    const session = (id: number, since: string, signOn: { subject: string; sid: string | null } | null): SessionOf =>
      ({ id: `01a20000-0000-7000-8000-00000000000${id}`, since, signOn: signOn === null ? null : { issuer, until: '2026-11-23T14:00:00.000Z', ...signOn } });
    const before = [session(1, now, null), session(2, now, { subject: 'a', sid: 's1' }), session(3, now, { subject: 'a', sid: 's2' }), session(4, now, { subject: 'b', sid: null }), session(5, now, { subject: 'c', sid: 's3' })];
    now = '2026-11-23T03:00:00.000Z';
    let told = 0;
    ends.onEnded(() => { told += 1; });
    await ends.note({ session: before[0]!.id });
    expect(told).toBe(0);
    ends.tell();
    const token = { name: 'jti 1', until: '2026-11-23T03:02:00.000Z', now };
    expect(await ends.endOnce([{ issuer, sid: 's1' }, { issuer, unnamed: 'a' }], token)).toBe(true);
    expect(await ends.endOnce([{ issuer, subject: 'a' }], token)).toBe(false);
    await ends.note({ issuer, unnamed: 'b' }, { issuer, subject: 'c' });
    const why = ['session-over', 'sign-on-ended', null, 'sign-on-ended', 'sign-on-ended'];
    const anew = await SessionEnds.open(new SqliteSessionEndStore(db), () => now, 2);
    for (const one of [ends, anew]) expect(before.map((session_) => one.whyOver(session_, AT))).toEqual(why);
    now = '2026-11-23T03:00:01.000Z';
    expect(anew.whyOver(session(6, now, { subject: 'c', sid: 's4' }), AT)).toBeNull();
    expect(anew.whyOver(undefined, AT)).toBeNull();
    // By passphrase it is over two hours after that was typed, however it was renewed; a demonstration, whose clock is moved, has no such end.
    const typed = session(7, '2026-11-23T02:30:00.000Z', null);
    expect(anew.whyOver(typed, AT)).toBeNull();
    now = '2026-11-23T04:30:00.000Z';
    expect(anew.whyOver(typed, AT)).toBe('sign-in-over');
    expect((await SessionEnds.open(new SqliteSessionEndStore(db), () => now, null)).whyOver(typed, AT)).toBeNull();
    // Ended by its person from elsewhere: this one, and whatever was typed at that workstation before.
    const [later, elsewhere] = [session(8, now, null), { ...AT, workstation: '01a20000-0000-7000-8000-0000000000b2' }];
    await anew.note({ closed: later.id }, AT);
    expect([anew.whyOver(later, elsewhere), anew.whyOver(session(9, now, null), AT), anew.whyOver(session(9, now, null), elsewhere)]).toEqual(['session-ended', 'session-ended', null]);
    now = '2026-11-23T14:00:00.000Z';
    expect(anew.whyOver(session(9, now, null), AT)).toBeNull();
    expect(anew.whyOver(before[2], elsewhere)).toBe('sign-on-over');
    // Nobody comes back after a day: what is older is forgotten.
    now = '2026-11-25T00:00:00.000Z';
    await anew.note({ session: before[3]!.id });
    expect(db.prepare('select count(*) from session_ends').pluck().get()).toBe(1);
    expect(told).toBe(2);
    db.close();
  });
});
