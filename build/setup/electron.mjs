/** Finds a runnable Electron: the current one, or where its release host is out of reach, the fallback. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { ensureFallback } from './fallback-runtime.mjs';
import { cacheFolder, fallback, isRoot, packageFolder, packageVersion, projectNode } from './places.mjs';
import { run } from './run.mjs';
import { say, SetupFailure, withProgress } from './say.mjs';

/** How long the release host may take to be found and to accept a connection. */
const REACH_MS = 6_000;
/** How long the whole download may take. */
const DOWNLOAD_MS = 600_000;

/**
 * @param {object | null} stamp result of an earlier set-up: a fallback found necessary then is kept,
 *   so that an offline machine does not try the release host each time
 * @returns {Promise<{ executable: string, version: string, fallback: boolean, reason: string | null }>}
 */
export async function ensureElectron(stamp) {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (given) return givenRuntime(given);
  const version = packageVersion('electron');
  const present = installedExecutable();
  if (present) return { executable: readableByAll(present, version), version, fallback: false, reason: null };

  if (stamp?.electron.fallback && existsSync(stamp.electron.executable)) return stamp.electron;

  const reason = await fetchElectron(version);
  const fetched = installedExecutable();
  if (!reason && fetched) return { executable: readableByAll(fetched, version), version, fallback: false, reason: null };

  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupFailure(
      `无法下载 Electron ${version}（${reason}），本平台没有备用运行时。请检查网络或设置 ELECTRON_MIRROR / HTTPS_PROXY 后重试。`,
      `Electron ${version} could not be fetched (${reason}) and there is no fallback for this platform. Check the network or set ELECTRON_MIRROR or HTTPS_PROXY, then try again.`,
    );
  }
  say(
    `无法下载 Electron ${version}（${reason}）。改用备用运行时 Electron ${fallback.electron}，仅供开发和测试。`,
    `Electron ${version} cannot be fetched (${reason}). Falling back to Electron ${fallback.electron}, for development and tests only.`,
  );
  return { executable: await ensureFallback(), version: fallback.electron, fallback: true, reason };
}

/** A runtime that the person unpacked: its own `version` file tells which one it is. */
function givenRuntime(folder) {
  const executable = join(folder, executableName());
  if (!existsSync(executable)) {
    throw new SetupFailure(
      `ELECTRON_OVERRIDE_DIST_PATH 指向的文件夹中没有 ${executableName()}。请改正或取消该变量。`,
      `The folder named by ELECTRON_OVERRIDE_DIST_PATH holds no ${executableName()}. Correct or unset it.`,
    );
  }
  const file = join(folder, 'version');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : packageVersion('electron');
  return { executable, version, fallback: Number.parseInt(version, 10) < 36, reason: null };
}

function executableName() {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

function installedExecutable() {
  const executable = join(packageFolder('electron'), 'dist', executableName());
  return existsSync(join(packageFolder('electron'), 'path.txt')) && existsSync(executable) ? executable : null;
}

/** @returns {Promise<string | null>} why it could not be fetched */
async function fetchElectron(version) {
  const unreachable = await releaseHostOutOfReach();
  if (unreachable) return unreachable;
  const result = await withProgress(`正在下载 Electron ${version}`, `Downloading Electron ${version}`, () =>
    run(projectNode, [join(packageFolder('electron'), 'install.js')], { timeoutMs: DOWNLOAD_MS }),
  );
  if (result.code === 0) return null;
  rmSync(join(packageFolder('electron'), 'dist'), { recursive: true, force: true });
  if (result.timedOut) return `no answer within ${DOWNLOAD_MS / 1000} s`;
  return /\b(E[A-Z]{4,}|HTTPError[^\n]*|status code \d+)/.exec(result.output)?.[0] ?? `exit code ${result.code}`;
}

/**
 * Tries the host itself before the installer does, whose own patience is long. Behind a proxy only
 * the installer can tell.
 */
async function releaseHostOutOfReach() {
  const { HTTPS_PROXY, https_proxy, ELECTRON_MIRROR, npm_config_electron_mirror: mirrorOfNpm } = process.env;
  if (HTTPS_PROXY || https_proxy) return null;
  const host = new URL(ELECTRON_MIRROR || mirrorOfNpm || 'https://github.com/').hostname;
  let clock;
  const late = new Promise((done) => {
    clock = setTimeout(done, REACH_MS, `${host}: no answer within ${REACH_MS / 1000} s`);
  });
  const tried = lookup(host)
    .then(() => new Promise((done) => {
      const socket = connect({ host, port: 443, timeout: REACH_MS });
      const end = (reason) => {
        socket.destroy();
        done(reason);
      };
      socket.once('connect', () => end(null));
      socket.once('timeout', () => end(`${host}: no answer`));
      socket.once('error', (error) => end(`${host}: ${error.code}`));
    }))
    .catch((error) => `${host}: ${error.code ?? error.message}`);
  try {
    return await Promise.race([tried, late]);
  } finally {
    clearTimeout(clock);
  }
}

/**
 * In a root shell the project may lie where ordinary users cannot read: the runtime is copied out.
 * Its sandbox helper is made to work on systems that keep user namespaces from ordinary users.
 */
function readableByAll(executable, version) {
  if (!isRoot || process.platform !== 'linux') return executable;
  const folder = join(cacheFolder(), `electron-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(join(folder, 'electron'))) {
    const fresh = `${folder}.${process.pid}`;
    mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
    cpSync(dirname(executable), fresh, { recursive: true });
    chmodSync(join(fresh, 'chrome-sandbox'), 0o4755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  }
  return join(folder, 'electron');
}
