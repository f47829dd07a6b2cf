import { create } from 'zustand';
import type { SessionView, SignedIn } from '#shared/protocol/session-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';

/** Null until the desk process has told. */
export const useSession = create<{ session: SessionView | null }>(() => ({ session: null }));

/** The person signed in, or null. */
export const useMe = (): SignedIn['person'] | null =>
  useSession(({ session }) => (session?.status === 'signed-in' ? session.person : null));

const keyTroubles: Record<SignedIn['key'], Refusal | null> = { opening: null, ready: null, lost: { code: 'key-lost' }, none: { code: 'key-missing' } };

/** Why this person can sign nothing here now (TP8): no tick, no approval, no order; null where they can, if need be after the moment in which their key is opened. */
export const useKeyTrouble = (): Refusal | null =>
  useSession(({ session }) => (session?.status !== 'signed-in' ? null : keyTroubles[session.key]));
