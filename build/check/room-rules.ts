/** Who may import whom. */

export interface Import {
  /** Importing file, from the project's root. */
  file: string;
  /** What stands in the import. */
  request: string;
  /** File it leads to, from the project's root; null for a package or a part of Node. */
  target: string | null;
  typeOnly: boolean;
}

/** The packages that run anywhere, which `shared/` may use. */
const PURE = ['zod', 'canonicalize', '@noble/hashes', '@bufbuild/cel', '@bufbuild/cel-spec', 'yaml', 'pure-rand'];
/** What only one side may use. */
const ELECTRON_ONLY = ['electron', 'socket.io-client'];
const SERVER_ONLY = ['fastify', 'undici', 'cockatiel', 'socket.io', 'pino', 'jose', 'argon2', 'better-sqlite3', 'pg'];
const RENDERER_ONLY = ['react', 'react-dom', 'antd', '@ant-design/icons', 'i18next', 'react-i18next', 'zustand', 'react-hotkeys-hook'];

/** Rooms that a file of a room may reach into, beside its own. */
const REACH: Record<string, string[]> = {
  shared: [],
  renderer: ['shared'],
  server: ['shared'],
  electron: ['shared'],
  build: ['shared'],
  tests: ['shared', 'renderer', 'server', 'electron', 'build'],
};

const roomOf = (path: string) => path.split('/')[0] ?? '';
const isPackage = (request: string, names: readonly string[]) => names.some((name) => request === name || request.startsWith(`${name}/`));

/** @returns why this import is not allowed, or null when it is */
export function refusedImport(given: Import): string | null {
  return given.target === null ? refusedPackage(given) : refusedFile({ ...given, target: given.target });
}

function refusedPackage({ file, request }: Import): string | null {
  const room = roomOf(file);
  if (request === 'electron' && file.startsWith('electron/desk/')) return 'the desk process does without Electron; the main process speaks to it by messages';
  switch (room) {
    case 'shared':
      return isPackage(request, PURE) ? null : `shared/ uses only ${PURE.join(', ')}`;
    case 'renderer':
      if (request.startsWith('node:')) return 'the page has no Node';
      return isPackage(request, [...ELECTRON_ONLY, ...SERVER_ONLY]) ? 'the page reaches this only through the desk process' : null;
    case 'server':
      return isPackage(request, [...ELECTRON_ONLY, ...RENDERER_ONLY]) ? 'not for the server' : null;
    case 'electron':
      return isPackage(request, [...RENDERER_ONLY, 'fastify', 'socket.io', 'pino', 'jose', 'pg']) ? 'not for the desktop’s trusted side' : null;
    default:
      return null;
  }
}

function refusedFile({ file, target, typeOnly }: Import & { target: string }): string | null {
  const room = roomOf(file);
  const toRoom = roomOf(target);
  // The shape of the bridge is for the page to know; its code is not.
  if (room === 'renderer' && target === 'electron/ipc/bridge.ts' && typeOnly) return null;
  if (toRoom !== room && !(REACH[room] ?? []).includes(toRoom)) {
    // The reader of flows and the check of flows belong together; product code never reaches into tests.
    return `${room}/ may not import ${toRoom}/`;
  }
  if (room === 'electron') return refusedWithinElectron(file, target);
  return null;
}

/** The preload and the desk process run apart from the main process, and share only their contracts with it. */
function refusedWithinElectron(file: string, target: string): string | null {
  if (!target.startsWith('electron/')) return null;
  const inDesk = file.startsWith('electron/desk/');
  if (inDesk && !target.startsWith('electron/desk/') && target !== 'electron/ipc/desk-options.ts') {
    return 'the desk process shares only electron/ipc/desk-options.ts with the main process';
  }
  if (!inDesk && target.startsWith('electron/desk/')) return 'the main process does not reach into the desk process';
  if (file === 'electron/preload.ts' && target !== 'electron/ipc/bridge.ts') return 'the preload knows only the bridge';
  return null;
}
