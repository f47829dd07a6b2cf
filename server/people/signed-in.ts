import type { Person } from '#shared/people/person.ts';
import type { SignInAnswer } from '#shared/protocol/wire.ts';
import type { Centre } from '../centre.ts';

/** What a desktop is told of the person whom the server has just let in, whichever way they proved who they are. */
export async function signedIn(centre: Centre, person: Person, workstationSecret: string): Promise<Omit<SignInAnswer, 'token' | 'expiresAt' | 'mustChange'>> {
  const { id, human, account, name, no, role, skills, team } = person;
  const register = centre.administration.state.people[id]?.mayRegisterKey ?? false;
  const { epoch } = await centre.log.head();
  return {
    serverAt: centre.clock.now(), epoch, workstationSecret, key: { kept: register ? null : await centre.credentials.keptKey(id), register }, spoolKey: centre.spoolKeys.current,
    person: { id, human, account, name, no, role, skills, team },
  };
}
