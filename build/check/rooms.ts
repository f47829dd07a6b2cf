/**
 * Checks that every file keeps to its room: who may import whom, and that `shared/` has neither
 * clock nor chance. A folder tells where its code may run; this keeps it true.
 *
 *   node build/check/rooms.ts
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { impurities, unsteadiness } from './purity.ts';
import { refusedImport } from './room-rules.ts';

const project = resolve(import.meta.dirname, '..', '..');
const ROOMS = ['shared', 'electron', 'renderer', 'server', 'build', 'tests'];

/** Path within the project of what an import names, or null where it names a package. */
function target(file: string, request: string): string | null {
  if (request.startsWith('#shared/')) return request.slice(1);
  if (!request.startsWith('.')) return null;
  return relative(project, resolve(project, dirname(file), request.replace(/\?.*$/, '')));
}

const problems: string[] = [];
const files = ROOMS.flatMap((room) => globSync(`${room}/**/*.{ts,tsx,mjs,js}`, { cwd: project })).filter((file) => !file.includes('node_modules/')).sort();
for (const file of files) {
  const source = readFileSync(join(project, file), 'utf8');
  const line = (offset: number) => source.slice(0, offset).split('\n').length;
  const parsed = parseSync(file, source);
  for (const error of parsed.errors) problems.push(`${file}: ${error.message}`);

  const imports = [
    ...parsed.module.staticImports.map((item) => ({
      request: item.moduleRequest.value,
      start: item.start,
      typeOnly: item.entries.length > 0 && item.entries.every((entry) => entry.isType),
    })),
    ...parsed.module.staticExports
      .flatMap((item) => item.entries)
      .flatMap((entry) => (entry.moduleRequest ? [{ request: entry.moduleRequest.value, start: entry.start, typeOnly: entry.isType }] : [])),
    ...parsed.module.dynamicImports.map((item) => ({
      request: source.slice(item.moduleRequest.start, item.moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
      start: item.start,
      typeOnly: false,
    })),
  ];
  for (const { request, start, typeOnly } of imports) {
    const why = refusedImport({ file, request, target: target(file, request), typeOnly });
    if (why) problems.push(`${file}:${line(start)}: ${request}: ${why}`);
  }
  if (file.startsWith('shared/')) {
    for (const { what, start } of impurities(parsed.program)) problems.push(`${file}:${line(start)}: ${what}: shared/ has no clock and no chance; take it as an argument`);
  }
  for (const { what, start } of unsteadiness(file, parsed.program)) problems.push(`${file}:${line(start)}: ${what}: sync and log take clock, chance and timers as arguments, so that tests/chaos can repeat a seed`);
  // Root shells run without Chromium's sandbox; the switch that allows it has one place.
  if (source.includes(`--no${'-'}sandbox`) && !['build/launch.ts', 'tests/unit/build/launch.test.ts'].includes(file)) {
    problems.push(`${file}: the switch that turns the sandbox off belongs in build/launch.ts only`);
  }
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`rooms: ${files.length} files, ${problems.length} problems\n`);
if (problems.length > 0 || files.length === 0) process.exitCode = 1;
