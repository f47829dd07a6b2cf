/**
 * The SQLite addon for the fallback runtime. The package brings prebuilt addons for Node-API 10;
 * the fallback speaks Node-API 9 and would crash on them, so it is compiled once per machine from
 * the package's own source.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, machineNode, packageFolder, packageVersion, projectNode } from './places.mjs';
import { npm, run } from './run.mjs';
import { say, SetupFailure, withProgress } from './say.mjs';
import { ensureCompiler } from './system.mjs';

const FLAGS = '-UNAPI_VERSION -DNAPI_EXPERIMENTAL';

/** @returns {Promise<string>} path of the addon, to hand to `new Database(…, { nativeBinding })` */
export async function ensureSqliteAddon() {
  const cache = cacheFolder();
  const version = packageVersion('better-sqlite3');
  const folder = join(cache, `sqlite-addon-${version}-napi-experimental-${process.platform}-${process.arch}`);
  const addon = join(folder, 'better_sqlite3.node');
  if (existsSync(addon)) return addon;
  await ensureCompiler();
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  const work = mkdtempSync(join(cache, '.making-'));
  try {
    const source = join(work, 'better-sqlite3');
    cpSync(packageFolder('better-sqlite3'), source, { recursive: true, dereference: true });
    cpSync(packageFolder('node-addon-api'), join(source, 'node_modules', 'node-addon-api'), { recursive: true, dereference: true });
    say('首次使用备用运行时：需要编译 SQLite 插件，约一到两分钟，每台机器只需一次。', 'First use of the fallback runtime: compiling the SQLite addon takes a minute or two, once per machine.');
    const result = await withProgress('正在编译 SQLite 插件', 'Compiling the SQLite addon', () => compile(source, work));
    const built = join(source, 'build', 'Release', 'better_sqlite3.node');
    if (result.code !== 0 || !existsSync(built)) {
      throw new SetupFailure(
        '编译 SQLite 插件失败，原因见上。请确认已安装 g++、make 和 python3，然后重新运行同一命令。',
        'Compiling the SQLite addon failed; the cause is above. Make sure that g++, make and python3 are installed, then run the same command again.',
        { detail: result.output },
      );
    }
    const ready = join(work, 'ready');
    mkdirSync(ready, { mode: 0o755 });
    copyFileSync(built, join(ready, 'better_sqlite3.node'));
    if (!existsSync(addon)) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(ready, folder);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return addon;
}

async function compile(source, work) {
  const env = {
    ...process.env,
    CXXFLAGS: `${process.env.CXXFLAGS ?? ''} ${FLAGS}`.trim(),
    npm_config_devdir: join(work, 'headers'),
  };
  const headers = await findHeaders(work);
  if (headers) env.npm_config_nodedir = headers;
  const gyp = join(packageFolder('node-gyp'), 'bin', 'node-gyp.js');
  return run(projectNode, [gyp, 'rebuild', '--release', '--force_build=1'], { cwd: source, env });
}

/**
 * Headers of Node, without asking its release host: beside the machine's own Node, or from the npm
 * package that carries Node 24. Any Node from 20 up will do, since only Node-API is used.
 * @returns {Promise<string | null>} folder that holds `include/node`; null leaves it to node-gyp
 */
async function findHeaders(work) {
  const has = (folder) => ['node_api.h', 'common.gypi', 'config.gypi'].every((name) => existsSync(join(folder, 'include', 'node', name)));
  const beside = dirname(dirname(realpathSync(machineNode)));
  if (has(beside)) return beside;
  const name = `node-${process.platform}-${process.arch}`;
  const nested = join(packageFolder('node'), 'node_modules', name);
  if (has(nested)) return nested;
  const packed = await npm(['pack', `${name}@${packageVersion('node')}`, '--pack-destination', work, '--loglevel=error'], { cwd: work });
  const file = packed.code === 0 ? readdirSync(work).find((entry) => entry.startsWith('node-') && entry.endsWith('.tgz')) : undefined;
  if (!file) return null;
  await run('tar', ['-xzf', join(work, file), '-C', work, 'package/include']);
  const unpacked = join(work, 'package');
  return has(unpacked) ? unpacked : null;
}
