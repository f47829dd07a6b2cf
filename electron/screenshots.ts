/** Pictures of the window for someone without a screen. Unpackaged builds only. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';

const EVERY_MS = 2_000;
/** A desktop left running must not fill the disk: of older pictures the last thousand are kept. */
const KEPT = 1_000;

/** Writes a numbered PNG each time the window looks different, until the window is gone. */
export function takePictures(window: BrowserWindow, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const pictureAt = (number: number) => join(folder, `${String(number).padStart(4, '0')}.png`);
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
      writeFileSync(pictureAt(number), png);
      rmSync(pictureAt(number - KEPT), { force: true });
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
