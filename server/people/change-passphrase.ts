import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Centre } from '../centre.ts';

/** ASVS 6.2.1 asks for eight and advises fifteen; a passphrase also guards the person's key and the night's file. */
const LEAST = 12;

/**
 * A person makes the passphrase their own: the old one, or the code in two halves of others, is checked as at any sign-in.
 *
 * @returns why not, or null
 */
export async function changePassphrase(centre: Centre, account: string, old: string, next: string, workstation: string): Promise<Refusal | null> {
  const machine = centre.workstations.admit(workstation);
  if (!machine.ok) return { code: machine.code };
  const checked = await centre.people.check(account, old, centre.clock.now());
  const audit = { kind: checked.ok ? 'passphrase changed' : 'passphrase change refused', person: checked.ok ? checked.person.id : null, workstation, about: null, detail: { code: checked.ok ? '' : checked.code } };
  if (!checked.ok) {
    await centre.log.append([{ writes: [], command: null, audit: [audit] }]);
    return { code: checked.code, ...(checked.until === undefined ? {} : { detail: { until: checked.until } }) };
  }
  if ([...next].length < LEAST || next === old) return { code: 'passphrase-weak' };
  // Reset by two others while this was on its way: theirs counts.
  if (!(await centre.credentials.replace(checked.person.id, checked.hash, next))) return { code: 'wrong-password' };
  await centre.log.append([{ writes: [], command: null, audit: [audit] }]);
  return null;
}
