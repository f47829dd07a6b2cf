import type { Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { instantOf } from '../environment.ts';
import { comeBack } from '../sign-on/come-back.ts';
import type { SessionToken } from '../sync/token-keeper.ts';
import type { Workstation } from '../workstation.ts';
import type { Credentials, SignedInHere } from './sign-in.ts';

/**
 * Whoever sits here, and how their session is brought back when its token is over: by single sign-on, or by the passphrase.
 * `typedAt`: when the passphrase was last typed, by the centre's clock: from there it brings a session back for so long (ASVS 7.3.2).
 */
export type Present = Credentials & { comeBack: string | null; typedAt: string };

/**
 * A session outlives its token by hours when the line is down, and OF3 says that it goes on. The passphrase stays in
 * this process's memory for that, never on disk, and goes with the session.
 * @returns null where the server was not reached
 */
export async function signInAgain({ environment, signInOverHttp }: Workstation, present: Present, signedIn: SignedInHere): Promise<{ token: SessionToken } | { refusal: Refusal } | null> {
  if (signedIn.workstationId === null) return { refusal: { code: 'workstation-key-lost' } };
  const sentAt = environment.now();
  const heard = (serverAt: string): void => {
    signedIn.store.meta.set('lastOnlineAt', serverAt);
    signedIn.clock.learn(serverAt, (sentAt + environment.now()) / 2);
  };
  if (present.comeBack !== null) {
    const back = await comeBack(present.comeBack, { server: present.server, workstation: signedIn.workstationId, desktop: signedIn.store.desktop, signing: signedIn.signing });
    if (back === null || 'refusal' in back) return back;
    heard(back.serverAt);
    return { token: back.token };
  }
  // The server knows no passphrase of theirs: asked with one, it would count a guess.
  if (signedIn.store.meta.get('comesBySignOn') !== null) return { refusal: { code: 'sign-on-needed' } };
  const outcome = await signInOverHttp(present.server, {
    protocol: PROTOCOL_VERSION, account: present.account, password: present.password,
    workstation: signedIn.workstationId, desktop: signedIn.store.desktop, clockAt: instantOf(sentAt), typedAt: present.typedAt,
  });
  if (outcome.status === 'unreachable') return null;
  if (outcome.status === 'refused') return { refusal: outcome.refusal };
  if (outcome.answer.mustChange) return { refusal: { code: 'passphrase-must-change' } };
  heard(outcome.answer.serverAt);
  return { token: { token: outcome.answer.token, expiresAt: outcome.answer.expiresAt } };
}
