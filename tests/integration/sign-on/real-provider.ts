import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';

export const CLIENT = 'aidline';
export const CLIENT_SECRET = 'a secret of the centre alone';

/** A person at the provider: what its ID token says of them. */
export type Account = { sub: string } & Record<string, unknown>;
export type ProviderWish = { accounts: readonly Account[]; secret?: boolean; backChannelLogout?: string; port?: number };

/** A real OpenID Connect provider (`oidc-provider`) on loopback, whose sign-in pages take any password. */
export class RealProvider {
  readonly issuer: string;
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    this.issuer = `http://127.0.0.1:${port}`;
  }

  static async start({ accounts, secret = false, backChannelLogout, port = 0 }: ProviderWish): Promise<RealProvider> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const bound = (server.address() as AddressInfo).port;
    const configuration: Configuration = {
      clients: [{
        client_id: CLIENT, application_type: 'native', redirect_uris: ['http://127.0.0.1/aidline/sign-on'], grant_types: ['authorization_code'], response_types: ['code'],
        ...(secret ? { client_secret: CLIENT_SECRET, token_endpoint_auth_method: 'client_secret_basic' } : { token_endpoint_auth_method: 'none' }),
        ...(backChannelLogout === undefined ? {} : { backchannel_logout_uri: backChannelLogout, backchannel_logout_session_required: true }),
      }],
      claims: { openid: ['sub', 'groups', 'staff_number'], acr: null, auth_time: null, sid: null },
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      findAccount: (_context, id) => {
        const account = accounts.find(({ sub }) => sub === id);
        return account === undefined ? undefined : { accountId: id, claims: () => account };
      },
      cookies: { keys: ['of a test'] },
      // It would not send a logout token to loopback.
      fetch: (url, options = {}) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    };
    const provider = new Provider(`http://127.0.0.1:${bound}`, configuration);
    server.on('request', provider.callback());
    return new RealProvider(server, bound);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

/** A browser as far as a sign-in needs one: cookies, redirects and forms, without a script. */
export class SmallBrowser {
  readonly #cookies = new Map<string, string>();

  async #go(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual', method: form === undefined ? 'GET' : 'POST', headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects to a page, or to the first address that `stopAt` begins. */
  async #follow(url: string, stopAt: string, form?: Record<string, string>): Promise<{ url: string; page: string }> {
    let response = await this.#go(url, form);
    let at = url;
    for (let step = 0; step < 10 && response.status >= 300 && response.status < 400; step += 1) {
      at = new URL(response.headers.get('location') ?? '', at).href;
      if (at.startsWith(stopAt)) return { url: at, page: '' };
      response = await this.#go(at);
    }
    return { url: at, page: await response.text() };
  }

  /**
   * Signs in at the provider's own pages.
   * @returns the address that the provider sends the browser back to
   */
  async signIn(authorisation: string, login: string): Promise<URL> {
    const back = new URL(authorisation).searchParams.get('redirect_uri') ?? '';
    let at = await this.#follow(authorisation, back);
    for (let page = 0; page < 4 && at.page !== ''; page += 1) {
      const action = /<form[^>]*action="([^"]+)"/.exec(at.page)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(at.page)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`no form at ${at.url}: ${at.page.slice(0, 400)}`);
      at = await this.#follow(new URL(action, at.url).href, back, prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
    }
    return new URL(at.url);
  }

  /** Presses "cancel" on the provider's page. */
  async giveUp(authorisation: string): Promise<URL> {
    const back = new URL(authorisation).searchParams.get('redirect_uri') ?? '';
    const { url, page } = await this.#follow(authorisation, back);
    const abort = /href="([^"]+abort)"/.exec(page)?.[1];
    return new URL((await this.#follow(new URL(abort ?? '', url).href, back)).url);
  }

  /** The provider's own sign-out, and "yes" on its page. */
  async signOut(logout: string): Promise<number> {
    const { url, page } = await this.#follow(logout, 'nowhere');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
    return (await this.#go(new URL(action, url).href, { xsrf, logout: 'yes' })).status;
  }
}
