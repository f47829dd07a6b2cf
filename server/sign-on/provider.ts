import * as client from 'openid-client';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SignOnSettings } from './settings.ts';
import { refusedThere, troubleOf } from './trouble.ts';

const ANSWER_SECONDS = 5;
/** What the provider says of itself is asked for anew after so long; its keys as soon as one is unknown. */
const KEEP_MS = 60 * 60_000;
/** A logout token is made when it is sent. */
const LOGOUT_AGE_SECONDS = 120;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What only the server knows of a sign-in under way, until its answer comes. */
export type Expected = { state: string; nonce: string; verifier: string; redirectUri: string };
export type Response = { state: string; code?: string | undefined; iss?: string | undefined; error?: string | undefined };
export type Claims = Readonly<Record<string, unknown>> & { sub: string };
type Failed = { refusal: Refusal };
type Known = { config: client.Configuration; issuer: string; keys: JWTVerifyGetKey; at: number };

const LogoutClaims = z.looseObject({
  sub: z.string().min(1).optional(), sid: z.string().min(1).optional(), jti: z.string().min(1).max(200), iat: z.number(),
  events: z.looseObject({ [LOGOUT_EVENT]: z.looseObject({}) }),
});

/**
 * The identity provider as this server sees it (OpenID Connect, authorisation code with PKCE). All trust is here: what it says of
 * itself must be of the issuer that was set, and every token is checked by its keys, also those that came over TLS.
 */
export class Provider {
  readonly #settings: SignOnSettings;
  readonly #nowMs: () => number;
  #known: Known | null = null;
  #asking: Promise<Known | Failed> | null = null;
  #reachable = true;

  /** @param nowMs the real clock: a provider knows nothing of a demonstration's */
  constructor(settings: SignOnSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /** Whether it answered when it was last asked. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** What it says of itself, asked for where it is not known or old; one question at a time. */
  async known(): Promise<Known | Failed> {
    if (this.#known !== null && this.#nowMs() - this.#known.at < KEEP_MS) return this.#known;
    this.#asking ??= this.#discover().finally(() => (this.#asking = null));
    const found = await this.#asking;
    // What it said an hour ago is still better than nothing, where it does not answer now.
    return 'refusal' in found && found.refusal.code === 'sign-on-provider-down' ? (this.#known ?? found) : found;
  }

  async #discover(): Promise<Known | Failed> {
    const { issuer, clientId, secret, skewSeconds, algorithms } = this.#settings;
    const plain = new URL(issuer).protocol === 'http:';
    try {
      const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), { timeout: ANSWER_SECONDS, ...(plain ? { execute: [client.allowInsecureRequests] } : {}) });
      const { supportsPKCE: _helper, ...told } = found.serverMetadata();
      // The library knows exceptions for some providers; there is none here.
      if (new URL(told.issuer).href !== new URL(issuer).href) return this.#failed({ code: 'sign-on-provider-false', detail: { why: 'issuer' } });
      const signing = (told.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) => algorithms.some((one) => one === name));
      if (signing.length === 0 || told.jwks_uri === undefined) return this.#failed({ code: 'sign-on-provider-false', detail: { why: 'algorithms' } });
      const config = new client.Configuration(
        { ...told, id_token_signing_alg_values_supported: signing }, clientId, { [client.clockTolerance]: skewSeconds }, secret === null ? client.None() : client.ClientSecretBasic(secret),
      );
      config.timeout = ANSWER_SECONDS;
      if (plain) client.allowInsecureRequests(config);
      client.enableNonRepudiationChecks(config);
      this.#reachable = true;
      this.#known = { config, issuer: told.issuer, keys: createRemoteJWKSet(new URL(told.jwks_uri), { timeoutDuration: ANSWER_SECONDS * 1000 }), at: this.#nowMs() };
      return this.#known;
    } catch (error) {
      const trouble = troubleOf(error);
      // Before there is anybody who signs in, whatever is false is the provider itself, or its address.
      return this.#failed(trouble.code === 'sign-on-provider-down' ? trouble : { code: 'sign-on-provider-false', detail: { why: String(trouble.detail?.['why'] ?? 'answer') } });
    }
  }

  #failed(refusal: Refusal): Failed {
    this.#reachable = false;
    return { refusal };
  }

  /** Begins a sign-in: the address for the browser, and what its answer must fit. */
  async begin(redirectUri: string): Promise<{ url: string; expected: Expected } | Failed> {
    const known = await this.known();
    if ('refusal' in known) return known;
    const { scope, freshLoginSeconds, acr } = this.#settings;
    const expected: Expected = { redirectUri, state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
    const url = client.buildAuthorizationUrl(known.config, {
      redirect_uri: redirectUri, scope, state: expected.state, nonce: expected.nonce, code_challenge: await client.calculatePKCECodeChallenge(expected.verifier), code_challenge_method: 'S256',
      ...(freshLoginSeconds === null ? {} : { prompt: 'login', max_age: String(freshLoginSeconds) }), ...(acr.length === 0 ? {} : { acr_values: acr.join(' ') }),
    });
    return { url: url.href, expected };
  }

  /**
   * Exchanges the code of an answer and checks the ID token: signature, algorithm, issuer, audience, nonce, times, and how long ago
   * the person signed in there.
   */
  async finish(response: Response, expected: Expected): Promise<{ issuer: string; claims: Claims } | Failed> {
    if (response.state !== expected.state) return { refusal: { code: 'sign-on-answer-false', detail: { why: 'state' } } };
    const known = await this.known();
    if ('refusal' in known) return known;
    // Mix-up: whose answer it is must be told before the code is shown to anybody (RFC 9207).
    if (response.iss !== undefined && response.iss !== known.issuer) return { refusal: { code: 'sign-on-answer-false', detail: { why: 'iss' } } };
    if (response.error !== undefined) return { refusal: refusedThere(response.error) };
    const { freshLoginSeconds } = this.#settings;
    const url = new URL(expected.redirectUri);
    for (const name of ['state', 'code', 'iss'] as const) if (response[name] !== undefined) url.searchParams.set(name, response[name]);
    try {
      const tokens = await client.authorizationCodeGrant(known.config, url, {
        expectedState: expected.state, expectedNonce: expected.nonce, pkceCodeVerifier: expected.verifier, idTokenExpected: true, ...(freshLoginSeconds === null ? {} : { maxAge: freshLoginSeconds }),
      });
      this.#reachable = true;
      const claims = tokens.claims();
      return claims === undefined ? { refusal: { code: 'sign-on-answer-false', detail: { why: 'id_token' } } } : { issuer: known.issuer, claims };
    } catch (error) {
      const refusal = troubleOf(error);
      if (refusal.code === 'sign-on-provider-down') this.#reachable = false;
      return { refusal };
    }
  }

  /** Where the browser's session at the provider is ended (RP-initiated logout); null where it has no such place or is not known. */
  logoutUrl(): string | null {
    if (!this.#settings.logout || this.#known?.config.serverMetadata().end_session_endpoint === undefined) return null;
    return client.buildEndSessionUrl(this.#known.config).href;
  }

  /**
   * Checks a logout token (OpenID Connect Back-Channel Logout 1.0). What makes it no ID token, and an ID token no logout token, is
   * checked as well.
   *
   * @returns whose sessions end, or why it is not believed
   */
  async readLogoutToken(token: string): Promise<{ issuer: string; subject: string | null; sid: string | null; jti: string; until: number } | { why: string }> {
    const known = await this.known();
    if ('refusal' in known) return { why: known.refusal.code };
    const { clientId, algorithms, skewSeconds } = this.#settings;
    let payload: JWTPayload;
    try {
      const verified = await jwtVerify(token, known.keys, {
        issuer: known.issuer, audience: clientId, algorithms: [...algorithms], clockTolerance: skewSeconds, maxTokenAge: LOGOUT_AGE_SECONDS, currentDate: new Date(this.#nowMs()), requiredClaims: ['iat', 'jti', 'events'],
      });
      const typ = verified.protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
      if (typ !== undefined && typ !== 'logout+jwt') return { why: 'typ' };
      payload = verified.payload;
    } catch (error) {
      return { why: error instanceof errors.JOSEError ? error.code : 'keys' };
    }
    const claims = LogoutClaims.safeParse(payload);
    if (!claims.success || 'nonce' in payload) return { why: 'claims' };
    const { sub = null, sid = null, jti, iat } = claims.data;
    return sub === null && sid === null ? { why: 'claims' } : { issuer: known.issuer, subject: sub, sid, jti, until: (iat + LOGOUT_AGE_SECONDS + skewSeconds) * 1000 };
  }
}
