import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, expect, it } from 'vitest';
import { signBody } from '../../../server/telephony/webhook-signature.ts';
import { cleanUp, end, folder, serve } from '../server/child-server.ts';
import { RawDesktop } from '../server/raw-desktop.ts';

afterAll(cleanUp);

/**
 * A phone system as docs/telephony.md asks for: each event is sent until it is answered 200, signed anew each time.
 * Nothing tells it when the centre restarts.
 */
class Sender {
  url = '';
  secret: string;
  sent = 0;
  refusals = new Set<string>();
  #stopped = false;
  #going: Promise<void> = Promise.resolve();

  constructor(secret: string) {
    this.secret = secret;
  }

  start(): void {
    this.#going = this.#go();
  }

  async #go(): Promise<void> {
    while (!this.#stopped) {
      const event = JSON.stringify({ kind: 'queued', eventId: uuidv7(), callId: uuidv7(), at: new Date().toISOString(), queue: 'general', number: '19900000001' });
      while (!(await this.#once(event))) await wait(20);
      this.sent += 1;
      await wait(30);
    }
  }

  async #once(event: string): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aidline-signature': signBody(this.secret, new Date().toISOString(), event) }, body: event });
      if (response.status !== 200) this.refusals.add(((await response.json()) as { code: string }).code);
      return response.status === 200;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#going;
  }
}

it('[RB1] [CT1] the webhook\'s secret is changed as the manual says, under traffic, and no event is lost or counted twice', async () => {
  const [older, newer] = ['the secret of the year that is over', 'the secret of the year to come'];
  const data = join(folder(), 'centre');
  const start = (secrets: string) => serve(['--demo', '--crowd', '0', '--calls', 'off', '--data', data], { AIDLINE_WEBHOOK_SECRETS: secrets });
  const sender = new Sender(older);
  const traffic = async (more: number): Promise<void> => {
    const enough = sender.sent + more;
    while (sender.sent < enough) await wait(20);
  };
  let server = await start(older);
  sender.url = server.url;
  sender.start();
  await traffic(5);
  // 1: both, the new one first.
  await end(server.child);
  server = await start(`${newer},${older}`);
  sender.url = server.url;
  await traffic(5);
  // 2: the phone system changes.
  sender.secret = newer;
  await traffic(5);
  // 3: the old one is of no use any more.
  await end(server.child);
  server = await start(newer);
  sender.url = server.url;
  await traffic(5);
  await sender.stop();
  expect([...sender.refusals]).toEqual([]);
  const old = '{"events":[]}';
  const refused = await fetch(`${server.url}/telephony/events`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-aidline-signature': signBody(older, new Date().toISOString(), old) }, body: old });
  expect(((await refused.json()) as { code: string }).code).toBe('webhook-bad-signature');
  const agent = await RawDesktop.signIn(server.url, 'agent');
  await agent.until(() => agent.liveValue('queue')?.waiting === sender.sent, `${sender.sent} calls waiting, one for each event`);
  agent.close();
  await end(server.child);
}, 120_000);
