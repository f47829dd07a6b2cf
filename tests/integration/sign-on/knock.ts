import { createHash, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComeBackAnswer, helloBytes, SignOnAnswer, SignOnBegun, type SignOnResponse } from '#shared/protocol/wire.ts';
import { post } from '../administration/centre-acts.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { CLIENT } from './real-provider.ts';

/** A file for `--oidc`. */
export function settingsFile(issuer: string, more: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-oidc-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'oidc.json');
  writeFileSync(file, JSON.stringify({ issuer, clientId: CLIENT, ...more }));
  return file;
}

export const REDIRECT = 'http://127.0.0.1:49152/aidline/sign-on';

/** A sign-in under way, as a client without the desk's code begins and ends it. */
export class Knock {
  readonly url: string;
  readonly attempt: string;
  readonly state: string;
  /** The node that is answered to. */
  centre: string;
  readonly #secret: string;

  private constructor(centre: string, secret: string, begun: SignOnBegun) {
    this.centre = centre;
    this.#secret = secret;
    [this.url, this.attempt, this.state] = [begun.url, begun.attempt, begun.state];
  }

  /** @returns the refusal's code where it was not even begun */
  static async begin(centre: string, at: Pick<RawDesktop, 'workstation'>, redirectUri = REDIRECT): Promise<Knock | string> {
    const secret = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(secret).digest('base64url');
    const { code, body } = await post(centre, '/sign-on', { workstation: at.workstation, redirectUri, challenge });
    return code === 'ok' ? new Knock(centre, secret, SignOnBegun.parse(body)) : code;
  }

  static async begun(centre: string, at: Pick<RawDesktop, 'workstation'>): Promise<Knock> {
    const knock = await Knock.begin(centre, at);
    if (typeof knock === 'string') throw new Error(knock);
    return knock;
  }

  /** @returns what the server said of it: `ok` with the answer, or a code and what of it was wrong */
  async answer(response: SignOnResponse, secret = this.#secret): Promise<{ code: string; why: unknown; status: number; answer: SignOnAnswer | null }> {
    const { code, body, status } = await post(this.centre, '/sign-on/answer', { attempt: this.attempt, secret, response, clockAt: new Date().toISOString() });
    const refusal = body['refusal'] as { detail?: Record<string, unknown> } | undefined;
    return { code, status, why: refusal?.detail?.['why'], answer: code === 'ok' ? SignOnAnswer.parse(body) : null };
  }
}

/** What the browser brought back. */
export function responseOf(back: URL): SignOnResponse {
  const of = (name: string): string | undefined => back.searchParams.get(name) ?? undefined;
  const [code, iss, error] = [of('code'), of('iss'), of('error')];
  return { state: of('state') ?? '', ...(code === undefined ? {} : { code }), ...(iss === undefined ? {} : { iss }), ...(error === undefined ? {} : { error }) };
}

/** A token for this desktop, by what a sign-on gave. @param by another machine's key, to try with */
export async function comeBack(centre: string, desktop: RawDesktop, given: string, by = desktop): Promise<string> {
  const proof = sign(null, helloBytes(given), by.machineKey.privateKey).toString('base64');
  const { code, body } = await post(centre, '/session/again', { comeBack: given, workstation: desktop.workstation, desktop: desktop.desktop, proof });
  if (code === 'ok') desktop.token = ComeBackAnswer.parse(body).token;
  return code;
}
