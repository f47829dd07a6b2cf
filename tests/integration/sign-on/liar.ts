import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, exportJWK, generateKeyPair, SignJWT, type JWTPayload, type CryptoKey } from 'jose';
import { CLIENT } from './real-provider.ts';

type Keys = { privateKey: CryptoKey; publicKey: CryptoKey };
/** What it does otherwise than it should. */
export type Lie = {
  metadata?: Record<string, unknown>;
  /** Claims of the ID token other than the true ones; undefined leaves one out. */
  claims?: (true_: JWTPayload) => JWTPayload;
  header?: Record<string, unknown>;
  /** Signs by this in place of its own key. */
  key?: 'unknown' | 'none' | 'hmac';
  token?: { status: number; body: unknown };
};

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** A provider that lies on demand, and is as a provider should be where no lie was asked for. */
export class Liar {
  readonly issuer: string;
  readonly #server: Server;
  readonly #keys: Keys;
  readonly #other: Keys;
  lie: Lie = {};
  /** Of the authorisation request that the next code answers. */
  nonce = '';
  asked = 0;

  private constructor(server: Server, keys: Keys, other: Keys) {
    this.#server = server;
    [this.#keys, this.#other] = [keys, other];
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      void this.#answer(request.url ?? '').then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<Liar> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Liar(server, await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('RS256', { extractable: true }));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(path: string): Promise<{ status: number; body: unknown }> {
    const { issuer } = this;
    if (path.startsWith('/.well-known')) {
      return { status: 200, body: {
        issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'], authorization_response_iss_parameter_supported: true, ...this.lie.metadata,
      } };
    }
    if (path.startsWith('/jwks')) return { status: 200, body: { keys: [{ ...(await exportJWK(this.#keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] } };
    if (!path.startsWith('/token')) return { status: 404, body: {} };
    this.asked += 1;
    if (this.lie.token !== undefined) return this.lie.token;
    return { status: 200, body: { access_token: 'of no use', token_type: 'Bearer', id_token: await this.sign({ iss: issuer, aud: CLIENT, sub: 'u-lin', nonce: this.nonce, iat: seconds(), exp: seconds() + 300, auth_time: seconds() }) } };
  }

  /** As the lie of now has it. */
  async sign(payload: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
    const claims = this.lie.claims?.(payload) ?? payload;
    const { key } = this.lie;
    const part = (value: unknown): string => base64url.encode(JSON.stringify(value));
    if (key === 'none') return `${part({ alg: 'none' })}.${part(claims)}.`;
    const signing = new SignJWT(claims).setProtectedHeader({ alg: key === 'hmac' ? 'HS256' : 'RS256', kid: 'k1', ...header, ...this.lie.header });
    return signing.sign(key === 'hmac' ? new TextEncoder().encode('a secret of the centre alone, and long') : key === 'unknown' ? this.#other.privateKey : this.#keys.privateKey);
  }
}
