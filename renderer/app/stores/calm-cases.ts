import { startTransition, useEffect, useState } from 'react';
import type { HeldCases } from '../../desk-client/held-cases.ts';
import { useCases } from './cases.ts';

/**
 * The cases for what nobody follows by the tenth of a second: drawn at once after a pause, then no more often than every so
 * many milliseconds, and whatever the person does meanwhile is drawn first. The last change is always drawn.
 */
export function useCasesCalmly(everyMs: number): HeldCases {
  const [held, setHeld] = useState(() => useCases.getState().held);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let drawnMs = Number.NEGATIVE_INFINITY;
    const draw = (): void => startTransition(() => setHeld(useCases.getState().held));
    const drawNow = (): void => {
      timer = undefined;
      drawnMs = performance.now();
      draw();
    };
    const changed = (): void => {
      if (timer !== undefined) return;
      const wait = everyMs - (performance.now() - drawnMs);
      if (wait <= 0) drawNow();
      else timer = setTimeout(drawNow, wait);
    };
    const end = useCases.subscribe(changed);
    // It may have changed between the first drawing and now.
    draw();
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [everyMs]);
  return held;
}
