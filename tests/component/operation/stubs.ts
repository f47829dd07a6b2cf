/** What a browser has and jsdom has not, for the parts of Ant Design that measure. */
import { afterEach, vi } from 'vitest';
import { cleanup } from '@testing-library/react';

// Two cores may be shared with a build: what is slow is not wrong.
vi.setConfig({ testTimeout: 30_000 });

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
vi.stubGlobal('ResizeObserver', NoObserver);
window.matchMedia ??= ((query: string) => ({
  matches: false, media: query, onchange: null, addListener: () => {}, removeListener: () => {}, addEventListener: () => {}, removeEventListener: () => {}, dispatchEvent: () => false,
})) as typeof window.matchMedia;
// jsdom says "not implemented" for the second argument, which Ant Design asks for scroll bars.
const computed = window.getComputedStyle.bind(window);
window.getComputedStyle = (element) => computed(element);

afterEach(cleanup);
