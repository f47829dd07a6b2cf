/**
 * What is typed on these screens, kept in memory while the person sits there: another tab, another screen, a refusal or a line
 * that is down lose nothing. It is on no disk (a policy draft is not a secret, half a code is), and goes when another person sits down; a desk that is locked in between is still theirs.
 */
import { v7 } from 'uuid';
import { create } from 'zustand';
import { useSession } from '../app/stores/session.ts';

type Kept = { values: Readonly<Record<string, unknown>> };
const nothing: Kept = { values: {} };
const useKeptStore = create<Kept>(() => nothing);

const whoOf = (session: ReturnType<typeof useSession.getState>['session']): string | null => (session == null || session.status === 'signed-out' ? null : session.person.id);
useSession.subscribe(({ session }, before) => {
  if (whoOf(session) !== whoOf(before.session)) useKeptStore.setState(nothing, true);
});

/** Forgets what was typed under a name: it was sent. */
export const forget = (name: string): void =>
  useKeptStore.setState(({ values }) => ({ values: Object.fromEntries(Object.entries(values).filter(([key]) => key !== name)) }));

export const keep = (name: string, value: unknown): void => useKeptStore.setState(({ values }) => ({ values: { ...values, [name]: value } }));

/** An id that stays the same under a name until it is forgotten: what is sent again after a lost answer is the same thing. */
export function keptId(name: string): string {
  const held = useKeptStore.getState().values[name];
  if (typeof held === 'string') return held;
  const id = v7();
  keep(name, id);
  return id;
}

/**
 * As `useState`, under a name that outlives the screen.
 * @param name one name for one shape of value
 */
export function useKept<T>(name: string, initial: T): [T, (next: T) => void] {
  const value = useKeptStore(({ values }) => (Object.hasOwn(values, name) ? (values[name] as T) : initial));
  return [value, (next) => keep(name, next)];
}
