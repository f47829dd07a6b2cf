import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRuntime } from '../../../build/runtime-file.ts';

/** The ordinary user that desktops run as in these tests; null where the tests themselves are an ordinary user's. */
export const ordinaryUser = () => (process.getuid?.() === 0 ? readRuntime().testUser : null);

/** A folder that everybody may write to. */
export function openFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `aidline-${name}-`));
  chmodSync(folder, 0o777);
  return folder;
}

/**
 * A script that starts Electron in another way than the launcher does.
 * @param folder where it lies, and where the program is started
 * @param before lines of the shell, run as the ordinary user
 * @param through a program that takes Electron's command line as its arguments
 */
export function startScript(folder: string, before: string, through = ''): string {
  const user = ordinaryUser();
  const change = user === null ? '' : `setpriv --reuid=${user.uid} --regid=${user.gid} --init-groups --inh-caps=-all -- `;
  const inner = join(folder, 'start-inner');
  const file = join(folder, 'start');
  writeFileSync(inner, `#!/bin/sh\n${before}\nexec '${readRuntime().electron.executable}' "$@"\n`, { mode: 0o755 });
  writeFileSync(file, `#!/bin/sh\ncd '${folder}'\nexec ${change}${through} '${inner}' "$@"\n`, { mode: 0o755 });
  return file;
}
