import { useMemo } from 'react';
import { localDate } from '../app/local-time.ts';
import { allCases, useCases } from '../app/stores/cases.ts';
import { useNow } from '../app/stores/clock.ts';
import { useMe } from '../app/stores/session.ts';
import { agenda, type Agenda } from './agenda-view.ts';

/** What this person has to see to now, by the corrected clock; worked out anew once a minute and on every change. */
export function useAgenda(): Agenda | null {
  const me = useMe();
  const held = useCases((store) => store.held);
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  return useMemo(() => (me === null ? null : agenda(allCases(held).map((one) => one.state), me.id, minute, localDate(minute))), [held, me, minute]);
}
