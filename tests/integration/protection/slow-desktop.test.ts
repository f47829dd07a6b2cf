import { rmSync } from 'node:fs';
import type { Socket as TcpSocket } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, setStage, startDemoCentre, type Stage } from '../server/story.ts';

/** The connection below a desktop's websocket, to stop it from reading. */
const tcpOf = (desktop: RawDesktop): TcpSocket => {
  const { engine } = desktop.socket.io as unknown as { engine: { transport: { ws: { _socket: TcpSocket } } } };
  return engine.transport.ws._socket;
};

describe('a desktop that does not read', () => {
  let stage: Stage;
  const extra: RawDesktop[] = [];
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterEach(() => {
    for (const desktop of extra.splice(0)) desktop.close();
  });
  afterAll(() => clearStage(stage));

  const second = async (): Promise<RawDesktop> => {
    const desktop = await RawDesktop.signIn(stage.running.url, 'agent2');
    extra.push(desktop);
    return desktop;
  };
  const caseOf = async (desktop: RawDesktop): Promise<string> => {
    const caseId = uuidv7();
    await desktop.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    return caseId;
  };
  const note = (length: number) => ({ noteId: uuidv7(), text: '备'.repeat(length) });

  it('[RB1] is cut off with too-slow once what waits is over the bound, reads why when it reads again, and goes on from its cursor', async () => {
    const slow = await second();
    const dismissed = vi.spyOn(stage.running.centre.logger, 'warn');
    try {
      tcpOf(slow).pause();
      // Answers as large as there are, asked for without reading one: what the system takes in, and the bound above it.
      let asked = 0;
      await vi.waitFor(() => {
        for (let n = 0; n < 25; n += 1, asked += 1) slow.socket.emit('ask', { id: uuidv7(), kind: 'rules', body: { have: null } }, () => undefined);
        expect(dismissed.mock.calls.map(([what]) => (what as unknown as { code: string }).code)).toContain('too-slow');
      }, { timeout: 15_000, interval: 50 });
      // Others work on meanwhile.
      await caseOf(stage.agent);
      tcpOf(slow).resume();
      expect(await slow.dismissed()).toBe('too-slow');
      await slow.connect();
      await slow.ask('people', {});
    } finally {
      dismissed.mockRestore();
    }
  }, 60_000);

  it('[RB1] [SY5] is not fed on top of what waits; what it missed it has after it reads, in order', async () => {
    const slow = await RawDesktop.signIn(stage.running.url, 'agent');
    extra.push(slow);
    const caseId = await caseOf(stage.agent);
    await slow.until(() => slow.cases.has(caseId), 'the case');
    tcpOf(slow).pause();
    for (let n = 0; n < 40; n += 1) await stage.agent.must('write note', caseId, note(900));
    tcpOf(slow).resume();
    await slow.until(() => slow.state(caseId).version === stage.agent.state(caseId).version, 'the notes');
    expect(slow.state(caseId)).toEqual(stage.agent.state(caseId));
  }, 60_000);

  it('[RB1] that asks for page after page and reads none has one page made, not all', async () => {
    const slow = await second();
    const caseId = await caseOf(slow);
    for (let n = 0; n < 60; n += 1) await slow.must('write note', caseId, note(900));
    const pages = vi.spyOn(stage.running.centre.log, 'startStretch');
    tcpOf(slow).pause();
    for (let n = 0; n < 900; n += 1) slow.socket.emit('pull', { cursor: null, limit: 400 }, () => undefined);
    for (let n = 0; n < 20; n += 1) await caseOf(stage.agent);
    // As many as the system takes off our hands.
    expect(pages.mock.calls.length).toBeLessThan(200);
    pages.mockRestore();
  }, 60_000);

  it('[RB1] keeps no server from stopping', async () => {
    const { running, data } = await startDemoCentre();
    const slow = await RawDesktop.signIn(running.url, 'agent');
    extra.push(slow);
    tcpOf(slow).pause();
    const began = performance.now();
    await running.stop();
    expect(performance.now() - began).toBeLessThan(15_000);
    rmSync(data, { recursive: true, force: true });
  }, 60_000);
});
