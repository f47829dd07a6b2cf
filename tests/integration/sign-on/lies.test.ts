/** A provider that lies, or somebody who plays it: nobody comes in, and whoever waits is told why. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { byTwo, newcomer, signInCode } from '../administration/centre-acts.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, setStage, signOn, startDemoCentre, type Stage } from '../server/story.ts';
import { comeBack, Knock, settingsFile } from './knock.ts';
import { Liar, seconds, type Lie } from './liar.ts';
import { CLIENT } from './real-provider.ts';

let liar: Liar;
let stage: Stage;
let at: RawDesktop;

beforeAll(async () => {
  liar = await Liar.start();
  stage = await setStage(['--oidc', settingsFile(liar.issuer, { acr: ['two-factor', 'card'] })]);
  const [admin, admin2] = [await signOn(stage, 'admin'), await signOn(stage, 'admin2')];
  await byTwo(admin, admin2, { kind: 'add person', person: newcomer('lin', { signOn: { issuer: liar.issuer, claim: 'sub', value: 'u-lin' } }) });
  at = new RawDesktop(stage.running.url);
  await at.enrol('ws-lies');
}, 60_000);
afterEach(() => {
  liar.lie = {};
});
afterAll(async () => {
  await clearStage(stage);
  await liar.stop();
});

async function told(lie: Lie): Promise<{ code: string; why: unknown }> {
  const knock = await Knock.begun(stage.running.url, at);
  liar.nonce = new URL(knock.url).searchParams.get('nonce') ?? '';
  const strong = (claims: Parameters<NonNullable<Lie['claims']>>[0]) => ({ acr: 'card', ...claims });
  liar.lie = { ...lie, claims: (claims) => (lie.claims ?? ((same) => same))(strong(claims)) };
  const { code, why } = await knock.answer({ state: knock.state, code: 'a-code', iss: liar.issuer });
  return { code, why };
}

describe('[TP7] [TP12] what the provider tells is believed only where it is whole', () => {
  it('as a provider should be, the person comes in', async () => {
    expect(await told({})).toEqual({ code: 'ok', why: undefined });
  });

  it.each<[string, Lie, string, string | undefined]>([
    ['another issuer', { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) }, 'sign-on-answer-false', 'iss'],
    ['another audience', { claims: (claims) => ({ ...claims, aud: 'another-client' }) }, 'sign-on-answer-false', 'aud'],
    ['audiences beside ours, for another party', { claims: (claims) => ({ ...claims, aud: [CLIENT, 'another'], azp: 'another' }) }, 'sign-on-answer-false', 'azp'],
    ['another nonce', { claims: (claims) => ({ ...claims, nonce: 'of another sign-in' }) }, 'sign-on-answer-false', 'nonce'],
    ['no nonce', { claims: ({ nonce: _nonce, ...claims }) => claims }, 'sign-on-answer-false', 'answer'],
    ['no signature (alg none)', { key: 'none' }, 'sign-on-answer-false', 'answer'],
    ['a symmetric signature', { key: 'hmac' }, 'sign-on-answer-false', 'answer'],
    ['a signature by another key under its name', { key: 'unknown' }, 'sign-on-answer-false', 'answer'],
    ['a key that it does not publish', { key: 'unknown', header: { kid: 'k2' } }, 'sign-on-answer-false', 'key'],
    ['a token that is over', { claims: (claims) => ({ ...claims, iat: seconds() - 900, exp: seconds() - 60 }) }, 'sign-on-clock', undefined],
    ['a clock that is far ahead', { claims: (claims) => ({ ...claims, nbf: seconds() + 3600 }) }, 'sign-on-clock', undefined],
    ['a sign-in of this morning, though it was told to ask anew', { claims: (claims) => ({ ...claims, auth_time: seconds() - 7200 }) }, 'sign-on-answer-false', 'auth_time'],
    ['no time of the sign-in', { claims: ({ auth_time: _at, ...claims }) => claims }, 'sign-on-answer-false', 'answer'],
    ['one factor where two were asked for', { claims: (claims) => ({ ...claims, acr: 'password' }) }, 'sign-on-weak', undefined],
    ['no ID token', { token: { status: 200, body: { access_token: 'x', token_type: 'Bearer' } } }, 'sign-on-answer-false', 'answer'],
    ['that it does not know us', { token: { status: 401, body: { error: 'invalid_client' } } }, 'sign-on-provider-false', 'invalid_client'],
    ['that the code is over', { token: { status: 400, body: { error: 'invalid_grant' } } }, 'sign-on-code-over', undefined],
    ['trouble of its own', { token: { status: 503, body: 'busy' } }, 'sign-on-provider-down', undefined],
    ['no JSON', { token: { status: 200, body: '<html>' } }, 'sign-on-answer-false', 'answer'],
    ['somebody whom the centre does not know', { claims: (claims) => ({ ...claims, sub: 'u-other' }) }, 'sign-on-unknown', undefined],
    ['a clock within what is allowed', { claims: (claims) => ({ ...claims, iat: seconds() + 20, nbf: seconds() + 20 }) }, 'ok', undefined],
  ])('%s', async (_what, lie, code, why) => {
    expect(await told(lie)).toEqual({ code, why });
  });

  it('an answer to nobody costs the provider nothing: state and issuer are looked at before the code', async () => {
    const knock = await Knock.begun(stage.running.url, at);
    const before = liar.asked;
    expect(await knock.answer({ state: 'of somebody else', code: 'a-code', iss: liar.issuer })).toMatchObject({ code: 'sign-on-answer-false', why: 'state' });
    const other = await Knock.begun(stage.running.url, at);
    expect(await other.answer({ state: other.state, code: 'a-code', iss: 'https://evil.example' })).toMatchObject({ code: 'sign-on-answer-false', why: 'iss' });
    expect(liar.asked).toBe(before);
  });

  it('[RB1] malformed answers are refused', async () => {
    const knock = await Knock.begun(stage.running.url, at);
    for (const response of [{}, { state: knock.state, code: 'x'.repeat(5000) }, { state: knock.state, more: 1 }]) expect((await knock.answer(response as never)).code).toBe('request-malformed');
    expect((await knock.answer({ state: knock.state })).code).toBe('sign-on-answer-false');
  });
});

describe('[OF3] a logout token ends sessions only where it is one', () => {
  const token = (more: object = {}, header: Record<string, unknown> = { typ: 'logout+jwt' }): Promise<string> => liar.sign({
    iss: liar.issuer, aud: CLIENT, sub: 'u-lin', iat: seconds(), exp: seconds() + 120, jti: uuidv7(), events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...more,
  }, header);
  const send = async (logoutToken: string): Promise<number> =>
    (await fetch(`${stage.running.url}/oidc/back-channel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: logoutToken }) })).status;
  async function inside(): Promise<RawDesktop> {
    const knock = await Knock.begun(stage.running.url, at);
    liar.nonce = new URL(knock.url).searchParams.get('nonce') ?? '';
    liar.lie = { claims: (claims) => ({ ...claims, acr: 'card' }) };
    const { answer } = await knock.answer({ state: knock.state, code: 'a-code', iss: liar.issuer });
    liar.lie = {};
    expect(await comeBack(stage.running.url, at, answer!.comeBack)).toBe('ok');
    await at.connect();
    return at;
  }

  it('forged, old, for others, an ID token, replayed: the person stays', async () => {
    const desktop = await inside();
    const idToken = await liar.sign({ iss: liar.issuer, aud: CLIENT, sub: 'u-lin', nonce: 'x', iat: seconds(), exp: seconds() + 60 });
    const false_ = [
      idToken, await token({ nonce: 'x' }), await token({ events: {} }), await token({ aud: 'another' }), await token({ iss: 'https://evil.example' }), await token({ iat: seconds() - 600 }), await token({ sub: undefined }),
      await token({ jti: undefined }), await token({}, { typ: 'at+jwt' }), 'no token',
    ];
    liar.lie = { key: 'unknown' };
    false_.push(await token());
    liar.lie = { key: 'none' };
    false_.push(await token());
    liar.lie = { key: 'hmac' };
    false_.push(await token());
    liar.lie = {};
    for (const one of false_) expect(await send(one)).toBe(400);
    expect((await desktop.ask('renew', {})).token).toBeTypeOf('string');
  });

  it('a true one ends them at once, and not those that begin afterwards, however often it is sent', async () => {
    const desktop = await inside();
    const true_ = await token();
    expect(await send(true_)).toBe(200);
    expect(await desktop.dismissed()).toBe('sign-on-ended');
    await inside();
    expect(await send(true_)).toBe(400);
    expect((await at.ask('renew', {})).token).toBeTypeOf('string');
  });
});

describe('a provider that is not the one that was set up', () => {
  it.each<[string, Lie['metadata'], string]>([
    ['calls itself otherwise', { issuer: 'https://evil.example' }, 'issuer'], ['signs by nothing that is believed', { id_token_signing_alg_values_supported: ['none', 'HS256'] }, 'algorithms'], ['publishes no keys', { jwks_uri: undefined }, 'algorithms'],
  ])('%s: the centre serves, says so at its start, and sends nobody there', async (_what, metadata, why) => {
    liar.lie = { metadata: metadata ?? {} };
    const { running, data } = await startDemoCentre(undefined, ['--oidc', settingsFile(liar.issuer)]);
    try {
      expect(running.notices.join()).toContain(`（${why}）`);
      const desktop = new RawDesktop(running.url);
      await desktop.enrol('ws');
      expect(await Knock.begin(running.url, desktop)).toBe('sign-on-provider-false');
      expect(await signInCode(running.url, 'agent', 'aidline-demo', desktop)).toBe('ok');
    } finally {
      await running.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
