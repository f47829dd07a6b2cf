import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Person } from '#shared/people/person.ts';
import { DEMO_PASSWORD, demoPeople } from '../demo/demo-people.ts';
import type { Credentials } from '../people/credentials.ts';
import type { Administration } from './administration.ts';

/** Sets what proves the people's identity, then records the founding: never the other way round, or nobody could come in. */
async function found(administration: Administration, how: 'init' | 'demo', people: readonly Person[], setPasswords: () => Promise<void>, policy: ControlPolicy): Promise<void> {
  if (administration.state.founded !== null) return;
  await setPasswords();
  await administration.record((state) => (state.founded === null ? [{ kind: 'centre founded', body: { how, people: [...people], policy } }] : []));
}

/** The first two administrators, once (TP12). */
export const foundByTwo = (administration: Administration, credentials: Credentials, people: { person: Person; password: string }[], policy: ControlPolicy): Promise<void> =>
  found(administration, 'init', people.map(({ person }) => person), async () => {
    for (const { person, password } of people) if (!(await credentials.has(person.id))) await credentials.set(person.id, password);
  }, policy);

export const foundDemo = (administration: Administration, credentials: Credentials, policy: ControlPolicy): Promise<void> =>
  found(administration, 'demo', demoPeople, () => credentials.setFirst(demoPeople.map(({ id }) => id), DEMO_PASSWORD), policy);
