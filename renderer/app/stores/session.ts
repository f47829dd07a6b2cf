import { create } from 'zustand';
import type { SessionView, SignedIn } from '#shared/protocol/desk-rpc.ts';

/** Null until the desk process has told. */
export const useSession = create<{ session: SessionView | null }>(() => ({ session: null }));

/** The person signed in, or null. */
export const useMe = (): SignedIn['person'] | null =>
  useSession(({ session }) => (session?.status === 'signed-in' ? session.person : null));
