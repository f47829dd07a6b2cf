import { describe, expect, it } from 'vitest';
import { SignJWT } from 'jose';
import { Tokens } from '../../../server/people/tokens.ts';

const KEY = new Uint8Array(32).fill(7);
const id = (n: number): string => `0198b000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const BEGAN = Date.parse('2027-03-01T09:00:00.000Z');
const MINUTE_MS = 60_000;

describe('session tokens', () => {
  it('[RB1] a token that was read before is over at the same second as one that was not, and stays over', async () => {
    let nowMs = BEGAN;
    const tokens = (): Tokens => new Tokens(KEY, () => new Date(nowMs).toISOString(), () => 3, 12);
    const here = tokens();
    const { token, expiresAt } = await here.session(id(1), id(2), id(3));
    const first = await here.readSession(token);
    expect(first).toMatchObject({ sub: id(1), desktop: id(2), workstation: id(3), centre: 3 });
    for (const [ms, good] of [[BEGAN + 14 * MINUTE_MS, true], [Date.parse(expiresAt) - 1, true], [Date.parse(expiresAt), false], [BEGAN, true]] as const) {
      nowMs = ms;
      expect([ms, await here.readSession(token), await tokens().readSession(token)]).toEqual([ms, good ? first : null, good ? first : null]);
    }
  });

  it('[RB1] what is near to a token that was read is none: another signature, another use, another key', async () => {
    const now = (): string => new Date(BEGAN).toISOString();
    const here = new Tokens(KEY, now, () => 3, 12);
    const { token } = await here.session(id(1), id(2), id(3));
    expect(await here.readSession(token)).not.toBeNull();
    expect(await here.readComeBack(token)).toBeNull();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const other = Buffer.from(JSON.stringify({ ...claims, sub: id(9) })).toString('base64url');
    expect(await here.readSession(`${header}.${other}.${signature}`)).toBeNull();
    expect(await here.readSession(`${token}x`)).toBeNull();
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32).fill(8));
    expect(await here.readSession(forged)).toBeNull();
    expect(await here.readSession(forged)).toBeNull();
  });
});
