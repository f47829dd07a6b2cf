/**
 * `npm run pack`: the unpacked program for this machine, in `dist/`.
 *
 * From the current Electron it is the product under its own name. From the fallback runtime it is
 * called `aidline-untested`: it proves that packaging works, carries the addon compiled for that
 * runtime, and leaves the inspect fuse on so that an end-to-end test can drive it. It is never
 * shipped.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'electron-builder';
import type { Configuration } from 'electron-builder';
import { projectFolder } from './launch.ts';
import { packedProgram } from './packed-program.ts';
import { readRuntime } from './runtime-file.ts';

const runtime = readRuntime();
const output = join(projectFolder, 'dist');

function fallbackOnly(): Configuration {
  return {
    productName: 'aidline-untested',
    appId: 'io.github.aidline.untested',
    extraMetadata: { name: 'aidline-untested', productName: 'aidline-untested' },
    linux: { executableName: 'aidline-untested' },
    electronFuses: { enableNodeCliInspectArguments: true },
    extraResources: runtime.nativeBinding ? [{ from: runtime.nativeBinding, to: 'native/better_sqlite3.node' }] : [],
  };
}

rmSync(dirname(packedProgram(runtime)), { recursive: true, force: true });
await build({
  projectDir: projectFolder,
  dir: true,
  publish: 'never',
  config: {
    extends: 'electron-builder.yml',
    // Set-up has found or fetched the runtime already.
    electronVersion: runtime.electron.version,
    electronDist: dirname(runtime.electron.executable),
    directories: { output },
    // Electron's own default app: of no use beside ours, and never to be started instead of it.
    afterPack: (context) => rmSync(join(context.appOutDir, 'resources', 'default_app.asar'), { force: true }),
    ...(runtime.electron.fallback ? fallbackOnly() : {}),
  },
});
process.stdout.write(`\n${packedProgram(runtime)}\n`);
if (runtime.electron.fallback) {
  process.stdout.write(
    `由备用运行时 Electron ${runtime.electron.version} 打包，仅供测试，不得发布。\n` +
      `Packed from the fallback runtime Electron ${runtime.electron.version}: for tests only, never to be released.\n`,
  );
}
