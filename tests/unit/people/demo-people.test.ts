import { expect, it } from 'vitest';
import { Person } from '#shared/people/person.ts';
import { Role } from '#shared/people/roles.ts';
import { defaultQueues } from '#shared/telephony/queue.ts';
import { demoPeople } from '../../../server/demo/demo-people.ts';

it('every queue of the demo has agents who hold its skill: no call rings for ever', () => {
  const held = new Set(demoPeople.filter((one) => one.role === 'agent').flatMap((one) => one.skills));
  expect(defaultQueues.map((queue) => queue.skill).filter((skill) => !held.has(skill))).toEqual([]);
});

it('[TP11] [TP12] the demo has somebody for every role, two administrators and two leads, each another human', () => {
  expect(demoPeople.map((one) => Person.parse(one))).toEqual(demoPeople);
  for (const role of Role.options) expect(demoPeople.filter((one) => one.role === role).length).toBeGreaterThanOrEqual(role === 'admin' || role === 'lead' ? 2 : 1);
  expect(new Set(demoPeople.map((one) => one.human)).size).toBe(demoPeople.length);
});
