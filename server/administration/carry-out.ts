import { randomBytes } from 'node:crypto';
import type { AdministrationCommand } from '#shared/administration/administration-schema.ts';
import type { Centre } from '../centre.ts';

/** Characters that are not mistaken for each other when they are read out. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const HALF = 10;
const randomHalf = (): string => [...randomBytes(HALF)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

/** Halves that their proposer has not taken yet; lost with the process, and then the passphrase is reset anew. */
const halves = new Map<string, { proposer: string; half: string }>();

/**
 * What an approved change makes the server do beside the log.
 *
 * @returns the approver's half of a new passphrase's code, or null
 */
export async function carryOut(centre: Centre, command: AdministrationCommand): Promise<string | null> {
  if (command.kind !== 'approve change') return null;
  const request = centre.administration.state.changes[command.body.changeId];
  if (request === undefined || request.status !== 'in-force') return null;
  const { change } = request;
  if (change.kind !== 'add person' && change.kind !== 'reset passphrase') return null;
  const person = change.kind === 'add person' ? change.person.id : change.personId;
  // In two halves, one for each: neither of the two could sign in as the person (TP12).
  const first = randomHalf();
  const second = randomHalf();
  await centre.credentials.set(person, `${first}-${second}`, true);
  centre.credentials.forgetKey(person);
  halves.set(request.changeId, { proposer: request.proposer, half: first });
  return second;
}

/** The proposer's half, once. */
export function takeHalf(_centre: Centre, changeId: string, person: string): string | null {
  const held = halves.get(changeId);
  if (held === undefined || held.proposer !== person) return null;
  halves.delete(changeId);
  return held.half;
}

/** Changes of which this person may still take their half. */
export const halvesOf = (person: string): string[] => [...halves].filter(([, held]) => held.proposer === person).map(([changeId]) => changeId);
