/** Names of colleagues by id, asked of the centre once and again when an unknown id turns up. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { AskValue } from '#shared/protocol/asks.ts';
import { useMe } from '../app/stores/session.ts';
import { askCentre } from '../app/send.ts';

export type Person = AskValue<'people'>[number];
export const usePeopleStore = create<{ people: readonly Person[]; asking: boolean }>(() => ({ people: [], asking: false }));

export async function loadPeople(): Promise<void> {
  if (usePeopleStore.getState().asking) return;
  usePeopleStore.setState({ asking: true });
  const reply = await askCentre('people', {});
  usePeopleStore.setState(reply.ok ? { people: reply.value, asking: false } : { asking: false });
}

/** @returns the name by id; a short form of the id while the centre has not told */
export function usePersonName(): (id: string | null) => string {
  const people = usePeopleStore((store) => store.people);
  const me = useMe();
  useEffect(() => {
    if (people.length === 0) void loadPeople();
  }, [people.length]);
  return (id) => (id === null ? '' : (people.find((one) => one.id === id)?.name ?? (me?.id === id ? me.name : '····')));
}
