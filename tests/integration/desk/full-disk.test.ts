import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { Publisher } from '../../../electron/desk/rpc/publisher.ts';
import { OpenSession } from '../../../electron/desk/session/open-session.ts';
import { Guesses } from '../../../electron/desk/signing/guesses.ts';
import { SessionSigning } from '../../../electron/desk/signing/session-signing.ts';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeTroubleOf } from '../../../electron/desk/store/store-refusal.ts';
import { storeOf } from '../../../electron/desk/store/store.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import type { SyncView } from '../../../shared/protocol/sync-view.ts';
import { smallLogic, type Notes } from '../../unit/desk/small-logic.ts';
import { realEnvironment } from '../../unit/desk/test-desk.ts';
import { aFolder, anEnrolledMachine, aServer } from './harness.ts';
import { PERSON, type TestServer } from './test-server.ts';

/** A session on a file whose room can be taken away: SQLite itself then says that the disk is full. */
async function sessionOnSmallDisk(server: TestServer) {
  const db = openDatabase(join(aFolder(), 'desk.db'), randomBytes(32), null);
  const store = storeOf(db, v7());
  const environment = realEnvironment();
  const { workstationId, workstation } = await anEnrolledMachine(server);
  const clock = new CorrectedClock(environment, 0);
  const errors: unknown[] = [];
  const holder: { session: OpenSession | null } = { session: null };
  const publisher = new Publisher({
    session: () => holder.session?.view(), sync: () => holder.session?.syncView(), rules: () => null, live: () => null,
    caseIds: () => [], caseView: (id) => holder.session?.book.view(id) ?? null,
  });
  const signInAgain = async () => {
    const outcome = await signInOverHttp(server.url, { protocol: 1, account: PERSON.account, password: server.password, workstation: workstationId, desktop: store.desktop, clockAt: new Date().toISOString() });
    return outcome.status === 'signed-in' ? { token: outcome.answer } : null;
  };
  const session = new OpenSession({
    signedIn: {
      store, clock, person: { ...PERSON, skills: [] }, token: null, checkedBy: 'server', offlineUntil: new Date().toISOString(), workstationId,
      signing: new SessionSigning({ state: 'none' }, workstation, new Guesses(store.meta, clock)),
    },
    server: server.url, workstation: 'ws-1', environment, logic: () => smallLogic(), connect: connectSocket, publisher, signInAgain,
    ended: () => {}, report: (error) => errors.push(error),
  });
  holder.session = session;
  const until = (topic: 'sync' | 'case', key: string, fits: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const end = publisher.subscribe(topic, key, () => {
        if (!fits()) return;
        queueMicrotask(() => end());
        resolve();
      });
    });
  return {
    session, errors,
    untilSync: (fits: (view: SyncView) => boolean) => until('sync', '', () => fits(session.syncView())),
    untilNotes: (caseId: string, count: number) => until('case', caseId, () => notesIn(session, caseId).length === count),
    fill: () => db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`),
    free: () => db.pragma('max_page_count = 1000000'),
  };
}

const notesIn = (session: OpenSession, caseId: string): string[] => (session.book.view(caseId)?.state as Notes | undefined)?.notes ?? [];
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return storeTroubleOf(error)?.refusal.code ?? String(error);
  }
};

describe('[RB2] a disk that fills up while somebody works', () => {
  it('says so for each command, keeps what is saved, and goes on when there is room again', async () => {
    const server = await aServer();
    const { session, errors, untilSync, untilNotes, fill, free } = await sessionOnSmallDisk(server);
    session.start();
    const caseId = v7();
    session.given.command({ kind: 'open case', case: caseId, body: {} });
    session.given.command({ kind: 'write note', case: caseId, body: { text: 'saved' } });
    await untilSync((view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp);
    await untilNotes(caseId, 1);

    fill();
    const big = 'x'.repeat(20_000);
    expect(codeOf(() => session.given.command({ kind: 'write note', case: caseId, body: { text: big } }))).toBe('store-full');
    expect(notesIn(session, caseId)).toEqual(['saved']);
    expect(session.unsent).toBe(0);
    // The feed brings more than there is room for: the line is dropped with the reason, and tried again.
    server.write(caseId, 'note written', { text: big });
    await untilSync((view) => view.connection === 'offline' && view.refusal?.code === 'store-full');

    free();
    await untilSync((view) => view.connection === 'online' && !view.catchingUp);
    session.given.command({ kind: 'write note', case: caseId, body: { text: 'again' } });
    await untilSync((view) => view.unsent === 0);
    await untilNotes(caseId, 3);
    expect(notesIn(session, caseId).map((text) => text.slice(0, 5))).toEqual(['saved', 'xxxxx', 'again']);
    expect(server.notes(caseId)).toHaveLength(3);
    expect(errors).toEqual([]);
    session.stop();
  });
});
