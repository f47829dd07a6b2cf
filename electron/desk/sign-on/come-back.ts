import type { Refusal } from '#shared/protocol/refusal.ts';
import { ComeBackAnswer, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { SessionSigning } from '../signing/session-signing.ts';
import { httpPost } from '../sync/http-post.ts';
import type { SessionToken } from '../sync/token-keeper.ts';

export type CameBack = { token: SessionToken; serverAt: string };

/**
 * A token by what a single sign-on gave, proved with this machine's key (PR9).
 * @returns null where the server cannot be reached
 */
export async function comeBack(given: string, at: { server: string; workstation: string; desktop: string; signing: Pick<SessionSigning, 'prove'> }): Promise<CameBack | { refusal: Refusal } | null> {
  const proved = await at.signing.prove(given);
  if ('refusal' in proved) return proved;
  const outcome = await httpPost(at.server, '/session/again', { protocol: PROTOCOL_VERSION, comeBack: given, workstation: at.workstation, desktop: at.desktop, proof: proved.proof }, ComeBackAnswer);
  if (outcome.status === 'refused') return { refusal: outcome.refusal };
  if (outcome.status === 'unreachable') return null;
  const { token, expiresAt, serverAt } = outcome.answer;
  return { token: { token, expiresAt }, serverAt };
}
