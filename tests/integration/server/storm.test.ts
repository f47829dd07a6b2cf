import { sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helloBytes, PROTOCOL_VERSION, PullAnswer } from '#shared/protocol/wire.ts';
import { ADMISSION } from '../../../server/gateway/admission.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { MANY_AS_ONE } from './many-as-one.ts';
import { RawDesktop } from './raw-desktop.ts';
import { MORNING } from './story.ts';

const DESKTOPS = 200;
/** Slow enough for a test machine that knocks two hundred times in some seconds. */
const LIMITS = { ...ADMISSION, turnMs: 200, aTurn: 3, urgentATurn: 4, waiting: 40, urgentWaiting: 20, perSecond: 15 };
type Tried = { socket: Socket; refusal: null } | { socket: null; refusal: { code: string; retryAfterMs: number } };

/** After a night without a line everybody comes back in the same second. */
describe('a storm of desktops', () => {
  let running: RunningCentre;
  let agent: RawDesktop;
  const data = mkdtempSync(join(tmpdir(), 'aidline-storm-'));
  let hellos: Record<string, unknown>[];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    running = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--now', MORNING, '--log-level', 'silent']), { admission: LIMITS, limits: MANY_AS_ONE });
    agent = await RawDesktop.signIn(running.url, 'agent');
    // They come back: whose each desktop is was written down when it first came, with a sync of the disk each.
    const owners = running.centre.desktops;
    hellos = await Promise.all(Array.from({ length: DESKTOPS }, async () => {
      const desktop = uuidv7();
      await owners.claim(desktop, agent.person);
      const { token } = await running.centre.tokens.session(agent.person, desktop, agent.workstation);
      return { protocol: PROTOCOL_VERSION, token, workstation: agent.workstation, desktop, incarnation: 1, proof: sign(null, helloBytes(token), agent.machineKey.privateKey).toString('base64') };
    }));
  }, 60_000);
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    agent.close();
    await running.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function knock(hello: Record<string, unknown>): Promise<Tried> {
    const socket = io(running.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth: hello });
    return new Promise((resolve) => {
      socket.once('connect', () => {
        sockets.push(socket);
        resolve({ socket, refusal: null });
      });
      socket.once('connect_error', (error: Error & { data?: { code: string; detail?: { retryAfterMs: number } } }) => {
        socket.disconnect();
        resolve({ socket: null, refusal: { code: error.data?.code ?? error.message, retryAfterMs: error.data?.detail?.retryAfterMs ?? 0 } });
      });
    });
  }

  it('[OF5] [OF4] lets in what it can serve, those with urgent work first, and everybody within the times that it told them', async () => {
    const urgentOnes = 20;
    // Those with urgent work are the last to knock.
    const tried = await Promise.all(hellos.map((hello, index) => knock(index >= DESKTOPS - urgentOnes ? { ...hello, urgent: true } : hello)));
    const turnedAway = tried.filter((one) => one.refusal !== null);
    expect(turnedAway.length).toBeGreaterThan(20);
    expect(new Set(turnedAway.map((one) => one.refusal?.code))).toEqual(new Set(['busy']));
    expect(tried.slice(-urgentOnes).every((one) => one.refusal === null)).toBe(true);
    // A desktop that is in goes on working meanwhile.
    await agent.ask('people', {});

    const again = async (hello: Record<string, unknown>, refusal: { retryAfterMs: number }): Promise<Socket> => {
      for (let wait = refusal.retryAfterMs; ;) {
        await new Promise((resolve) => setTimeout(resolve, wait * (1 + Math.random() / 2)));
        const next = await knock(hello);
        if (next.socket !== null) return next.socket;
        wait = next.refusal.retryAfterMs;
      }
    };
    const began = Date.now();
    const all = await Promise.all(tried.map((one, index) => one.socket ?? again(hellos[index]!, one.refusal)));
    expect(Date.now() - began).toBeLessThan(40_000);
    // Each gets its start whole, though only two are worked on at a time.
    const answers = await Promise.all(all.map(async (socket) => PullAnswer.parse(await socket.timeout(20_000).emitWithAck('pull', { cursor: null, limit: 200 }))));
    expect(answers.every((answer) => answer.status === 'ok' && !answer.more && answer.behind === 0)).toBe(true);
  }, 90_000);

  it('[OF5] who would not be let in anyway takes nobody\'s place', async () => {
    const strangers = await Promise.all(Array.from({ length: 150 }, () => knock({ ...hellos[0], token: 'x' })));
    expect(new Set(strangers.map((one) => one.refusal?.code))).toEqual(new Set(['session-over']));
    expect((await knock(hellos[1]!)).refusal).toBeNull();
  }, 30_000);
});
