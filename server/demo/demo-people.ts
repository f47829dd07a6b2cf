import type { DemoAccount } from '../http/app.ts';
import type { Person } from '#shared/people/person.ts';
import { OperationKind } from '#shared/operation/payload.ts';

export const DEMO_PASSWORD = 'aidline-demo';

const id = (n: number): string => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const person = (n: number, account: string, name: string, no: string, role: Person['role'], more: Partial<Person> = {}): Person => ({
  id: id(n), human: id(n), account, name, no, role, team: 'A', skills: ['general', 'es', 'loss', 'password'], entitlements: { reviewLimitFen: {} },
  relatedCustomers: [], active: true, since: '2026-06-01T00:00:00.000Z', ...more,
});
const upTo = (fen: number): Person['entitlements'] => ({ reviewLimitFen: Object.fromEntries(OperationKind.options.map((kind) => [kind, fen])) });

/** Fictional people, one or two a role. The newcomer of the story is 小林; her mentor is 周老师. */
export const demoPeople: Person[] = [
  person(1, 'agent', '林小满', '8001', 'agent', { since: '2026-09-01T00:00:00.000Z' }),
  person(2, 'agent2', '何青', '8002', 'agent', { since: '2024-03-01T00:00:00.000Z' }),
  person(3, 'mentor', '周老师', '6001', 'mentor', { since: '2018-05-01T00:00:00.000Z', entitlements: upTo(100_000_000) }),
  person(4, 'mentor2', '吴老师', '6002', 'mentor', { since: '2020-05-01T00:00:00.000Z', entitlements: upTo(10_000_000) }),
  person(5, 'lead', '郑班长', '5001', 'lead', { since: '2016-05-01T00:00:00.000Z', entitlements: upTo(200_000_000) }),
  person(6, 'admin', '钱管理', '1001', 'admin', { since: '2015-05-01T00:00:00.000Z', skills: [] }),
  person(7, 'admin2', '孙管理', '1002', 'admin', { since: '2015-05-01T00:00:00.000Z', skills: [] }),
  person(8, 'lead2', '冯班长', '5002', 'lead', { since: '2017-05-01T00:00:00.000Z' }),
  person(9, 'risk', '褚风险', '2001', 'risk', { since: '2017-05-01T00:00:00.000Z', skills: [] }),
  person(10, 'quality', '卫质检', '3001', 'quality', { since: '2017-05-01T00:00:00.000Z', skills: [] }),
];

/** What the demo's sign-in screen shows. */
export const demoAccounts: DemoAccount[] = demoPeople.map(({ account, role, name }) => ({ account, password: DEMO_PASSWORD, role, name }));
