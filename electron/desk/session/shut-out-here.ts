import { Guesses } from '../signing/guesses.ts';
import { SessionSigning } from '../signing/session-signing.ts';
import { personKeyOffline } from '../signing/settle-person-key.ts';
import { SessionSpool } from '../spool/session-spool.ts';
import { openStore, type Store } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { CorrectedClock } from '../sync/corrected-clock.ts';
import { machineOffline } from './machine-offline.ts';
import { shutOut } from './shut-out.ts';
import type { Credentials, OwnFile, SignInParts } from './sign-in.ts';

/** Who hears it only now, having been signed out, loses what their file let them see as whoever hears it at work (SY6, OF3). */
export async function shutOutHere(parts: SignInParts, credentials: Credentials, { folder, held, ahead }: OwnFile): Promise<void> {
  try {
    // No guess: the server says it to nobody whose passphrase is wrong.
    const store = held === null ? null : await openStore(folder, held, credentials.password, parts.store, ahead);
    if (store === null) return;
    try {
      shutOut(store);
      await leaveTheirWork(parts, credentials, store);
    } finally {
      store.close();
    }
  } catch (error) {
    // That they are out is what has to be said, whatever the disk says.
    if (storeTroubleOf(error) === null) throw error;
  }
}

/** Nobody will send from that file any more: what is unsent there and could not be put into the spool before goes there now (SY10). */
async function leaveTheirWork(parts: SignInParts, { server, password }: Credentials, store: Store): Promise<void> {
  const { environment, spool, report } = parts;
  const { meta, outbox } = store;
  const person = meta.get('person');
  if (person === null || outbox.unsentCount() === 0) return;
  const clock = new CorrectedClock(environment, meta.get('clockOffsetMs') ?? 0);
  const { workstationId, workstation } = machineOffline(parts, server, meta.get('workstationSecret'));
  const signing = new SessionSigning(personKeyOffline({ meta, person: person.id, passphrase: password }), workstation, new Guesses(meta, clock));
  await new SessionSpool({
    spool, store, server, person: person.id, workstation: workstationId, clock, environment, report,
    certify: (bytes) => signing.certify(bytes), post: () => Promise.resolve(null), changed: () => {},
  }).bringWhatIsLeft();
}
