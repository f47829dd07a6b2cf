/** Installs the npm packages when they are missing or differ from the lock file. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project, projectNode } from './places.mjs';
import { npm } from './run.mjs';
import { SetupFailure, withProgress } from './say.mjs';

const lockFile = join(project, 'package-lock.json');
const installedFile = join(project, 'node_modules', '.package-lock.json');
const stampFile = join(project, 'node_modules', '.cache', 'aidline', 'packages.sha256');

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** True when node_modules holds what the lock file says; someone may have installed by hand. */
export function packagesAreFresh() {
  if (!existsSync(installedFile) || !existsSync(projectNode)) return false;
  const wanted = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return true;
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  for (const [path, entry] of Object.entries(locked)) {
    if (path === '' || entry.optional || entry.devOptional || entry.peer) continue;
    if (installed[path]?.version !== entry.version) return false;
  }
  remember(wanted);
  return true;
}

function remember(hash) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}

/** @param {boolean} again install even where nothing seems to be missing */
export async function ensurePackages(again) {
  if (!again && packagesAreFresh()) return;
  const result = await withProgress('正在安装 npm 依赖', 'Installing the npm packages', () =>
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project }),
  );
  if (result.missing) {
    throw new SetupFailure('找不到 npm。请安装 Node.js 20 或更高版本（自带 npm）后重试。', 'npm was not found. Install Node.js 20 or later, which brings it, and try again.');
  }
  if (result.code !== 0) {
    throw new SetupFailure(
      '安装 npm 依赖失败，原因见上。请检查网络、代理或 npm 源（npm config get registry），然后重新运行同一命令。',
      'Installing the npm packages failed; the cause is above. Check the network, the proxy or the npm registry (npm config get registry), then run the same command again.',
      // npm names the cause first and prints its manual after it.
      { detail: result.output.split('\n').slice(0, 12).join('\n') },
    );
  }
  if (!existsSync(projectNode)) {
    throw new SetupFailure(
      'npm 依赖已安装，但缺少项目自带的 Node 24：可能关闭了安装脚本（npm config get ignore-scripts）。请打开后运行 npm ci。',
      'The packages are installed, but the Node 24 of the project is missing: install scripts may be switched off (npm config get ignore-scripts). Allow them and run npm ci.',
    );
  }
  remember(lockHash());
}
