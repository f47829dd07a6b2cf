import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import { Rates } from '../../../server/protection/rates.ts';
import { telephonyWebhook } from '../../../server/telephony/webhook.ts';
import type { WebhookOptions } from '../../../server/telephony/webhook.ts';
import { webhookErrors } from '../../../server/telephony/webhook-error.ts';
import { WebhookPhones } from '../../../server/telephony/webhook-phones.ts';
import { checkSignature, signBody } from '../../../server/telephony/webhook-signature.ts';

const now = '2026-03-02T01:00:00.000Z';
const secret = 'the present secret of this test';
const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function listen(options: Partial<WebhookOptions> = {}) {
  const taken: PhoneEvent[] = [];
  const app = Fastify({ forceCloseConnections: true });
  app.post('/echo', async (request) => ({ got: request.body }));
  await app.register(telephonyWebhook, {
    secrets: [secret], now: () => now, within: async () => 0, accept: async (events: PhoneEvent[]) => void taken.push(...events), ...options,
  });
  open.push(app);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const post = async (body: string, headers: Record<string, string> = { 'x-aidline-signature': signBody(secret, now, body) }) => {
    const response = await fetch(`${base}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, response };
  };
  return { base, post, taken };
}
const queued = (eventId = 'e1', more: object = {}) => ({ kind: 'queued', eventId, callId: 'c1', at: now, queue: 'general', number: '10000000001', ...more });
const later = (seconds: number): string => new Date(Date.parse(now) + seconds * 1000).toISOString();

describe('POST /telephony/events', () => {
  it('takes one event, a list, or a batch', async () => {
    const c = await listen();
    expect(await c.post(JSON.stringify(queued('a')))).toMatchObject({ status: 200, body: { taken: 1 } });
    expect(await c.post(JSON.stringify([queued('b'), queued('c')]))).toMatchObject({ status: 200, body: { taken: 2 } });
    expect(await c.post(JSON.stringify({ events: [queued('d')] }))).toMatchObject({ status: 200 });
    expect(c.taken.map((e) => e.eventId)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('[CT1] an event may be hours old: only the time of sending is judged', async () => {
    const c = await listen();
    expect((await c.post(JSON.stringify(queued('old', { at: '2026-03-01T15:00:00+08:00' })))).status).toBe(200);
    expect(c.taken[0]?.at).toBe('2026-03-01T07:00:00.000Z');
  });

  it('signs the bytes, whatever their layout and language', async () => {
    const c = await listen();
    const body = `\n  ${JSON.stringify({ ...queued(), queue: '信用卡挂失' }, null, 3)}\n`;
    expect((await c.post(body)).status).toBe(200);
    expect(c.taken[0]?.queue).toBe('信用卡挂失');
  });

  it('[RB1] refuses without a signature', async () => {
    const c = await listen();
    expect(await c.post(JSON.stringify(queued()), {})).toMatchObject({ status: 401, body: { code: 'webhook-unsigned' } });
    expect(c.taken).toEqual([]);
  });

  it.each([
    ['another secret', (body: string) => signBody('another', now, body)],
    ['another body', () => signBody(secret, now, '{}')],
    ['another time under the same mac', (body: string) => signBody(secret, now, body).replace(/^t=\d+/, `t=${Date.parse(later(5)) / 1000}`)],
    ['half a mac', (body: string) => signBody(secret, now, body).slice(0, -10)],
    ['nonsense', () => 'v1=zz,t=-1'],
    ['another version', (body: string) => signBody(secret, now, body).replace('v1=', 'v0=')],
  ])('[RB1] refuses %s', async (_, sign) => {
    const c = await listen();
    const body = JSON.stringify(queued());
    expect(await c.post(body, { 'x-aidline-signature': sign(body) })).toMatchObject({ status: 401, body: { code: 'webhook-bad-signature' } });
    expect(c.taken).toEqual([]);
  });

  it('[RB1] five minutes of difference in the time of sending pass, a second more does not, either way', async () => {
    const c = await listen();
    const body = JSON.stringify(queued());
    for (const seconds of [-300, 300]) expect((await c.post(body, { 'x-aidline-signature': signBody(secret, later(seconds), body) })).status).toBe(200);
    for (const seconds of [-301, 301, 86_400]) {
      expect(await c.post(body, { 'x-aidline-signature': signBody(secret, later(seconds), body) })).toMatchObject({ status: 401, body: { code: 'webhook-stale' } });
    }
  });

  it('accepts two secrets while they are being changed, and either of a sender’s two', async () => {
    const c = await listen({ secrets: ['new', 'old'] });
    const body = JSON.stringify(queued());
    for (const good of ['new', 'old']) expect((await c.post(body, { 'x-aidline-signature': signBody(good, now, body) })).status).toBe(200);
    const both = `${signBody('gone', now, body)},${signBody('old', now, body).split(',')[1]}`;
    expect((await c.post(body, { 'x-aidline-signature': both })).status).toBe(200);
    expect((await c.post(body, { 'x-aidline-signature': signBody('gone', now, body) })).status).toBe(401);
  });

  it.each([
    ['no JSON', '{"kind":', ''],
    ['no UTF-8', 'latin', ''],
    ['an empty body', '', ''],
    ['a number', '7', 'events.0'],
    ['an empty batch', '{"events":[]}', 'events'],
    ['an unknown kind', JSON.stringify({ events: [queued(), queued('x', { kind: 'exploded' })] }), 'events.1.kind'],
    ['a routing event of ours', JSON.stringify(queued('x', { kind: 'accepted', offerId: 'o', personId: 'p', desktopId: 'd' })), 'events.0.kind'],
    ['a time in the future', JSON.stringify(queued('x', { at: later(86_400) })), 'events.0.at'],
    ['too many events', JSON.stringify({ events: Array.from({ length: 201 }, (_, i) => queued(`e${i}`)) }), 'events'],
    ['a prototype', '{"__proto__":{"kind":"queued"},"eventId":"e"}', 'events.0.kind'],
  ])('[RB1] refuses %s and says where, taking nothing of the batch', async (what, text, path) => {
    const c = await listen();
    const bytes = what === 'no UTF-8' ? Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) : Buffer.from(text);
    const response = await fetch(`${c.base}/telephony/events`, {
      method: 'POST', body: bytes, headers: { 'content-type': 'application/json', 'x-aidline-signature': signWith(bytes) },
    });
    const answer = (await response.json()) as { code: string; issues: { path: string }[] };
    expect({ status: response.status, code: answer.code }).toEqual({ status: 400, code: 'webhook-malformed' });
    expect(answer.issues.map((issue) => issue.path)).toContain(path);
    expect(c.taken).toEqual([]);
  });

  it('[PR4] a refusal repeats nothing that was sent', async () => {
    const c = await listen();
    const answer = await c.post(JSON.stringify(queued('x', { number: '6225880000000000abc', queue: 7 })));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain('622588');
  });

  it('[RB1] refuses more than 64 kB before looking at it, and goes on', async () => {
    const c = await listen();
    const big = JSON.stringify({ events: [queued()], filler: 'x'.repeat(64 * 1024) });
    expect(await c.post(big)).toMatchObject({ status: 413, body: { code: 'webhook-too-large' } });
    const exact = JSON.stringify(queued());
    expect((await c.post(exact + ' '.repeat(64 * 1024 - exact.length))).status).toBe(200);
    expect(c.taken).toHaveLength(1);
  });

  it('[RB1] puts off a sender who comes too often', async () => {
    const rate = new Rates(null).counter('webhook of this test', { points: 3, seconds: 60 });
    const c = await listen({ within: (address) => rate.take(address) });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await c.post(JSON.stringify(queued(`e${i}`))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(answers[4]!.body['code']).toBe('webhook-too-frequent');
    expect(Number(answers[4]!.response.headers.get('retry-after'))).toBeGreaterThan(50);
  });

  it('[RB1] somebody at another address who cannot sign puts off nobody who can', async () => {
    const rate = new Rates(null).counter('webhook of this test', { points: 3, seconds: 60 });
    const c = await listen({ within: (address) => rate.take(address) });
    const junk = (): Promise<number> => new Promise((resolve, reject) => {
      const sent = request(`${c.base}/telephony/events`, { method: 'POST', localAddress: '127.0.0.2', headers: { 'content-type': 'application/json' } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end('{}');
    });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push(await junk());
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await c.post(JSON.stringify(queued()))).status).toBe(200);
  });

  it('[SY1] answers 200 only when the events are durably taken, and 503 when they were not', async () => {
    const [stored, entered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = await listen({
      accept: () => {
        entered.resolve();
        return stored.promise;
      },
    });
    let answered = false;
    const answer = slow.post(JSON.stringify(queued())).then((a) => {
      answered = true;
      return a;
    });
    await entered.promise;
    // A whole round trip to the same server: time enough for an answer given too early.
    await fetch(`${slow.base}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(answered).toBe(false);
    stored.resolve();
    expect((await answer).status).toBe(200);

    const failing = await listen({ accept: () => Promise.reject(new Error('disk full')) });
    const refused = await failing.post(JSON.stringify(queued()));
    expect(refused).toMatchObject({ status: 503, body: { code: 'webhook-not-stored' } });
    expect(refused.response.headers.get('retry-after')).toBe('1');
    expect(JSON.stringify(refused.body)).not.toContain('disk full');
  });

  it('leaves the other routes their own parser', async () => {
    const c = await listen();
    const response = await fetch(`${c.base}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
    expect(await response.json()).toEqual({ got: { a: 1 } });
  });

  it('every refusal says in both languages what happened and what to do', () => {
    for (const words of Object.values(webhookErrors)) {
      for (const text of [words.zh, words.todo.zh]) expect(text).toMatch(/\p{Script=Han}/u);
      for (const text of [words.en, words.todo.en]) expect(text).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('no header, however long, is worth more than a refusal', () => {
    expect(checkSignature(`${'v1=00,'.repeat(100_000)}`, Buffer.from('x'), [secret], now)).toBe('webhook-bad-signature');
    expect(checkSignature(' ', Buffer.from('x'), [secret], now)).toBe('webhook-unsigned');
  });
});

describe('a phone system behind the webhook', () => {
  it('delivers what the webhook takes, and asks the sender to come again while nobody listens', async () => {
    const phones = new WebhookPhones({ now: () => now });
    const c = await listen({ accept: phones.accept });
    expect((await c.post(JSON.stringify(queued()))).status).toBe(503);
    const got: PhoneEvent[] = [];
    await phones.start(async (events) => void got.push(...events));
    expect((await c.post(JSON.stringify(queued()))).status).toBe(200);
    expect(got).toHaveLength(1);
    expect(await phones.hold('c1')).toMatchObject({ ok: false, code: 'phones-no-commands' });
  });

  it('sends signed commands and understands the answer, a refusal, nonsense and silence', async () => {
    const pbx = Fastify({ forceCloseConnections: true });
    open.push(pbx);
    const seen: { command: unknown; verdict: string }[] = [];
    let answer: unknown = { ok: true };
    pbx.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    pbx.post('/commands', async (request) => {
      const body = request.body as Buffer;
      seen.push({ command: JSON.parse(body.toString()), verdict: checkSignature(request.headers['x-aidline-signature'] as string, body, ['outbound'], now) });
      return answer;
    });
    const url = `${await pbx.listen({ port: 0, host: '127.0.0.1' })}/commands`;
    const phones = new WebhookPhones({ now: () => now, commands: { url, secret: 'outbound' } });
    expect(await phones.dial({ callId: 'c1', personId: 'p1', extension: '8001', number: '10000000001' })).toEqual({ ok: true });
    expect(seen).toEqual([{ command: { command: 'dial', callId: 'c1', personId: 'p1', extension: '8001', number: '10000000001' }, verdict: 'ok' }]);
    answer = { ok: false, code: 'phones-unknown-call' };
    expect(await phones.end('c1')).toMatchObject({ ok: false, code: 'phones-unknown-call' });
    expect(phones.health()).toBe('ok');
    answer = { surprise: true };
    expect(await phones.end('c1')).toMatchObject({ ok: false, code: 'phones-unreachable' });
    await pbx.close();
    expect(await phones.end('c1')).toMatchObject({ ok: false, code: 'phones-unreachable' });
    expect(phones.health()).toBe('down');
  });

  it('[CT1] the example sender is understood; its event sent twice is one call', async () => {
    const c = await listen({ now: () => new Date().toISOString() });
    const script = fileURLToPath(new URL('../../../server/telephony/example-sender.mjs', import.meta.url));
    const run = await promisify(execFile)(process.execPath, [script, c.base, '10000000009', 'loss', '--abandon'], {
      env: { ...process.env, AIDLINE_WEBHOOK_SECRET: secret }, timeout: 20_000,
    });
    expect(run.stdout).toContain('taken: queued');
    expect(c.taken.map((e) => e.kind)).toEqual(['queued', 'queued', 'abandoned']);
    expect(foldCall(c.taken[0]!.callId, c.taken)).toMatchObject({ number: '10000000009', queue: 'loss', lossReport: true, endReason: 'abandoned', events: 2 });
  });

  it('the example sender tells why it was refused, and gives up', async () => {
    const c = await listen({ now: () => new Date().toISOString() });
    const script = fileURLToPath(new URL('../../../server/telephony/example-sender.mjs', import.meta.url));
    const run = promisify(execFile)(process.execPath, [script, c.base], { env: { ...process.env, AIDLINE_WEBHOOK_SECRET: 'wrong' }, timeout: 20_000 });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('webhook-bad-signature') });
  });
});

function signWith(bytes: Buffer): string {
  return signBody(secret, now, bytes);
}
