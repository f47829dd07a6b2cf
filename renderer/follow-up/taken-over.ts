import { useEffect, useState } from 'react';
import type { TakenOverView } from '#shared/protocol/case-view.ts';
import { desk } from '../app/desk.ts';

const NONE: readonly TakenOverView[] = [];

/** What colleagues handed over at this screen and the centre has not confirmed, refused ones first (OF1). */
export function useTakenOver(): readonly TakenOverView[] {
  const [taken, setTaken] = useState(NONE);
  useEffect(() => desk.subscribe('taken-over', {}, setTaken), []);
  return taken;
}
