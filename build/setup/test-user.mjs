/** End-to-end tests run as an ordinary user, with Chromium's sandbox on: a root shell makes one. */
import { spawnSync } from 'node:child_process';
import { isRoot } from './places.mjs';
import { SetupFailure } from './say.mjs';

const NAME = 'aidline-e2e';

/**
 * @param {boolean} make make the user where there is none yet
 * @returns {{ name: string, uid: number, gid: number, home: string } | null} null where the person is not root
 */
export function ensureTestUser(make) {
  if (!isRoot || process.platform !== 'linux') return null;
  const known = look();
  if (known || !make) return known;
  const made = spawnSync('useradd', ['--create-home', '--user-group', '--shell', '/bin/sh', NAME], { encoding: 'utf8' });
  const user = look();
  if (user) return user;
  throw new SetupFailure(
    `无法创建测试用户 ${NAME}：${made.stderr ?? made.error?.message}。请以 root 运行 useradd --create-home ${NAME}，或用普通用户运行测试。`,
    `The test user ${NAME} could not be made: ${made.stderr ?? made.error?.message}. As root, run useradd --create-home ${NAME}, or run the tests as an ordinary user.`,
  );
}

function look() {
  const line = spawnSync('getent', ['passwd', NAME], { encoding: 'utf8' }).stdout?.trim();
  const [name, , uid, gid, , home] = line?.split(':') ?? [];
  return name === NAME && home ? { name, uid: Number(uid), gid: Number(gid), home } : null;
}
