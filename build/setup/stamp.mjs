/** Remembers what was set up, for set-up itself (to be quick) and for launchers and tests (to find the runtime). */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packagesAreFresh } from './packages.mjs';
import { cacheFolder, ownHash, project } from './places.mjs';

export const runtimeFile = join(project, 'node_modules', '.cache', 'aidline', 'runtime.json');

/** The last result, or null where there is none or it is of an earlier set-up. */
export function readStamp() {
  try {
    const stamp = JSON.parse(readFileSync(runtimeFile, 'utf8'));
    return stamp.setup === ownHash() && stamp.cache === cacheFolder() ? stamp : null;
  } catch {
    return null;
  }
}

/** True when everything up to `level` is in place. */
export function stampIsFresh(level) {
  if (!packagesAreFresh()) return false;
  if (level === 0) return true;
  const stamp = readStamp();
  return (
    stamp !== null &&
    stamp.level >= level &&
    existsSync(stamp.electron.executable) &&
    (stamp.nativeBinding === null || existsSync(stamp.nativeBinding))
  );
}

/** Writes the result; its shape is `RuntimeFile` in `build/runtime-file.ts`. */
export function writeRuntime({ level, electron, nativeBinding, testUser }) {
  const runtime = { format: 1, setup: ownHash(), cache: cacheFolder(), level, electron, nativeBinding, testUser };
  mkdirSync(dirname(runtimeFile), { recursive: true });
  writeFileSync(`${runtimeFile}.new`, `${JSON.stringify(runtime, null, 2)}\n`);
  renameSync(`${runtimeFile}.new`, runtimeFile);
  return runtime;
}
