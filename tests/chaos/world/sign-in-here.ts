/** Somebody signs in at a workstation: with the server's word where it can be reached, by this machine's own file else. */
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Environment } from '../../../electron/desk/environment.ts';
import { shutOut } from '../../../electron/desk/session/shut-out.ts';
import type { SignedInHere } from '../../../electron/desk/session/sign-in.ts';
import { Guesses } from '../../../electron/desk/signing/guesses.ts';
import { SessionSigning } from '../../../electron/desk/signing/session-signing.ts';
import { keepSpoolKey, SessionSpool } from '../../../electron/desk/spool/session-spool.ts';
import { see } from '../../../electron/desk/store/meta.ts';
import type { Store } from '../../../electron/desk/store/store.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { enterNewEpoch } from '../../../electron/desk/sync/new-epoch.ts';
import { keyOf, SERVER, signerOf } from './cast.ts';
import type { DesktopMachine, DesktopParts } from './desktop-machine.ts';
import type { Process } from './virtual-time.ts';

const GRACE_MS = 16 * 3_600_000;

/** @returns null where it died meanwhile */
export async function signInHere(
  here: DesktopMachine, process: Process, environment: Environment, parts: Pick<DesktopParts, 'server' | 'spool'>,
): Promise<SignedInHere | { refusal: Refusal } | 'never been here' | null> {
  const { person, machine } = here;
  const answer = await here.way.ask(process, () => parts.server.signIn(person.id, here.desktop, machine.id));
  if (!process.alive) return null;
  const store = here.openStore();
  const { meta } = store;
  const clock = new CorrectedClock(environment, meta.get('clockOffsetMs') ?? 0);
  const signing = (): SessionSigning => new SessionSigning({ state: 'ready', signer: signerOf(keyOf(person.id)) }, signerOf(machine.key), new Guesses(meta, clock));
  if (answer !== null && 'refusal' in answer) {
    // As `shut-out-here.ts` has it.
    if (answer.refusal.code === 'person-disabled') {
      shutOut(store);
      if (meta.get('person') !== null && store.outbox.unsentCount() > 0) await bringWhatIsLeft(here, store, clock, environment, signing(), parts);
      if (!process.alive || here.isDoomed) return null;
    }
    store.close();
    return { refusal: answer.refusal };
  }
  const who = { id: person.id, human: person.human, account: person.account, name: person.name, no: person.no, role: person.role, skills: person.skills, team: person.team };
  if (answer !== null) {
    clock.learn(answer.serverAt, here.nowMs);
    const epoch = meta.get('epoch');
    if (epoch !== null && epoch !== answer.epoch) enterNewEpoch(store, clock.nowMs());
    // As `withServer` of sign-in.ts has it.
    store.transaction(() => {
      meta.set('person', who);
      meta.set('epoch', answer.epoch);
      meta.set('clockOffsetMs', clock.offsetMs);
      meta.set('lastOnlineAt', answer.serverAt);
      meta.set('lastContactAt', answer.serverAt);
      keepSpoolKey(store, answer.spoolKey, answer.serverAt);
      see(meta, answer.serverAt);
    });
  } else if (meta.get('person') === null) {
    store.close();
    return 'never been here';
  }
  if (here.isDoomed) return null;
  return {
    store, clock, person: who, token: answer === null ? null : { token: answer.token, expiresAt: answer.expiresAt }, checkedBy: answer === null ? 'this-machine' : 'server',
    offlineUntil: new Date(clock.nowMs() + GRACE_MS).toISOString(), workstationId: machine.id, signing: signing(),
  };
}

async function bringWhatIsLeft(
  here: DesktopMachine, store: Store, clock: CorrectedClock, environment: Environment, signing: SessionSigning, { spool }: Pick<DesktopParts, 'spool'>,
): Promise<void> {
  await new SessionSpool({
    spool: spool.open(), store, server: SERVER, person: here.person.id, workstation: here.machine.id, clock, environment,
    certify: (bytes) => signing.certify(bytes), post: () => Promise.resolve(null), changed: () => {}, report: (error) => here.trouble(`reported: ${String(error)}`),
  }).bringWhatIsLeft();
}
