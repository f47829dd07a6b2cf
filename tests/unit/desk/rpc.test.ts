import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { nodePort } from '../../../electron/desk/ports.ts';
import { Publisher } from '../../../electron/desk/rpc/publisher.ts';
import { servePort } from '../../../electron/desk/rpc/serve-port.ts';
import { createDeskClient } from '../../../renderer/desk-client/desk-client.ts';
import { noCases, withChange } from '../../../renderer/desk-client/held-cases.ts';
import { deskMethods, type DeskHandlers } from '../../../shared/protocol/desk-rpc.ts';
import type { CaseView } from '../../../shared/protocol/case-view.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

const refused = { ok: false, refusal: { code: 'not-here' } } as const;
const handlers = (over: Partial<DeskHandlers> = {}): DeskHandlers => ({
  ...(Object.fromEntries(Object.keys(deskMethods).map((name) => [name, () => refused])) as unknown as DeskHandlers), ...over,
});

const views = { session: (): unknown => ({ status: 'signed-out', refusal: null }), sync: () => null, rules: () => null, live: () => null, caseIds: () => [] as string[], caseView: () => null as CaseView | null };

function joined(over: Partial<DeskHandlers> = {}, seen: Partial<typeof views> = {}) {
  const errors: unknown[] = [];
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const publisher = new Publisher({ ...views, ...seen });
  const end = servePort(nodePort(port1), handlers(over), publisher, (error) => errors.push(error));
  return { port: port2, publisher, errors, end };
}

/** Sends a raw frame and gives the next one that comes back. */
const exchange = (port: MessagePort, frame: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    port.once('message', resolve);
    port.postMessage(frame);
  });

describe('the desk’s end of the port', () => {
  it('[RB1] refuses what is no method or does not fit, and goes on', async () => {
    const { port, errors } = joined({ quitCheck: () => ({ ok: true, value: { unsent: 3 } }) });
    expect(await exchange(port, { t: 'call', n: 1, method: 'toString', params: {} })).toEqual({ t: 'reply', n: 1, reply: { ok: false, refusal: { code: 'method-unknown' } } });
    expect(await exchange(port, { t: 'call', n: 2, method: 'command', params: { kind: 'x', case: 'no id', body: {} } })).toEqual({ t: 'reply', n: 2, reply: { ok: false, refusal: { code: 'params-malformed', detail: { method: 'command', path: 'case' } } } });
    port.postMessage({ t: 'nonsense' });
    port.postMessage('not even an object');
    port.postMessage({ t: 'subscribe', n: 9, topic: 'case', params: { case: 'no id' } });
    expect(await exchange(port, { t: 'call', n: 3, method: 'quitCheck', params: {} })).toEqual({ t: 'reply', n: 3, reply: { ok: true, value: { unsent: 3 } } });
    expect(errors).toHaveLength(3);
  });

  it('answers a call whose handler has a bug, and tells the bug', async () => {
    const bug = new Error('bug');
    const { port, errors } = joined({ quitCheck: () => { throw bug; } });
    expect(await exchange(port, { t: 'call', n: 1, method: 'quitCheck', params: {} })).toEqual({ t: 'reply', n: 1, reply: { ok: false, refusal: { code: 'desk-failed' } } });
    expect(errors).toEqual([bug]);
  });

  it('tells a full disk as what it is', async () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const { port } = joined({ saveDraft: () => { throw full; } });
    expect(await exchange(port, { t: 'call', n: 1, method: 'saveDraft', params: { case: null, field: 'note', text: 'a' } })).toMatchObject({ reply: { ok: false, refusal: { code: 'store-full' } } });
  });
});

describe('the renderer’s end', () => {
  it('pushes the view at once, once per turn of changes, and not after the end', async () => {
    let unsent = 0;
    const { port, publisher } = joined({}, { session: () => ({ status: 'signed-out', refusal: { code: `n${unsent}` } }) });
    const client = createDeskClient();
    client.attach(nodePort(port));
    const got: string[] = [];
    let wake = (): void => {};
    const stop = client.subscribe('session', {}, (view) => {
      if (view.status === 'signed-out') got.push(view.refusal?.code ?? '');
      wake();
    });
    const next = (): Promise<void> => new Promise((resolve) => { wake = resolve; });
    await next();
    unsent = 5;
    for (let n = 0; n < 10; n += 1) publisher.changed('session');
    await next();
    expect(got).toEqual(['n0', 'n5']);
    stop();
    publisher.changed('session');
    await client.calls.quitCheck({});
    expect(got).toEqual(['n0', 'n5']);
  });

  it('refuses calls on their way when the desk goes away, and subscribes again at the next one', async () => {
    const hanging = joined({ quitCheck: () => new Promise(() => {}) });
    const client = createDeskClient();
    client.attach(nodePort(hanging.port));
    let times = 0;
    let wake = (): void => {};
    client.subscribe('session', {}, () => {
      times += 1;
      wake();
    });
    await new Promise<void>((resolve) => { wake = resolve; });
    const lost = client.calls.quitCheck({});
    client.detach();
    expect(await lost).toEqual({ ok: false, refusal: { code: 'desk-lost' } });
    const meanwhile = client.calls.quitCheck({});
    const next = joined({ quitCheck: () => ({ ok: true, value: { unsent: 0 } }) });
    const again = new Promise<void>((resolve) => { wake = resolve; });
    client.attach(nodePort(next.port));
    await again;
    expect(times).toBe(2);
    expect(await meanwhile).toEqual({ ok: true, value: { unsent: 0 } });
  });

  it('keeps the list of cases by its changes, unchanged ones with their identity', () => {
    const view = (id: string): CaseView => ({ case: id, version: 1, state: {}, marks: [], heardAt: null });
    const [a, b, c] = [v7(), v7(), v7()];
    const whole = withChange(noCases, { whole: true, changed: [view(a), view(b)], gone: [] });
    const next = withChange(whole, { whole: false, changed: [view(c)], gone: [a] });
    expect([...next.keys()]).toEqual([b, c]);
    expect(next.get(b)).toBe(whole.get(b));
    expect([...withChange(next, { whole: true, changed: [view(a)], gone: [] }).keys()]).toEqual([a]);
  });
});
