/** The server's clock as this desktop knows it: its own, corrected by the last known offset. */
import { useSyncExternalStore } from 'react';
import { useSync } from './sync.ts';

/** Now by the corrected clock, in milliseconds. */
export const nowMs = (): number => Date.now() + (useSync.getState().sync?.clockOffsetMs ?? 0);
export const nowAt = (): string => new Date(nowMs()).toISOString();

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const one of listeners) one();
  }, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function readSecond(): number {
  second = Math.floor(nowMs() / 1000);
  return second;
}

/** The corrected clock in whole seconds (as milliseconds); draws again once a second, all readers in the same tick. */
export const useNow = (): number => useSyncExternalStore(listen, readSecond) * 1000;
