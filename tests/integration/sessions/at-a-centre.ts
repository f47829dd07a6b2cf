/** A centre with a rule of its own for sessions, the desks of people at it, and what a desktop that kept a passphrase would send. */
import { afterAll, beforeAll, expect } from 'vitest';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, inStep } from '../desk/harness.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, setStage, type Stage } from '../server/story.ts';

export const code = (answer: { ok: true } | { ok: false; refusal: { code: string } }): string => (answer.ok ? 'ok' : answer.refusal.code);

export class AtACentre {
  #stage: Stage | null = null;

  get stage(): Stage {
    if (this.#stage === null) throw new Error('before the centre stands');
    return this.#stage;
  }
  get url(): string {
    return this.stage.running.url;
  }
  /** The centre's time, or so many minutes from it. */
  now(minutes = 0): string {
    return new Date(Date.parse(this.stage.running.centre.clock.now()) + minutes * 60_000).toISOString();
  }

  async open(rule: readonly string[]): Promise<void> {
    this.#stage = await setStage(rule);
  }
  async close(): Promise<void> {
    if (this.#stage !== null) await clearStage(this.#stage);
  }

  /** Signed in at the server, and in step with it. */
  async deskOf(account: string, root = aFolder()): Promise<Running> {
    const desk = aDesk(root, { logic: domainLogic });
    expect(await desk.client.calls.signIn({ account, password: DEMO_PASSWORD, server: this.url })).toMatchObject({ ok: true, value: { checkedBy: 'server' } });
    await inStep(desk);
    return desk;
  }

  /** What a desktop that had kept the passphrase since then would send. @returns the code, or the token */
  async again(desktop: RawDesktop, account: string, typedAt: string | null, password = DEMO_PASSWORD): Promise<{ token: string } | { code: string }> {
    const response = await fetch(`${this.url}/session`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        protocol: PROTOCOL_VERSION, account, password, workstation: desktop.workstation, desktop: desktop.desktop, clockAt: new Date().toISOString(), ...(typedAt === null ? {} : { typedAt }),
      }),
    });
    const answer = (await response.json()) as { token?: string; code?: string; refusal?: { code: string } };
    return answer.token === undefined ? { code: answer.code ?? answer.refusal?.code ?? `HTTP ${response.status}` } : { token: answer.token };
  }
}

/** For the length of a test file. @param rule the centre's options */
export function atACentre(rule: readonly string[]): AtACentre {
  const here = new AtACentre();
  beforeAll(() => here.open(rule), 60_000);
  afterAll(() => here.close());
  return here;
}
