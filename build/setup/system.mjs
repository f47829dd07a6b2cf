/** Packages of the operating system: installed where that is possible, else the command to type. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRoot } from './places.mjs';
import { run } from './run.mjs';
import { say, SetupFailure, withProgress } from './say.mjs';

/** Which Debian packages bring a library, in order of preference (newer Ubuntu renamed some). */
const LIBRARIES = {
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libgdk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libsmime3.so': ['libnss3'],
  'libnspr4.so': ['libnspr4'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
  'libgbm.so.1': ['libgbm1'],
  'libdrm.so.2': ['libdrm2'],
  'libcups.so.2': ['libcups2t64', 'libcups2'],
  'libatk-1.0.so.0': ['libatk1.0-0t64', 'libatk1.0-0'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  'libatspi.so.0': ['libatspi2.0-0t64', 'libatspi2.0-0'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libexpat.so.1': ['libexpat1'],
  'libglib-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgobject-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgio-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libudev.so.1': ['libudev1'],
  'libX11.so.6': ['libx11-6'],
  'libxcb.so.1': ['libxcb1'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
};

/** The system's, whose libraries are packages of the system; another Python may stand before it in PATH. */
const SYSTEM_PYTHON = '/usr/bin/python3';

const onLinux = process.platform === 'linux';

const isProgram = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, name)));

/** True on Debian, Ubuntu and what is made from them. */
function hasApt() {
  return isProgram('apt-get') && existsSync('/etc/os-release') && /\b(debian|ubuntu)\b/i.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Libraries that the Electron binary needs and the machine lacks. */
export async function ensureLibraries(executable) {
  if (!onLinux) return;
  const missing = await missingLibraries(executable);
  if (missing.length === 0) return;
  const unknown = missing.filter((library) => !LIBRARIES[library]);
  await install(missing.filter((library) => LIBRARIES[library]).map((library) => LIBRARIES[library]), missing.join(', '));
  const still = await missingLibraries(executable);
  if (still.length > 0) {
    throw new SetupFailure(
      `Electron 还缺少系统库：${[...new Set([...still, ...unknown])].join('、')}。请用系统的软件包管理器安装后重试。`,
      `Electron still lacks these system libraries: ${[...new Set([...still, ...unknown])].join(', ')}. Install them with the package manager of the system and try again.`,
    );
  }
}

async function missingLibraries(executable) {
  const { output } = await run('ldd', [executable]);
  return [...new Set([...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]))];
}

/**
 * A virtual display, where the machine has none of its own.
 * @param {boolean} always tests use one even where a screen is present
 */
export async function ensureDisplay(always) {
  if (!onLinux || isProgram('Xvfb')) return;
  if (!always && (process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) return;
  await install([['xvfb']], 'Xvfb');
}

/** A real key store on a message bus of its own, for the tests of PR1: a bare machine has neither. */
export async function ensureKeyRing() {
  if (!onLinux) return;
  const wanted = [
    ['dbus-run-session', ['dbus-daemon', 'dbus']],
    ['gnome-keyring-daemon', ['gnome-keyring']],
  ].filter(([program]) => !isProgram(program));
  if (wanted.length === 0) return;
  // Chromium loads it by name where there is a key ring to speak to.
  await install([...wanted.map(([, packages]) => packages), ['libsecret-1-0']], wanted.map(([program]) => program).join(', '));
}

/** What compiling the SQLite addon takes. */
export async function ensureCompiler() {
  const wanted = [
    ['g++', ['g++']],
    ['make', ['make']],
    ['python3', ['python3']],
  ].filter(([program]) => !isProgram(program));
  if (wanted.length > 0) await install(wanted.map(([, packages]) => packages), wanted.map(([program]) => program).join(', '));
}

/** What checks the model (docs/model): Spin makes a C program of it. */
export async function ensureChecker() {
  const wanted = [
    ['spin', ['spin']],
    ['gcc', ['gcc']],
  ].filter(([program]) => !isProgram(program));
  // Headers come apart from the compiler where recommended packages are left out.
  if (onLinux && hasApt() && !existsSync('/usr/include/stdio.h')) wanted.push(['libc6-dev', ['libc6-dev']]);
  if (wanted.length > 0) await install(wanted.map(([, packages]) => packages), wanted.map(([program]) => program).join(', '));
}

/** What tells whether an acknowledgement came after a sync (tests/proof). */
export async function ensureTracer() {
  if (onLinux && !isProgram('strace')) await install([['strace']], 'strace');
}

const POSTGRES = '/usr/lib/postgresql';
const hasPostgres = () => existsSync(POSTGRES) && readdirSync(POSTGRES).some((version) => existsSync(join(POSTGRES, version, 'bin', 'initdb')));

/** A PostgreSQL for tests, which start clusters of their own. Debian's package makes and starts one, which nobody asked for. */
export async function ensurePostgres() {
  if (!onLinux || hasPostgres()) return;
  const before = await postgresClusters();
  await install([['postgresql']], 'PostgreSQL');
  for (const [version, name] of await postgresClusters()) {
    if (!before.some(([known, own]) => known === version && own === name)) await run('pg_dropcluster', ['--stop', version, name]);
  }
}

/** HAProxy for the test of the reference set-up; Debian's package starts one where there is systemd, with a configuration of its own. */
export async function ensureProxy() {
  if (onLinux && !existsSync('/usr/sbin/haproxy')) await install([['haproxy']], 'HAProxy');
}

/** @returns {Promise<string[][]>} version and name of each that the distribution looks after */
async function postgresClusters() {
  if (!isProgram('pg_lsclusters')) return [];
  const { output } = await run('pg_lsclusters', ['--no-header']);
  return output.split('\n').map((line) => line.trim().split(/\s+/)).filter((fields) => fields.length > 1);
}

/** A Redis for tests, which start servers of their own. */
export async function ensureRedis() {
  if (onLinux && !isProgram('redis-server')) await install([['redis-server']], 'Redis');
}

/** What `tests/vectors/check_vectors.py` computes the published vectors a second time with: the system's own Python and its libraries. */
export async function ensurePython() {
  if (!onLinux) return;
  const wanted = [
    ['cryptography', ['python3-cryptography']],
    ['argon2', ['python3-argon2']],
  ];
  const missing = [];
  for (const [module, packages] of wanted) {
    if (!existsSync(SYSTEM_PYTHON) || (await run(SYSTEM_PYTHON, ['-c', `import ${module}`])).code !== 0) missing.push([module, packages]);
  }
  if (missing.length === 0) return;
  await install([['python3'], ...missing.map(([, packages]) => packages)], `Python: ${missing.map(([module]) => module).join(', ')}`);
}

/**
 * @param {string[][]} wanted for each need, the packages that would meet it, the best first
 * @param {string} what what is missing, for the message
 */
async function install(wanted, what) {
  if (!hasApt()) {
    const names = [...new Set(wanted.map((packages) => packages.at(-1)))].join(' ');
    throw new SetupFailure(
      `缺少 ${what}。请用系统的软件包管理器安装（Debian 上的包名：${names}），然后重试。`,
      `Missing: ${what}. Install it with the package manager of the system (Debian calls it: ${names}), then try again.`,
    );
  }
  if (!isRoot) {
    const names = (await choose(wanted)).join(' ');
    throw new SetupFailure(
      `缺少 ${what}。请运行：\n    sudo apt-get install -y --no-install-recommends ${names}\n然后重新运行同一命令。`,
      `Missing: ${what}. Run:\n    sudo apt-get install -y --no-install-recommends ${names}\nthen run the same command again.`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await withProgress('正在更新系统软件包列表', 'Updating the list of system packages', () => run('apt-get', ['update', '-qq'], { env }));
  const names = await choose(wanted);
  say(`正在安装系统软件包：${names.join(' ')}`, `Installing system packages: ${names.join(' ')}`);
  const result = await withProgress('正在安装系统软件包', 'Installing system packages', () =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env }),
  );
  if (result.code !== 0) {
    throw new SetupFailure(
      `安装系统软件包失败，原因见上。请手动运行：\n    apt-get install -y --no-install-recommends ${names.join(' ')}`,
      `Installing system packages failed; the cause is above. Run by hand:\n    apt-get install -y --no-install-recommends ${names.join(' ')}`,
      { detail: result.output },
    );
  }
}

/** Picks for each need the first package that this release of the system knows. */
async function choose(wanted) {
  const chosen = new Set();
  for (const packages of wanted) {
    let pick = packages.at(-1);
    for (const name of packages) {
      const { output } = await run('apt-cache', ['policy', name], { env: { ...process.env, LC_ALL: 'C' } });
      if (/Candidate: (?!\(none\))/.test(output)) {
        pick = name;
        break;
      }
    }
    chosen.add(pick);
  }
  return [...chosen];
}
