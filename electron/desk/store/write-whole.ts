import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { onDisk } from './store-refusal.ts';

export function syncFolder(path: string): void {
  // Windows does not open folders; there the rename itself is journalled.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Replaces a small file in one step: a power cut leaves the old one or the new one (SY1). For this user's eyes only. */
export function writeWhole(path: string, content: string): void {
  onDisk(() => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const next = `${path}.next`;
    const file = openSync(next, 'w', 0o600);
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
    syncFolder(dirname(path));
  });
}
