import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { listenOnLoopback, type Loopback } from '../../../../electron/desk/sign-on/loopback.ts';
import { isForBrowser, openBrowser } from '../../../../electron/open-browser.ts';

let open: Loopback | null = null;
afterEach(() => open?.close());
const STATE = 'the-state-that-is-awaited';

/** As any program on this machine may ask, under any name. */
function ask(loopback: Loopback, target: string, { method = 'GET', host }: { method?: string; host?: string } = {}): Promise<{ status: number; body: string }> {
  const { port } = new URL(loopback.redirectUri);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target, method, headers: { host: host ?? `127.0.0.1:${port}` } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => { body += text; }).on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.once('error', reject).end();
  });
}
const path = (query: Record<string, string>): string => `/aidline/sign-on?${new URLSearchParams(query).toString()}`;

it('answers only the one path and the awaited state, once, and nothing before it is awaited', async () => {
  open = await listenOnLoopback();
  expect(open.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/aidline\/sign-on$/);
  const good = path({ state: STATE, code: 'c', iss: 'https://id.example' });
  expect((await ask(open, good)).status).toBe(400);
  const answered = open.expect(STATE);
  for (const [target, more, status] of [
    ['/', {}, 404], ['/aidline/sign-on/', {}, 404], ['/aidline/sign-on/../sign-on2', {}, 404], ['http://evil.example/aidline/sign-on', {}, 404], [good, { method: 'POST' }, 404], [good, { host: 'localhost' }, 404],
    [good, { host: 'evil.example' }, 404], [path({ state: 'another', code: 'c' }), {}, 400], [path({ code: 'c' }), {}, 400], [path({ state: STATE }), {}, 400], [path({ state: STATE, code: 'c', error: 'e' }), {}, 400],
    [`${good}&state=${STATE}`, {}, 400], [path({ state: STATE, code: 'x'.repeat(9000) }), {}, 404],
  ] as const) expect([target.slice(0, 60), (await ask(open, target, more)).status]).toEqual([target.slice(0, 60), status]);
  const page = await ask(open, good);
  expect(page.status).toBe(200);
  expect(await answered).toEqual({ state: STATE, code: 'c', iss: 'https://id.example' });
  expect((await ask(open, good)).status).toBe(400);
});

it('says in both languages that the page may be closed, nothing of what came, and what went wrong in Aidline itself', async () => {
  open = await listenOnLoopback();
  const answered = open.expect(STATE);
  const { body } = await ask(open, path({ state: STATE, error: 'access_denied', error_description: '<script>alert(1)</script>' }));
  expect(body).toMatch(/没有登录[\s\S]*Not signed in/);
  expect(body).not.toMatch(/script|access_denied/);
  expect(await answered).toEqual({ state: STATE, error: 'access_denied' });
});

it('two sign-ins have two ports; a closed one answers nobody', async () => {
  const first = await listenOnLoopback();
  open = await listenOnLoopback();
  expect(first.redirectUri).not.toBe(open.redirectUri);
  first.close();
  await expect(ask(first, path({ state: STATE, code: 'c' }))).rejects.toThrow();
});

it('the system’s browser gets pages over TLS or of this machine, nothing else', async () => {
  for (const good of ['https://id.example/auth?x=1', 'http://127.0.0.1:4000/auth', 'http://localhost/auth', 'http://[::1]:1/x']) expect([good, isForBrowser(good)]).toEqual([good, true]);
  for (const bad of ['http://id.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'ms-msdt:/id', 'https://user:word@id.example/', 'http://127.0.0.1.evil.example/', 'no address']) expect([bad, isForBrowser(bad)]).toEqual([bad, false]);
  const opened: string[] = [];
  const shell = { openExternal: (address: string) => (address.endsWith('/none') ? Promise.reject(new Error('no browser')) : Promise.resolve(void opened.push(address))) };
  expect([await openBrowser(shell, 'https://id.example/'), await openBrowser(shell, 'file:///x'), await openBrowser(shell, 'https://id.example/none')]).toEqual([true, false, false]);
  expect(opened).toEqual(['https://id.example/']);
});
