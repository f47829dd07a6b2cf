import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultQueues } from '#shared/telephony/queue.ts';
import { addDemoPeople } from '../../../server/demo/demo-people.ts';
import { PeopleStore } from '../../../server/people/people-store.ts';

it('every queue of the demo has agents who hold its skill: no call rings for ever', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-people-'));
  const store = new PeopleStore(join(folder, 'people.sqlite'));
  await addDemoPeople(store);
  const held = new Set(store.all().filter((one) => one.role === 'agent').flatMap((one) => one.skills));
  expect(defaultQueues.map((queue) => queue.skill).filter((skill) => !held.has(skill))).toEqual([]);
  store.close();
  rmSync(folder, { recursive: true });
});
