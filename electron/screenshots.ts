/** Pictures of the window for someone without a screen. Unpackaged builds only. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';

const EVERY_MS = 2_000;

/** Writes a numbered PNG each time the window looks different, until the window is gone. */
export function takePictures(window: BrowserWindow, folder: string): void {
  mkdirSync(folder, { recursive: true });
  let last = '';
  let number = 0;
  let busy = false;
  const take = async () => {
    if (busy || window.isDestroyed()) return;
    busy = true;
    try {
      const png = (await window.webContents.capturePage()).toPNG();
      const hash = createHash('sha256').update(png).digest('hex');
      if (png.length === 0 || hash === last) return;
      last = hash;
      number += 1;
      writeFileSync(join(folder, `${String(number).padStart(4, '0')}.png`), png);
    } catch (error) {
      if (!window.isDestroyed()) console.error('screenshot', error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void take(), EVERY_MS);
  window.webContents.on('page-title-updated', () => void take());
  window.once('closed', () => clearInterval(timer));
}
