/** The one window: its size, its safety settings, and the keys that may not interrupt a call. */
import { BrowserWindow, screen } from 'electron';
import type { Session } from 'electron';
import type { Platform } from './ipc/bridge.ts';

/** Smallest window in which every screen fits (SCREENS). A smaller monitor gets what it has. */
const SMALLEST = { width: 1366, height: 768 };

/** Background before the page has painted, by theme, so that the window never flashes white at night. */
const BACKGROUND = { light: '#f5f7fa', dark: '#14171c' };

export function createWindow(session: Session, preload: string, platform: Platform, icon: string): BrowserWindow {
  const area = screen.getPrimaryDisplay().workAreaSize;
  const width = Math.min(area.width, 1920);
  const height = Math.min(area.height, 1080);
  return new BrowserWindow({
    title: 'Aidline 援线台',
    show: false,
    width,
    height,
    minWidth: Math.min(SMALLEST.width, area.width),
    minHeight: Math.min(SMALLEST.height, area.height),
    backgroundColor: BACKGROUND[platform.theme ?? 'light'],
    icon,
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // A call in the background must ring at once.
      backgroundThrottling: false,
      devTools: !platform.packaged,
      additionalArguments: [`--aidline-platform=${encodeURIComponent(JSON.stringify(platform))}`],
    },
  });
}

export type WindowKey = 'reload' | 'close';

/** Which of our two window keys a key press is, or null. */
export function windowKey(input: { type: string; key: string; control: boolean; meta: boolean; alt: boolean }): WindowKey | null {
  if (input.type !== 'keyDown') return null;
  const key = input.key.toLowerCase();
  const command = input.control || input.meta;
  if (key === 'f5' || (command && key === 'r')) return 'reload';
  if ((command && key === 'w') || (input.alt && key === 'f4')) return 'close';
  return null;
}
