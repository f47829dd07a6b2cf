import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Person } from '#shared/people/person.ts';
import { DEMO_PASSWORD, demoPeople } from '../demo/demo-people.ts';
import type { Credentials } from '../people/credentials.ts';
import type { Administration } from './administration.ts';

/** Sets what proves the people's identity, then records the founding: never the other way round, or nobody could come in. */
async function found(administration: Administration, credentials: Credentials, how: 'init' | 'demo', people: { person: Person; password: string }[], policy: ControlPolicy): Promise<void> {
  if (administration.state.founded !== null) return;
  for (const { person, password } of people) if (!(await credentials.has(person.id))) await credentials.set(person.id, password);
  await administration.record((state) => (state.founded === null ? [{ kind: 'centre founded', body: { how, people: people.map(({ person }) => person), policy } }] : []));
}

/** The first two administrators, once (TP12). */
export const foundByTwo = (administration: Administration, credentials: Credentials, people: { person: Person; password: string }[], policy: ControlPolicy): Promise<void> =>
  found(administration, credentials, 'init', people, policy);

export const foundDemo = (administration: Administration, credentials: Credentials, policy: ControlPolicy): Promise<void> =>
  found(administration, credentials, 'demo', demoPeople.map((person) => ({ person, password: DEMO_PASSWORD })), policy);
