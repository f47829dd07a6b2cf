import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { helpText } from '../../../server/options.ts';

const project = resolve(import.meta.dirname, '..', '..', '..');
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: project })].map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }));

/** What GitHub makes of a heading. */
const anchor = (heading: string): string => heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');

test('every link between the documents leads to a file and a heading', () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(project, target))) return true;
      return heading !== undefined && ![...readFileSync(join(project, target), 'utf8').matchAll(/^#+ (.+)$/gm)].some(([, title = '']) => anchor(title) === heading);
    }).map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const unknown = pages.flatMap(({ path, text }) => [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].filter(([, name = '']) => scripts[name] === undefined).map(([found]) => `${path}: ${found}`));
  expect(unknown).toEqual([]);
});

test('every folder, file and option that the documents name in code exists', () => {
  const unknown = pages.filter(({ path }) => path !== 'CHANGELOG.md').flatMap(({ path, text }) => [
    ...[...text.matchAll(/`((?:shared|server|electron|renderer|build|tests|docs)\/[\w./-]*\w)`/g)].filter(([, name = '']) => !existsSync(join(project, name))).map(([, name = '']) => `${path}: ${name}`),
    ...[...text.matchAll(/npm run server -- (--[\w-]+)/g)].filter(([, option = '']) => !helpText.includes(option)).map(([found]) => `${path}: ${found}`),
  ]);
  expect(unknown).toEqual([]);
});
