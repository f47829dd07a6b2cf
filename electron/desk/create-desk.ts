import type { DeskPort } from '#shared/protocol/desk-port.ts';
import type { DeskMethod } from '#shared/protocol/desk-rpc.ts';
import type { CaseLogic } from './case-logic.ts';
import type { Here } from './decide-here.ts';
import { seatHandlers } from './rpc/seat-handlers.ts';
import { servePort } from './rpc/serve-port.ts';
import { workstationHandlers } from './rpc/workstation-handlers.ts';
import { Arrivals } from './session/arrivals.ts';
import { PassphraseHere } from './session/passphrase-here.ts';
import { Seat } from './session/seat.ts';
import type { Connect } from './sync/link.ts';
import { workstationOf, type WorkstationParts } from './workstation.ts';

export type DeskParts = WorkstationParts & {
  /** Opens an address in the system's browser; single sign-on says that there is none where left out. */
  openBrowser?(url: string): Promise<boolean>;
  logic(here: Here): CaseLogic;
  connect: Connect;
};

export type Desk = {
  /** Serves a renderer; an earlier port is let go. */
  attach(port: DeskPort): void;
  /** Lets go of everything. All that must survive is on disk already. */
  close(): void;
};

/** What a locked desk answers: nothing that tells of a customer or acts in the person's name; what is typed is still taken, and not read out (CT3). */
const WHILE_LOCKED: ReadonlySet<DeskMethod> = new Set(['session', 'lock', 'unlock', 'signOut', 'saveDraft', 'quitCheck', 'connectNow', 'serverInfo', 'spooled', 'cancelSignOn']);

/** The desk: all of it but the process it runs in. */
export function createDesk(parts: DeskParts): Desk {
  const { root, report, logic, connect, openBrowser = () => Promise.resolve(false) } = parts;
  const workstation = workstationOf(parts);
  const seat = new Seat(workstation);
  const arrivals = new Arrivals({ workstation, seat, logic, connect, openBrowser });
  const passphrase = new PassphraseHere(workstation, seat);
  const handlers = { ...seatHandlers({ seat, arrivals, passphrase, root, openBrowser, report }), ...workstationHandlers(workstation, seat) };
  let endService: () => void = () => {};

  return {
    attach(port) {
      endService();
      endService = servePort(port, handlers, seat.publisher, report, (method) => (seat.lock.state !== null && !WHILE_LOCKED.has(method) ? { code: 'locked' } : null));
    },
    close() {
      endService();
      endService = () => {};
      arrivals.cancelSignOn();
      seat.close();
      workstation.spool.close();
    },
  };
}
