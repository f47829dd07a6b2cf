/**
 * Adds to package-lock.json what npm leaves out when it was written against a registry that lacks
 * the builds of some packages for other platforms: `npm ci` refuses such a lock file. Each added
 * entry names version and platform, so that npm passes it over elsewhere. Run it after each
 * `npm install`; it does nothing where nothing is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './setup/places.mjs';

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = { x64: 'x64', arm64: 'arm64', ia32: 'ia32', arm: 'arm', ppc64: 'ppc64', riscv64: 'riscv64', s390x: 's390x' };

/** Whether `name` can be found from the package at `path`, the way Node looks for it. */
function isThere(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** Reads the platform out of a name such as `@oxlint/binding-linux-arm64-musl`; null where it has none. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OS.includes(word));
  const cpu = words.find((word) => CPU[word]);
  if (!os || !cpu) return null;
  const libc = name.endsWith('-musl') || name.endsWith('-musleabihf') ? 'musl' : /-gnu(eabihf)?$/.test(name) ? 'glibc' : null;
  return { cpu: [CPU[cpu]], ...(libc ? { libc: [libc] } : {}), os: [os] };
}

const file = join(project, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isThere(lock.packages, path, name)) continue;
    const platform = platformOf(name);
    if (!platform || !/^\d+\.\d+\.\d+$/.test(version)) {
      process.stderr.write(`[aidline] ${name}@${version}: cannot tell its platform or version. 无法判断其平台或版本。\n`);
      process.exitCode = 1;
      continue;
    }
    const { cpu, ...rest } = platform;
    lock.packages[`node_modules/${name}`] = { version, cpu, ...(entry.dev ? { dev: true } : {}), ...rest, optional: true };
    added.push(name);
  }
}
if (added.length > 0) {
  const [root, ...others] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
process.stderr.write(`[aidline] package-lock.json: ${added.length} entries added. 补充 ${added.length} 项。\n`);
