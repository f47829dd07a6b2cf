import type { DeskHandlers, DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Arrivals } from '../session/arrivals.ts';
import { exportDiagnostics } from '../session/diagnose.ts';
import type { PassphraseHere } from '../session/passphrase-here.ts';
import type { Seat } from '../session/seat.ts';
import { overTls } from '../session/secure-address.ts';
import type { WorkstationHandlers } from './workstation-handlers.ts';

const DONE = { ok: true, value: { done: true } } as const;
const SIGNED_OUT = { ok: false, refusal: { code: 'signed-out' } } as const;

export type SeatHandlersParts = {
  seat: Seat;
  arrivals: Arrivals;
  passphrase: PassphraseHere;
  /** Folder of all persons' files. */
  root: string;
  openBrowser(url: string): Promise<boolean>;
  report(error: unknown): void;
};

/** What is asked by whoever sits at this desk, or comes to. */
export function seatHandlers({ seat, arrivals, passphrase, root, openBrowser, report }: SeatHandlersParts): Omit<DeskHandlers, keyof WorkstationHandlers> {
  return {
    signIn: overTls((given) => arrivals.signIn(given)),
    signOn: overTls((given) => arrivals.signOn(given)),
    openSignedOn: (given) => arrivals.openSignedOn(given),
    cancelSignOn: () => {
      arrivals.cancelSignOn();
      return DONE;
    },
    signOut: async ({ evenUnsent, keepMine }): Promise<DeskReply<{ done: true }>> => {
      const items = seat.session?.ownCases.itemsLeft ?? 0;
      if (items > 0 && keepMine !== true) return { ok: false, refusal: { code: 'hand-over-open', detail: { items } } };
      const unsent = seat.session?.unsent ?? 0;
      if (unsent > 0 && evenUnsent !== true) return { ok: false, refusal: { code: 'unsent-work', detail: { unsent } } };
      const leaving = seat.session;
      const logout = (await leaving?.leave()) ?? null;
      if (leaving !== null && seat.session === leaving) seat.end(null);
      // The browser's own session at the provider outlives ours otherwise, at a machine that others use.
      if (logout !== null) void openBrowser(logout).catch(report);
      return DONE;
    },
    session: () => ({ ok: true, value: seat.view() }),
    command: (params) => seat.session?.given.command(params) ?? SIGNED_OUT,
    ask: async ({ kind, body }) => (await seat.session?.atCentre.ask(kind, body)) ?? SIGNED_OUT,
    administer: async (params) => (await seat.session?.atCentre.administer(params)) ?? SIGNED_OUT,
    changePassphrase: overTls((change) => passphrase.change(change)),
    typeAgain: (given) => passphrase.typeAgain(given),
    unlock: (given) => passphrase.unlock(given),
    lock: () => {
      if (seat.session === null) return SIGNED_OUT;
      seat.lock.lock('person');
      return DONE;
    },
    inputSeen: () => {
      seat.lock.input();
      return DONE;
    },
    endOwnSession: async (params) => (await seat.session?.atCentre.endOwnSession(params)) ?? SIGNED_OUT,
    saveDraft: (draft) => (seat.session === null ? SIGNED_OUT : { ok: true, value: { saved: seat.session.drafts.save(draft) } }),
    drafts: ({ case: ofCase }) => (seat.session === null ? SIGNED_OUT : { ok: true, value: seat.session.drafts.list(ofCase) }),
    refusalSeen: ({ command }) => {
      seat.session?.refusalSeen(command);
      return DONE;
    },
    openHandOver: async (given) => (await seat.session?.handOver.open(given)) ?? SIGNED_OUT,
    handOverHere: async (given) => (await seat.session?.handOver.give(given)) ?? SIGNED_OUT,
    coSign: async (params) => (await seat.session?.coSign.step(params)) ?? SIGNED_OUT,
    closeHandOver: () => {
      seat.session?.handOver.close();
      return DONE;
    },
    takenOverSeen: ({ case: caseId }) => {
      seat.session?.takenOver?.seen(caseId);
      return DONE;
    },
    quitCheck: () => ({ ok: true, value: { unsent: seat.session?.unsent ?? 0 } }),
    syncStatus: () => (seat.session === null ? SIGNED_OUT : { ok: true, value: seat.session.syncView() }),
    connectNow: () => {
      seat.session?.connectNow();
      return DONE;
    },
    tryAgain: ({ stream }) => {
      seat.session?.tryAgain(stream);
      return DONE;
    },
    diagnostics: () => (seat.session === null ? SIGNED_OUT : { ok: true, value: exportDiagnostics(root, seat.session.diagnostics()) }),
  };
}
