/** Where `npm run pack` leaves the executable. */
import { join } from 'node:path';
import { projectFolder } from './launch.ts';
import type { RuntimeFile } from './runtime-file.ts';

/** Give it as `program: { executable }` to `desktopCommand`. */
export function packedProgram(runtime: RuntimeFile): string {
  const name = runtime.electron.fallback ? 'aidline-untested' : 'aidline';
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  if (process.platform === 'win32') return join(projectFolder, 'dist', `win${arch}-unpacked`, 'Aidline.exe');
  if (process.platform === 'darwin') return join(projectFolder, 'dist', `mac${arch}`, 'Aidline.app', 'Contents', 'MacOS', 'Aidline');
  return join(projectFolder, 'dist', `linux${arch}-unpacked`, name);
}
