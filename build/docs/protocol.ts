/**
 * Writes what is generated under docs/: the protocol from the schemas, the table of roles, and which tests bear which rule.
 *
 *   npm run docs:protocol               refuses where a schema changed without a version bump
 *   npm run docs:protocol -- --accept   takes the change, where that version is not released yet
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedFiles, VERSIONS_FILE } from './generated.ts';
import { ROLES_FILE, withRolesTable } from './roles.ts';
import { withRuleTests, SPEC_FILE } from './rule-tests.ts';
import { currentHashes, noVersions, Versions, withCurrent } from './versions.ts';

const project = resolve(import.meta.dirname, '..', '..');
const at = (path: string): string => join(project, path);

function write(path: string, content: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  const same = existsSync(at(path)) && readFileSync(at(path), 'utf8') === content;
  if (!same) writeFileSync(at(path), content);
  process.stdout.write(`${same ? 'same   ' : 'written'} ${path}\n`);
}

const { values } = parseArgs({ options: { accept: { type: 'boolean', default: false } } });
for (const [path, content] of Object.entries(generatedFiles())) write(path, content);
write(ROLES_FILE, withRolesTable(readFileSync(at(ROLES_FILE), 'utf8')));
write(SPEC_FILE, withRuleTests(readFileSync(at(SPEC_FILE), 'utf8'), project));

const stored = existsSync(at(VERSIONS_FILE)) ? Versions.parse(JSON.parse(readFileSync(at(VERSIONS_FILE), 'utf8'))) : noVersions;
const next = withCurrent(stored, currentHashes(), values.accept);
if (next.ok) write(VERSIONS_FILE, `${JSON.stringify(next.versions, null, 2)}\n`);
else {
  for (const problem of next.problems) process.stderr.write(`${problem.text}\n`);
  process.exitCode = 1;
}
