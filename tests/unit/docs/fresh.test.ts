import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandSchemas } from '#shared/case/commands.ts';
import { generatedFiles, VERSIONS_FILE } from '../../../build/docs/generated.ts';
import { RULES, SPEC_FILE, idsIn, testsByRule, withRuleTests } from '../../../build/docs/rule-tests.ts';
import { changedWithoutBump, currentHashes, noVersions, Versions, withCurrent } from '../../../build/docs/versions.ts';

const project = resolve(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(project, path), 'utf8');

describe('[SY7] what is generated is fresh', () => {
  /** Not the difference, which would be thousands of lines, but what to do. */
  const stale = (path: string, content: string): string[] => (read(path) === content ? [] : [`${path} is out of date: run npm run docs:protocol`]);

  test('the documents of the protocol', () => {
    expect(Object.entries(generatedFiles()).flatMap(([path, content]) => stale(path, content))).toEqual([]);
  });

  test('the table of rules and tests', () => {
    expect(stale(SPEC_FILE, withRuleTests(read(SPEC_FILE), project))).toEqual([]);
  });

  test('the table takes ids from names of tests only', () => {
    // Written with < >, so that the real table does not take this sample for tests.
    const source = `
      // <TP1> a comment
      describe('<TP2> a suite', () => { it("<TP3, SY4> both", () => { say('<TP5>'); }); });
      test.each([1, 2])('<RB1><PR2> %s', () => {});
      it('no id TP6', () => {});`.replaceAll('<', '[').replaceAll('>', ']').replaceAll('=]', '=>');
    expect([...idsIn(source)].sort()).toEqual(['PR2', 'RB1', 'SY4', 'TP2', 'TP3']);
  });

  test('the text of docs/spec.md has every rule once, in order', () => {
    const said = [...read(SPEC_FILE).matchAll(/^- \*\*([A-Z]{2}\d+)\*\*/gm)].map(([, id]) => id);
    expect(said).toEqual(RULES);
  });

  test('every rule says how far it is kept, and one that is called kept has a test', () => {
    const [rules = ''] = read(SPEC_FILE).split('## The tests of each rule');
    const states = new Map([...rules.matchAll(/^- \*\*([A-Z]{2}\d+)\*\*[^→]*→ (kept|partly|not yet)/gm)].map(([, id = '', state = '']) => [id, state]));
    expect([...states.keys()]).toEqual(RULES);
    const tested = testsByRule(project);
    expect(RULES.filter((id) => states.get(id) === 'kept' && !tested.has(id))).toEqual([]);
  });
});

test('docs/roles.md says of every command who may give it', () => {
  const rows = read('docs/roles.md').split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|')[1] ?? '').join(' ');
  expect(Object.keys(commandSchemas).filter((kind) => !rows.includes(`\`${kind}\``))).toEqual([]);
});

describe('[SY7] a wire schema changes only with a version bump', () => {
  test('schemas of today are those that versions.json remembers', () => {
    const stored = Versions.parse(JSON.parse(read(VERSIONS_FILE)));
    expect(changedWithoutBump(stored, currentHashes()).map((problem) => problem.text)).toEqual([]);
  });

  /** As if every schema of today had just been taken. */
  const fresh = (): Versions => {
    const taken = withCurrent(noVersions, currentHashes(), false);
    if (!taken.ok) throw new Error('nothing stands against the first version');
    return taken.versions;
  };
  const otherHash = createHash('sha256').update('another schema').digest('hex');
  /** versions.json as it would be if a kind's schema had been another one. */
  const before = (released: string[]): Versions => {
    const versions = fresh();
    const { version } = currentHashes().commands;
    versions.commands.versions[version]!['write note'] = otherHash;
    versions.commands.released = released;
    return versions;
  };

  test('a change is named with what to do', () => {
    const [problem, ...more] = changedWithoutBump(before([]), currentHashes());
    expect(more).toEqual([]);
    expect(problem?.text).toContain('commands "write note" changed without a version bump');
    expect(problem?.text).toContain('--accept');
  });

  test('before a release the change is taken only when it is asked for', () => {
    expect(withCurrent(before([]), currentHashes(), false).ok).toBe(false);
    const taken = withCurrent(before([]), currentHashes(), true);
    expect(taken.ok && changedWithoutBump(taken.versions, currentHashes())).toEqual([]);
  });

  test('after a release it is taken by a bump only', () => {
    const current = currentHashes();
    const { version } = current.commands;
    const released = withCurrent(before([version]), current, true);
    expect(released).toMatchObject({ ok: false, problems: [{ final: true }] });
    const bumped = { ...current, commands: { ...current.commands, version: String(Number(version) + 1) } };
    const after = withCurrent(before([version]), bumped, false);
    expect(after.ok && after.versions.commands.versions[version]!['write note']).toBe(otherHash);
    expect(after.ok && after.versions.commands.versions[bumped.commands.version]).toEqual(current.commands.hashes);
  });

  test('a kind that is new or gone is a change too', () => {
    const versions = fresh();
    const kinds = versions.events.versions[currentHashes().events.version]!;
    kinds['never heard of'] = otherHash;
    delete kinds['note written'];
    expect(changedWithoutBump(versions, currentHashes()).map((problem) => problem.text.slice(0, 40))).toEqual([
      expect.stringContaining('"never heard of" is gone'), expect.stringContaining('"note written" is new'),
    ]);
  });
});
