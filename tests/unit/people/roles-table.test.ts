import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { may, type Act } from '#shared/people/may.ts';
import { Role, roleNames } from '#shared/people/roles.ts';
import { ROLES_FILE, rolesTable, withRolesTable } from '../../../build/docs/roles.ts';

const document = readFileSync(join(resolve(import.meta.dirname, '..', '..', '..'), ROLES_FILE), 'utf8');

describe('[PR3] docs/roles.md is the table in code', () => {
  it('[PR3] is fresh: otherwise run npm run docs:protocol', () => {
    expect(document === withRolesTable(document)).toBe(true);
  });

  it('[PR3] has every act once, with a mark for every role that may, and both languages', () => {
    const rows = new Map(rolesTable().split('\n').flatMap((line) => {
      const [, act, cells] = /^\| `(.+?)` \| (.*) \|$/.exec(line) ?? [];
      return act === undefined ? [] : [[act, cells!.split(' | ').map((cell) => cell.includes('●'))] as const];
    }));
    expect([...rows.keys()].sort()).toEqual(Object.keys(may).sort());
    for (const [act, marks] of rows) expect([act, marks]).toEqual([act, Role.options.map((role) => may[act as Act].includes(role))]);
    for (const role of Role.options) expect(rolesTable()).toContain(`${roleNames[role].zh} ${roleNames[role].en}`);
  });

  it('[TP12] [PR3] the acts of the second person, and those on the centre itself, are nobody else\'s', () => {
    for (const act of ['take review', 'approve review', 'store blind entry'] as const) expect(may[act]).toEqual(['mentor', 'lead']);
    for (const act of ['join break-glass', 'sign break-glass'] as const) expect(may[act]).toEqual(['lead']);
    for (const act of ['add person', 'change person', 'reset passphrase', 'enrol workstation', 'publish policy', 'publish flow', 'erase customer'] as const) expect(may[act]).toEqual(['admin']);
    // Who looks after the centre serves no customer; who serves customers looks after no centre.
    for (const [act, roles] of Object.entries(may)) {
      if (roles.includes('agent')) expect([act, roles.includes('admin') && !(['quality', 'risk'] as const).every((role) => roles.includes(role))]).toEqual([act, false]);
    }
    expect(may['stop kind']).toEqual(['risk']);
  });
});
