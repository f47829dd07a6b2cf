/**
 * Freezes the desk of a release, so that every later server is tested against the real thing (SY7): the desk's core, its wire
 * schemas and its `evolve` as they were at a commit, in one file. Done once for each release, and never again.
 *
 *   node build/release/freeze-desk.ts COMMIT tests/samples/v1/desk.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const project = resolve(import.meta.dirname, '..', '..');
const ENTRY = `
export { runDesk, tempFolder, untilView } from './unit/desk/test-desk.ts';
export { connectSocket } from '../electron/desk/sync/socket-link.ts';
export { signInOverHttp } from '../electron/desk/sync/http-sign-in.ts';
export { domainLogic } from '../electron/desk/domain-logic.ts';
export { openStore } from '../electron/desk/store/store.ts';
export * as wire from '../shared/protocol/wire.ts';
export { liveTopics } from '../shared/protocol/live.ts';
export { asks } from '../shared/protocol/asks.ts';
export { Rules } from '../shared/protocol/rules.ts';
export { commandSchemas } from '../shared/case/commands.ts';
export { eventSchemas } from '../shared/case/events.ts';
export { CaseState } from '../shared/case/state.ts';
export { evolve } from '../shared/case/evolve.ts';
`;

const [commit, out] = process.argv.slice(2);
if (commit === undefined || out === undefined) throw new Error('usage: freeze-desk.ts COMMIT FILE');
const tree = mkdtempSync(join(tmpdir(), 'aidline-freeze-'));
try {
  const archive = execFileSync('git', ['archive', commit], { cwd: project, maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  symlinkSync(join(project, 'node_modules'), join(tree, 'node_modules'));
  writeFileSync(join(tree, 'tests', 'frozen-entry.ts'), ENTRY);
  const packages = Object.keys((JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }).dependencies);
  const bundle = await rolldown({
    input: join(tree, 'tests', 'frozen-entry.ts'), platform: 'node', cwd: tree,
    external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  });
  const { output } = await bundle.generate({ format: 'esm', minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, codeSplitting: false, comments: false });
  const [chunk] = output;
  const file = resolve(project, out);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `/* The desk of the release at ${commit}, frozen by build/release/freeze-desk.ts. Never edit, never make it again. */\n${chunk.code}`);
  process.stdout.write(`${out}: ${chunk.code.length} characters\n`);
} finally {
  rmSync(tree, { recursive: true, force: true });
}
