import { asks } from '#shared/protocol/asks.ts';
import type { DeskReply, MethodParams, MethodValue } from '#shared/protocol/desk-rpc.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import { endOwnSessionDigest } from '#shared/protocol/signature.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { Environment } from '../environment.ts';
import { administer, type Administer } from '../signing/administer.ts';
import type { SessionSigning } from '../signing/session-signing.ts';
import type { LiveBoard } from './live-board.ts';

/** How long a goodbye may take. */
const LEAVE_MS = 2_000;

export type AtCentreParts = {
  person: string;
  signing: SessionSigning;
  environment: Pick<Environment, 'after'>;
  board: LiveBoard;
  isOnline(): boolean;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
};

/** What the centre alone does, while the line stands: it is stored nowhere here and never tried again. */
export class AtCentre {
  readonly #parts: AtCentreParts;

  constructor(parts: AtCentreParts) {
    this.#parts = parts;
  }

  ask(kind: string, body: unknown): Promise<AskAnswer> {
    return this.#parts.ask(kind, body);
  }

  administer(params: Administer): Promise<DeskReply<MethodValue<'administer'>>> {
    const { person, signing, board, isOnline, ask } = this.#parts;
    return administer({ person, signing, isOnline, ask, view: () => liveTopics.administration.safeParse(board.get('administration')?.value).data ?? null }, params);
  }

  /** Of another desktop of theirs (ASVS 7.5.2). */
  async endOwnSession({ session, passphrase }: MethodParams<'endOwnSession'>): Promise<DeskReply<MethodValue<'endOwnSession'>>> {
    const { person, signing, isOnline, ask } = this.#parts;
    if (!isOnline()) return { ok: false, refusal: { code: 'offline' } };
    const made = await signing.sign('end-session', endOwnSessionDigest({ person, session }), 'typed', passphrase);
    if ('refusal' in made) return { ok: false, refusal: made.refusal };
    const answer = await ask('end own session', { session, signed: made.signed });
    return answer.ok ? { ok: true, value: { done: true } } : answer;
  }

  /**
   * Tells the server that this session is over: its tokens are of no use to anybody from here on. Not waited for long: whoever
   * leaves has left, and nothing is done in their name meanwhile.
   * @returns where the browser's session at the identity provider is ended, or null
   */
  async leave(): Promise<string | null> {
    const { environment, isOnline, ask } = this.#parts;
    if (!isOnline()) return null;
    let cancel = (): void => {};
    const patience = new Promise<null>((resolve) => {
      cancel = environment.after(LEAVE_MS, () => resolve(null));
    });
    const answer = await Promise.race([ask('end session', {}), patience]);
    cancel();
    const told = answer?.ok === true ? asks['end session'].value.safeParse(answer.value) : null;
    return told?.success === true ? told.data.logout : null;
  }

  /** Nothing may ring at a desk that is locked: an agent who waits for calls goes to a break, as by the menu. */
  async takeBreak(): Promise<void> {
    const { board, isOnline, ask } = this.#parts;
    const agent = liveTopics.agent.safeParse(board.get('agent')?.value).data;
    if (agent?.state === 'available' && isOnline()) await ask('set agent state', { to: 'break', basedOn: agent.version });
  }
}
