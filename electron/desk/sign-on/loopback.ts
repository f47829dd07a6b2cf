import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SignOnResponse } from '#shared/protocol/wire.ts';
import { page } from './pages.ts';

const PATH = '/aidline/sign-on';
const LONGEST = 8_000;

export type Loopback = {
  readonly redirectUri: string;
  /** From here on the answer with this state is heard, once. */
  expect(state: string): Promise<SignOnResponse>;
  close(): void;
};

/** One value of each, or none: a name that comes twice says two things. */
function responseIn({ searchParams }: URL): SignOnResponse | null {
  const names = ['state', 'code', 'iss', 'error'] as const;
  if (names.some((name) => searchParams.getAll(name).length > 1)) return null;
  const [state, code, iss, error] = names.map((name) => searchParams.get(name));
  if (state == null || (code == null) === (error == null)) return null;
  return { state, ...(code == null ? {} : { code }), ...(iss == null ? {} : { iss: iss.slice(0, 300) }), ...(error == null ? {} : { error: error.slice(0, 100) }) };
}

function say(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', connection: 'close',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  }).end(body);
}

/**
 * Listens on 127.0.0.1, at a port that the system gives, for the browser's way back from the identity provider (RFC 8252 §7.3). Only
 * GET of one path by its own name, and only with the state that is awaited: whatever else comes is answered and changes nothing, so
 * that a page that tries ports can neither end a sign-in nor put in another's.
 */
export async function listenOnLoopback(): Promise<Loopback> {
  let awaited: { state: string; take: (answer: SignOnResponse) => void } | null = null;
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, response) => {
    const here = `127.0.0.1:${(server.address() as AddressInfo | null)?.port}`;
    const target = request.url ?? '';
    // Another name for this machine is how a web page would come (DNS rebinding).
    if (request.method !== 'GET' || request.headers.host !== here || target.length > LONGEST || !URL.canParse(target, `http://${here}`)) return say(response, 404, page('other'));
    const url = new URL(target, `http://${here}`);
    if (url.pathname !== PATH || url.host !== here) return say(response, 404, page('other'));
    const answer = responseIn(url);
    if (answer === null || awaited === null || answer.state !== awaited.state) return say(response, 400, page('other'));
    const { take } = awaited;
    awaited = null;
    say(response, 200, page(answer.error === undefined ? 'done' : 'refused'));
    take(answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
  });
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    expect: (state) => new Promise((take) => {
      awaited = { state, take };
    }),
    close: () => {
      awaited = null;
      // What is being answered is answered to its end; a browser that keeps a connection open keeps nothing alive.
      server.close();
      server.closeIdleConnections();
    },
  };
}
