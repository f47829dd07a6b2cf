/** Runs a program to its end and keeps what it said. */
import { spawn } from 'node:child_process';

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] `env` replaces the environment
 * @returns {Promise<{ code: number | null, output: string, missing: boolean, timedOut: boolean }>}
 *   `missing`: there is no such program
 */
export function run(program, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-400_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => done({ code: null, output: String(error), missing: error.code === 'ENOENT', timedOut: false }));
    child.on('close', (code, signal) => done({ code, output, missing: false, timedOut: signal === 'SIGKILL' }));
  });
}

/** The npm of the machine, also where the project's own Node stands first on the path. */
export function npm(args, options = {}) {
  const script = process.env.npm_execpath;
  const env = { ...process.env };
  // Never the Node inside node_modules: `npm ci` removes that folder while it runs.
  const separator = process.platform === 'win32' ? ';' : ':';
  const key = Object.keys(env).find((name) => name.toLowerCase() === 'path') ?? 'PATH';
  env[key] = (env[key] ?? '').split(separator).filter((folder) => !folder.includes('node_modules')).join(separator);
  const node = process.env.npm_node_execpath;
  if (script?.endsWith('.js') && node && !node.includes('node_modules')) return run(node, [script, ...args], { ...options, env });
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { ...options, env });
}
