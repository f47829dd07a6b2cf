/** The strip: 420 px at the right edge, always on top, beside the bank's own system (SCREENS). */
import { screen } from 'electron';
import type { BrowserWindow, Rectangle } from 'electron';
import { stripBounds } from './strip-bounds.ts';

/** @returns turns the strip on or off; the window comes back where it was, as large as it was */
export function stripOf(window: BrowserWindow): (on: boolean) => void {
  let before: { bounds: Rectangle; smallest: number[]; maximized: boolean } | null = null;
  return (on) => {
    if (window.isDestroyed() || on === (before !== null)) return;
    if (before === null) {
      before = { bounds: window.getNormalBounds(), smallest: window.getMinimumSize(), maximized: window.isMaximized() };
      if (before.maximized) window.unmaximize();
      const bounds = stripBounds(screen.getDisplayMatching(window.getBounds()).workArea);
      window.setMinimumSize(bounds.width, Math.min(480, bounds.height));
      window.setBounds(bounds);
      window.setAlwaysOnTop(true, 'floating');
    } else {
      const { bounds, smallest, maximized } = before;
      before = null;
      window.setAlwaysOnTop(false);
      window.setBounds(bounds);
      window.setMinimumSize(smallest[0] ?? 0, smallest[1] ?? 0);
      if (maximized) window.maximize();
    }
  };
}
