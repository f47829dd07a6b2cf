/** People of the demonstration who play in these worlds. */
import type { Person } from '#shared/people/person.ts';
import { demoPeople } from '../../../server/demo/demo-people.ts';

const named = (account: string): Person => {
  const person = demoPeople.find((one) => one.account === account);
  if (person === undefined) throw new Error(`nobody is called ${account}`);
  return person;
};

export const AGENT = named('agent');
export const COLLEAGUE = named('agent2');
export const MENTOR = named('mentor');
export const LEAD = named('lead');
