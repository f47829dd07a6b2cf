import { describe, expect, it } from 'vitest';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aServer, aSignedInDesk, inStep, openCase, write } from './harness.ts';

describe('the token of a session', () => {
  it('is renewed before it ends', async () => {
    const server = await aServer();
    server.tokenSeconds = 4;
    // Listened for from the start: on a busy machine it may come while the sign-in is still going on.
    const renewed = new Promise<void>((resolve) => {
      server.onAsk = (kind) => {
        if (kind === 'renew') resolve();
      };
    });
    const desk = await aSignedInDesk(server);
    const first = server.hellos.at(-1)?.token;
    await renewed;
    await desk.client.calls.ask({ kind: 'echo', body: null });
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection !== 'online');
    await inStep(desk);
    expect(server.hellos.at(-1)?.token).not.toBe(first);
    expect(server.signIns).toBe(1);
  });

  it('is fetched anew when the server knows it no more, and the session goes on', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.forgotten.add(server.hellos.at(-1)?.token ?? '');
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection !== 'online');
    await write(desk, caseId, 'meanwhile');
    await inStep(desk);
    expect(server.signIns).toBe(2);
    expect(server.notes(caseId)).toEqual(['meanwhile']);
  });

  it('is not asked for over and over with a password that was changed: that would lock the account', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.password = 'changed';
    server.refuseHello = { code: 'session-over' };
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused' && view.refusal?.code === 'wrong-password');
    const tries = server.signIns;
    await write(desk, caseId, 'kept');
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 1 } });
    expect(server.signIns).toBe(tries);
    expect(tries).toBe(2);
    await desk.client.calls.connectNow({});
    await untilView(desk.client, 'sync', {}, (view) => view.connection === 'refused');
    expect(server.signIns).toBe(3);
  });
});
