/**
 * Makes the project ready to run: packages, the Electron runtime, the SQLite addon for it, system
 * libraries. Plain JavaScript for Node 20 and up, without dependencies, because it runs before any
 * are installed. Runs before every top-level script; with nothing to do it takes a moment.
 *
 *   node build/setup.mjs [--need packages|desktop|tests] [--build] [--checker] [--again]
 *
 * `packages` installs the npm packages only; `desktop` (the usual) makes the desktop runnable;
 * `tests` adds what end-to-end tests need. `--again` does everything anew, and tries once more to
 * reach the release host of Electron where an earlier run had to fall back. `--build` builds the
 * desktop afterwards where a source changed: from here, because a shell that has once found the
 * machine's own `node` would go on using it after the project's newer one is installed. `--checker` brings what checks
 * the model in docs/model.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureElectron } from './setup/electron.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { isRoot, project, projectNode } from './setup/places.mjs';
import { readStamp, writeRuntime, stampIsFresh } from './setup/stamp.mjs';
import { explain, say, SetupFailure } from './setup/say.mjs';
import { ensureSqliteAddon } from './setup/sqlite-addon.mjs';
import { ensureChecker, ensureDisplay, ensureKeyRing, ensureLibraries, ensurePostgres, ensureProxy, ensurePython, ensureRedis, ensureTracer } from './setup/system.mjs';
import { ensureTestUser } from './setup/test-user.mjs';

const NEEDS = ['packages', 'desktop', 'tests'];

async function main() {
  const { values } = parseArgs({
    options: {
      need: { type: 'string', default: 'desktop' },
      again: { type: 'boolean', default: false },
      build: { type: 'boolean', default: false },
      checker: { type: 'boolean', default: false },
    },
  });
  // What a root shell makes must be readable by the ordinary user that tests run as.
  if (isRoot) process.umask(0o022);
  const level = NEEDS.indexOf(values.need);
  if (level < 0) throw new SetupFailure(`--need 只能是 ${NEEDS.join('、')}`, `--need is one of ${NEEDS.join(', ')}`);
  if (values.again || !stampIsFresh(level)) await prepare(level, values.again);
  if (values.checker) await ensureChecker();
  if (values.build) build();
}

async function prepare(level, again) {
  await ensurePackages(again);
  if (level === 0) return;

  const electron = await ensureElectron(again ? null : readStamp());
  await ensureLibraries(electron.executable);
  await ensureDisplay(level >= 2);
  if (level >= 2) {
    await ensurePython();
    await ensureKeyRing();
    await ensurePostgres();
    await ensureRedis();
    await ensureProxy();
  }
  if (level >= 2) await ensureTracer();
  const nativeBinding = electron.fallback ? await ensureSqliteAddon() : null;
  const testUser = ensureTestUser(level >= 2);
  const runtime = writeRuntime({ level, electron, nativeBinding, testUser });
  say(
    `准备完成：Electron ${runtime.electron.version}${electron.fallback ? '（备用运行时，仅供开发和测试）' : ''}。`,
    `Ready: Electron ${runtime.electron.version}${electron.fallback ? ' (fallback runtime, for development and tests only)' : ''}.`,
  );
}

function build() {
  const result = spawnSync(projectNode, [join(project, 'build', 'ensure-built.ts')], { stdio: 'inherit' });
  if (result.status !== 0) throw new SetupFailure('桌面程序构建失败，原因见上。', 'Building the desktop failed; the cause is above.');
}

main().catch((error) => {
  explain(error);
  process.exitCode = 1;
});
