import type { DemoAccount } from '../http/app.ts';
import type { Person } from '../people/person.ts';
import type { PeopleStore } from '../people/people-store.ts';

const PASSWORD = 'aidline-demo';
const person = (n: number, account: string, name: string, no: string, role: Person['role'], more: Partial<Person> = {}): Person => ({
  id: `01930000-0000-7000-8000-00000000000${n}`, account, name, no, role, team: 'A', skills: ['general', 'es', 'loss', 'password'], entitlements: { reviewLimitFen: {} },
  relatedCustomers: [], active: true, since: '2026-06-01T00:00:00.000Z', ...more,
});

/** Fictional people, one or two a role. The newcomer of the story is 小林; her mentor is 周老师. */
const people: Person[] = [
  person(1, 'agent', '林小满', '8001', 'agent', { since: '2026-09-01T00:00:00.000Z' }),
  person(2, 'agent2', '何青', '8002', 'agent', { since: '2024-03-01T00:00:00.000Z' }),
  person(3, 'mentor', '周老师', '6001', 'mentor', { since: '2018-05-01T00:00:00.000Z', entitlements: { reviewLimitFen: { 'early-settlement': 100_000_000 } } }),
  person(4, 'mentor2', '吴老师', '6002', 'mentor', { since: '2020-05-01T00:00:00.000Z', entitlements: { reviewLimitFen: { 'early-settlement': 10_000_000 } } }),
  person(5, 'lead', '郑班长', '5001', 'lead', { since: '2016-05-01T00:00:00.000Z', entitlements: { reviewLimitFen: { 'early-settlement': 200_000_000 } } }),
  person(6, 'admin', '钱管理', '1001', 'admin', { since: '2015-05-01T00:00:00.000Z', skills: [] }),
];

/** Makes the demo's people where they are not there yet, and lists what the sign-in screen shows. */
export async function addDemoPeople(store: PeopleStore): Promise<DemoAccount[]> {
  for (const one of people) await store.add(one, PASSWORD);
  return people.map(({ account, role, name }) => ({ account, password: PASSWORD, role, name }));
}
