/**
 * Makes the project ready to run: packages, the Electron runtime, the SQLite addon for it, system
 * libraries. Plain JavaScript for Node 20 and up, without dependencies, because it runs before any
 * are installed. Runs before every top-level script; with nothing to do it takes a moment.
 *
 *   node build/setup.mjs [--need packages|desktop|tests] [--again] [--quiet]
 *
 * `packages` installs the npm packages only; `desktop` (the usual) makes the desktop runnable;
 * `tests` adds what end-to-end tests need. `--again` does everything anew, and tries once more to
 * reach the release host of Electron where an earlier run had to fall back.
 */
import { parseArgs } from 'node:util';
import { ensureElectron } from './setup/electron.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { readStamp, writeRuntime, stampIsFresh } from './setup/stamp.mjs';
import { explain, say, SetupFailure } from './setup/say.mjs';
import { ensureSqliteAddon } from './setup/sqlite-addon.mjs';
import { ensureDisplay, ensureLibraries } from './setup/system.mjs';
import { ensureTestUser } from './setup/test-user.mjs';

const NEEDS = ['packages', 'desktop', 'tests'];

async function main() {
  const { values } = parseArgs({
    options: {
      need: { type: 'string', default: 'desktop' },
      again: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const level = NEEDS.indexOf(values.need);
  if (level < 0) throw new SetupFailure(`--need 只能是 ${NEEDS.join('、')}`, `--need is one of ${NEEDS.join(', ')}`);
  if (!values.again && stampIsFresh(level)) return;

  await ensurePackages(values.again);
  if (level === 0) return;

  const electron = await ensureElectron(values.again ? null : readStamp());
  await ensureLibraries(electron.executable);
  await ensureDisplay(level >= 2);
  const nativeBinding = electron.fallback ? await ensureSqliteAddon() : null;
  const testUser = level >= 2 ? ensureTestUser() : null;
  const runtime = writeRuntime({ level, electron, nativeBinding, testUser });
  if (!values.quiet) {
    say(
      `准备完成：Electron ${runtime.electron.version}${electron.fallback ? '（备用运行时，仅供开发和测试）' : ''}。`,
      `Ready: Electron ${runtime.electron.version}${electron.fallback ? ' (fallback runtime, for development and tests only)' : ''}.`,
    );
  }
}

main().catch((error) => {
  explain(error);
  process.exitCode = 1;
});
