import { Rules } from '#shared/protocol/rules.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SecondPerson } from '../../../electron/desk/signing/second-person.ts';
import { Guesses } from '../../../electron/desk/signing/guesses.ts';
import { SessionSigning } from '../../../electron/desk/signing/session-signing.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { keyOf, signerOf } from './cast.ts';
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

type Parts = { time: VirtualTime; chance: Chance; outside: Process; desktops(): readonly DesktopMachine[] };

/** A passphrase is typed, and its key derived. */
const TYPING_MS = 4_000;

/**
 * Opens the profile of a second person at a screen, as `openSecondPerson` does; a passphrase would be checked in a thread, and
 * answer in an order that is not the seed's.
 */
export async function secondHere({ time, chance, outside, desktops }: Parts, here: DesktopMachine, account: string): Promise<SecondPerson | { refusal: Refusal }> {
  await time.sleep(chance.wait(TYPING_MS), outside);
  const other = desktops().find((one) => one.resting && one.machine === here.machine && one.person.account === account);
  const fuse = chance.often(0.1) ? { commits: chance.int(1, 3), torn: chance.often(0.5) ? 0 : 1 - chance.next() } : null;
  const lent = here.session === null ? null : (other?.lend(here, fuse) ?? null);
  if (other === undefined || lent === null) return { refusal: { code: 'second-person-not-here' } };
  const { person } = other;
  const { store } = lent;
  const clock = new CorrectedClock({ now: () => here.nowMs }, store.meta.get('clockOffsetMs') ?? 0);
  const signing = new SessionSigning({ state: 'ready', signer: signerOf(keyOf(person.id)) }, signerOf(here.machine.key), new Guesses(store.meta, clock));
  const rules = Rules.safeParse(store.library.get('rules'));
  let over = false;
  return {
    person: {
      id: person.id, human: person.human, account: person.account, name: person.name, no: person.no, role: person.role,
      ...(rules.success ? { entitlements: rules.data.entitlements } : {}),
    },
    sign: async (purpose, digest) => (over ? { refusal: { code: 'signed-out' } } : signing.sign(purpose, digest, 'session', undefined)),
    store,
    close: () => {
      if (over) return;
      over = true;
      lent.takeBack();
    },
  };
}
