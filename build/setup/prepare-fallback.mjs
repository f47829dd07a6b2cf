/**
 * Turns the packed program into a plain Electron runtime. Runs on the project's Node 24 after the
 * packages are installed, because it uses some of them.
 *
 *   node prepare-fallback.mjs PACKED.tgz FOLDER
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';

const [packed, folder] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
// Both come with packages that the project names: electron's own unzipper, electron-builder's archiver.
const { extract } = createRequire(require.resolve('electron/package.json'))('@electron-internal/extract-zip');
const { createPackage } = await import(createRequire(require.resolve('app-builder-lib/package.json')).resolve('@electron/asar'));

const work = dirname(packed);
const untar = spawnSync('tar', ['-xzf', packed, '-C', work], { stdio: 'inherit' });
if (untar.status !== 0) throw new Error('tar failed');
rmSync(packed);
const zip = readdirSync(join(work, 'package')).find((name) => name.endsWith('.zip'));
await extract(join(work, 'package', zip), { dir: join(work, 'unzipped') });
rmSync(join(work, 'package'), { recursive: true });

const [inner] = readdirSync(join(work, 'unzipped'));
const runtime = join(work, 'unzipped', inner);
rmSync(join(runtime, 'resources', 'app'), { recursive: true, force: true });
rmSync(join(runtime, 'resources', 'app-update.yml'), { force: true });
// The snapshot belongs to the program it was made for; its fuse goes off with it.
rmSync(join(runtime, 'browser_v8_context_snapshot.bin'), { force: true });
const executable = join(runtime, 'electron');
renameSync(join(runtime, 'Cypress'), executable);
await flipFuses(executable, {
  version: FuseVersion.V1,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: true,
});
await createPackage(join(here, 'default-app'), join(runtime, 'resources', 'default_app.asar'));

// Made by root, the sandbox works also where ordinary users may not have user namespaces.
if (process.getuid() === 0) chmodSync(join(runtime, 'chrome-sandbox'), 0o4755);
mkdirSync(dirname(folder), { recursive: true });
renameSync(runtime, folder);
chmodSync(folder, 0o755);
