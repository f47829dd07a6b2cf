import { desk } from './desk.ts';

/** The desk process counts minutes: so often is enough. */
const TELL_EVERY_MS = 10_000;
const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** Tells the desk process that somebody is there (ASVS 7.3.1). @returns what ends it */
export function watchInput(): () => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  const seen = (): void => {
    const now = performance.now();
    if (now - toldMs < TELL_EVERY_MS) return;
    toldMs = now;
    void desk.calls.inputSeen({});
  };
  for (const input of INPUTS) window.addEventListener(input, seen, { capture: true, passive: true });
  return () => {
    for (const input of INPUTS) window.removeEventListener(input, seen, { capture: true });
  };
}
