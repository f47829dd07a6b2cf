import { z } from 'zod';
import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import { phoneRefusal } from './phones.ts';
import type { PhoneOutcome, Phones, PhonesHealth, PhoneTarget } from './phones.ts';
import { signatureHeader, signBody } from './webhook-signature.ts';

export interface WebhookPhonesOptions {
  now(): string;
  /**
   * Where commands are sent, signed as its own events are. Absent: this phone system takes none, and people use their
   * phone sets; its events still come.
   */
  commands?: { url: string; secret: string; timeoutMs?: number };
  /** Real `fetch` unless given. */
  fetch?: typeof globalThis.fetch;
}

const answerSchema = z.object({
  ok: z.boolean(),
  code: z.enum(['phones-unknown-call', 'phones-wrong-phase', 'phones-bad-number']).optional(),
});

type PhoneCommand =
  | ({ command: 'connect' } & PhoneTarget)
  | { command: 'hold' | 'retrieve' | 'end'; callId: string }
  | { command: 'transfer'; callId: string; toQueue?: string; toPersonId?: string }
  | ({ command: 'dial'; number: string; promiseId?: string } & PhoneTarget);

/** Any phone system behind the signed webhook. Give its `accept` to the webhook plugin. */
export class WebhookPhones implements Phones {
  readonly #options: WebhookPhonesOptions;
  #deliver: ((events: PhoneEvent[]) => Promise<void>) | null = null;
  #health: PhonesHealth = 'ok';

  constructor(options: WebhookPhonesOptions) {
    this.#options = options;
  }

  async start(deliver: (events: PhoneEvent[]) => Promise<void>): Promise<void> {
    this.#deliver = deliver;
  }

  async stop(): Promise<void> {
    this.#deliver = null;
  }

  /** Told by the last command; without commands nothing is known against it. */
  health(): PhonesHealth {
    return this.#health;
  }

  /** What the webhook hands over; rejects, so that the sender tries again, while nobody can take it. */
  readonly accept = async (events: PhoneEvent[]): Promise<void> => {
    if (!this.#deliver) throw new Error('telephony is not running');
    await this.#deliver(events);
  };

  connect(target: PhoneTarget): Promise<PhoneOutcome> {
    return this.#send({ command: 'connect', ...target });
  }

  hold(callId: string): Promise<PhoneOutcome> {
    return this.#send({ command: 'hold', callId });
  }

  retrieve(callId: string): Promise<PhoneOutcome> {
    return this.#send({ command: 'retrieve', callId });
  }

  end(callId: string): Promise<PhoneOutcome> {
    return this.#send({ command: 'end', callId });
  }

  transfer(callId: string, to: { toQueue?: string; toPersonId?: string }): Promise<PhoneOutcome> {
    return this.#send({ command: 'transfer', callId, ...to });
  }

  dial(target: PhoneTarget & { number: string; promiseId?: string }): Promise<PhoneOutcome> {
    return this.#send({ command: 'dial', ...target });
  }

  async #send(command: PhoneCommand): Promise<PhoneOutcome> {
    const { commands, now } = this.#options;
    if (!commands) return phoneRefusal('phones-no-commands');
    const body = JSON.stringify(command);
    const begun = performance.now();
    try {
      const response = await (this.#options.fetch ?? fetch)(commands.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [signatureHeader]: signBody(commands.secret, now(), body) },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(commands.timeoutMs ?? 3000),
      });
      const answer = answerSchema.parse(await response.json());
      this.#health = performance.now() - begun > 1000 ? 'slow' : 'ok';
      return answer.ok ? { ok: true } : phoneRefusal(answer.code ?? 'phones-wrong-phase');
    } catch {
      this.#health = 'down';
      return phoneRefusal('phones-unreachable');
    }
  }
}
