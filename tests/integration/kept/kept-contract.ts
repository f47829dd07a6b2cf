/** What a centre keeps beside its log, wherever it is kept. `open` twice is two servers, where there can be two. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskedEnrolment } from '../../../server/administration/enrolment-store.ts';
import type { Kept } from '../../../server/kept/kept.ts';
import { Credentials } from '../../../server/people/credentials.ts';
import type { StoredCode } from '../../../server/people/credential-store.ts';
import { tokenKey, Tokens } from '../../../server/people/tokens.ts';
import { SpoolKeys } from '../../../server/spool/spool-keys.ts';
import { ANN, BEN, CAI, id } from '../log/log-fixture.ts';

/** `servers`: how many may be open at once. */
export type KeptStorage = { servers: 1 | 2; open: () => Promise<Kept>; dispose: () => Promise<void> };

const NOW = '2026-11-30T01:00:00.000Z';
const LATER = '2026-11-30T01:14:59.999Z';
const LOCK_OVER = '2026-11-30T01:15:00.000Z';
const RIGHT = 'correct horse';
const WRONG = 'not this one';

const code = (change: number, person = ANN, until = '2026-12-01T01:00:00.000Z'): StoredCode =>
  ({ changeId: id(change), person, proposer: BEN, approver: CAI, secret: Buffer.alloc(32, change), until });
const machine = (n: number, askedAt = NOW): AskedEnrolment =>
  ({ keyId: n.toString(16).padStart(64, '0'), id: id(n), name: `A-${n}`, site: '上海', publicKey: Buffer.alloc(32, n).toString('base64'), secret: Buffer.alloc(32, n + 1).toString('base64'), askedAt });

export function keptContract(name: string, make: () => Promise<KeptStorage>): void {
  describe(`what is kept beside the log, on ${name}`, () => {
    let storage: KeptStorage;
    let kept: Kept;
    /** The other server, or the same one where there can be one only. */
    let other: Kept;
    beforeEach(async () => {
      storage = await make();
      kept = await storage.open();
      other = storage.servers === 2 ? await storage.open() : kept;
    });
    const close = async (): Promise<void> => {
      await kept.close();
      if (other !== kept) await other.close();
    };
    const again = async (): Promise<void> => {
      await close();
      kept = await storage.open();
      other = storage.servers === 2 ? await storage.open() : kept;
    };
    afterEach(async () => {
      await close();
      await storage.dispose();
    });
    const both = (): [Credentials, Credentials] => [new Credentials(kept.credentials), new Credentials(other.credentials)];

    describe('passphrases', () => {
      it('[RB1] are right or wrong at every server, over restarts, and take the new one for the old', async () => {
        const [here, there] = both();
        expect(await here.has(ANN)).toBe(false);
        await here.set(ANN, RIGHT);
        expect([await there.has(ANN), (await there.check(ANN, RIGHT, NOW)).ok]).toEqual([true, true]);
        expect(await there.check(ANN, WRONG, NOW)).toEqual({ ok: false, code: 'wrong-password' });
        expect([await here.check(BEN, RIGHT, NOW), await here.check(null, RIGHT, NOW)]).toEqual([{ ok: false, code: 'wrong-password' }, { ok: false, code: 'wrong-password' }]);
        await again();
        const [anew] = both();
        const proved = await anew.check(ANN, RIGHT, NOW);
        if (!proved.ok) throw new Error(proved.code);
        expect(proved.mustChange).toBe(false);
        expect(await anew.replace(ANN, proved.hash, 'another horse')).toBe(true);
        expect(await anew.replace(ANN, proved.hash, 'a third horse')).toBe(false);
        expect([(await anew.check(ANN, RIGHT, NOW)).ok, (await anew.check(ANN, 'another horse', NOW)).ok]).toEqual([false, true]);
      });

      it('[RB1] five wrong guesses at once, spread over the servers, lock the account for a quarter of an hour', async () => {
        const [here, there] = both();
        await here.set(ANN, RIGHT);
        const guesses = await Promise.all([here, there, here, there, here].map((at) => at.check(ANN, WRONG, NOW)));
        expect(guesses.filter((one) => !one.ok && one.code === 'locked-out')).toEqual([{ ok: false, code: 'locked-out', until: LOCK_OVER }]);
        expect([await here.check(ANN, RIGHT, LATER), await there.check(ANN, RIGHT, LATER)]).toEqual([{ ok: false, code: 'locked-out', until: LOCK_OVER }, { ok: false, code: 'locked-out', until: LOCK_OVER }]);
        expect((await there.check(ANN, RIGHT, LOCK_OVER)).ok).toBe(true);
      });

      it('[RB1] what is guessed while it is locked neither counts nor makes it longer; four wrong ones are forgotten with the right one', async () => {
        const { credentials } = kept;
        await credentials.put(ANN, 'hash', false);
        const guess = (now: string, until: string) => credentials.failed(ANN, { now, most: 5, until });
        for (let n = 1; n <= 4; n += 1) expect(await guess(NOW, LOCK_OVER)).toBeNull();
        expect(await credentials.succeeded(ANN, 'hash', NOW)).toBe(true);
        for (let n = 1; n <= 4; n += 1) expect(await guess(NOW, LOCK_OVER)).toBeNull();
        expect(await guess(NOW, LOCK_OVER)).toBe(LOCK_OVER);
        expect(await guess(LATER, '2026-11-30T02:00:00.000Z')).toBe(LOCK_OVER);
        expect(await credentials.succeeded(ANN, 'hash', LATER)).toBe(false);
        // Over: the count begins anew.
        for (let n = 1; n <= 4; n += 1) expect(await guess(LOCK_OVER, '2026-11-30T02:00:00.000Z')).toBeNull();
        expect(await guess(LOCK_OVER, '2026-11-30T02:00:00.000Z')).toBe('2026-11-30T02:00:00.000Z');
        expect(await credentials.failed(BEN, { now: NOW, most: 5, until: LOCK_OVER })).toBeNull();
      });

      it('[TP12] a passphrase that two others reset while it was being checked is no way in', async () => {
        const [here, there] = both();
        await here.set(ANN, RIGHT);
        const { credentials } = kept;
        const find = credentials.find.bind(credentials);
        credentials.find = async (person) => {
          const row = await find(person);
          credentials.find = find;
          await there.setByCode(code(7), 'ABCDE-FGHIJ', NOW);
          return row;
        };
        expect(await here.check(ANN, RIGHT, NOW)).toEqual({ ok: false, code: 'wrong-password' });
        expect(await here.check(ANN, 'ABCDE-FGHIJ', NOW)).toMatchObject({ ok: true, mustChange: true });
      });
    });

    describe('approved changes', () => {
      it('[TP12] are carried out once, whichever server comes first', async () => {
        const [here, there] = both();
        expect(await there.isCarriedOut(id(1))).toBe(false);
        const done = await Promise.all([here.carryOut(id(1), 'done', NOW), there.carryOut(id(1), 'refused', NOW), here.carryOut(id(1), 'done', NOW)]);
        expect(done.filter(Boolean)).toHaveLength(1);
        expect([await here.isCarriedOut(id(1)), await there.isCarriedOut(id(1)), await here.isCarriedOut(id(2))]).toEqual([true, true, false]);
      });

      it('[TP12] a code is set once for its change, with all that goes with it; the passphrase is then the one of whoever was first', async () => {
        const [here, there] = both();
        await here.set(ANN, RIGHT);
        await kept.credentials.keepKey(ANN, '{}');
        const set = await Promise.all([here.setByCode(code(1), 'first words', NOW), there.setByCode(code(1), 'other words', NOW)]);
        expect(set.filter(Boolean)).toHaveLength(1);
        const [mine, theirs] = set[0] ? ['first words', 'other words'] : ['other words', 'first words'];
        expect(await there.check(ANN, RIGHT, NOW)).toEqual({ ok: false, code: 'wrong-password' });
        expect(await there.check(ANN, mine, NOW)).toMatchObject({ ok: true, mustChange: true });
        expect(await there.check(ANN, theirs, NOW)).toEqual({ ok: false, code: 'wrong-password' });
        expect(await kept.credentials.keptKey(ANN)).toBeNull();
        expect(await here.isCarriedOut(id(1))).toBe(true);
      });

      it('[TP12] of a newer code the older halves are told no more; made one’s own, none is', async () => {
        const { credentials } = kept;
        await credentials.putByCode(code(1), 'one', NOW);
        await credentials.putByCode(code(2), 'two', NOW);
        expect((await other.credentials.openCodes(NOW)).map(({ changeId }) => changeId)).toEqual([id(2)]);
        expect(await credentials.takeHalf(id(1), BEN, NOW)).toBeNull();
        expect(await credentials.replace(ANN, 'two', 'own')).toBe(true);
        expect(await other.credentials.openCodes(NOW)).toEqual([]);
        expect(await credentials.takeHalf(id(2), BEN, NOW)).toBeNull();
        expect(await credentials.find(ANN)).toEqual({ hash: 'own', lockedUntil: null, mustChange: false, codeUntil: code(2).until });
      });

      it('[TP12] a half is told once, to whose it is, also where it is asked for at two servers at once', async () => {
        const [here, there] = both();
        await here.setByCode(code(3), 'AAAAA-BBBBB', NOW);
        expect(await here.openCodes(NOW)).toEqual([{ changeId: id(3), proposer: BEN, approver: CAI, untold: ['proposer', 'approver'] }]);
        expect(await here.takeHalf(id(3), ANN, NOW)).toBeNull();
        const told = await Promise.all([here.takeHalf(id(3), BEN, NOW), there.takeHalf(id(3), BEN, NOW), here.takeHalf(id(3), BEN, NOW)]);
        const [half, ...more] = told.filter((one) => one !== null);
        expect(more).toEqual([]);
        expect(half?.side).toBe('proposer');
        expect(Buffer.from(half!.code.secret)).toEqual(Buffer.alloc(32, 3));
        expect(half!.code).toMatchObject({ changeId: id(3), person: ANN, proposer: BEN, approver: CAI });
        expect((await there.openCodes(NOW)).map(({ untold }) => untold)).toEqual([['approver']]);
        expect((await there.takeHalf(id(3), CAI, NOW))?.side).toBe('approver');
        expect([await here.openCodes(NOW), await here.takeHalf(id(3), CAI, NOW)]).toEqual([[], null]);
      });

      it('[TP12] a code is over in time: no half is told any more, and it lets nobody in', async () => {
        const [here, there] = both();
        const one = code(4);
        await here.setByCode(one, 'AAAAA-BBBBB', NOW);
        expect(await there.takeHalf(one.changeId, BEN, one.until)).toBeNull();
        expect(await there.check(ANN, 'AAAAA-BBBBB', one.until)).toEqual({ ok: false, code: 'passphrase-code-over' });
        expect(await there.openCodes(one.until)).toEqual([]);
        // Destroyed by looking, whatever the clock says afterwards.
        expect(await here.takeHalf(one.changeId, BEN, NOW)).toBeNull();
      });
    });

    it('[TP8] a person’s own key is the one that was kept last, until a code is set', async () => {
      await kept.credentials.keepKey(ANN, '{"one":1}');
      await other.credentials.keepKey(ANN, '{"two":2}');
      expect([await kept.credentials.keptKey(ANN), await kept.credentials.keptKey(BEN)]).toEqual(['{"two":2}', null]);
      await other.credentials.putByCode(code(5), 'hash', NOW);
      expect(await kept.credentials.keptKey(ANN)).toBeNull();
    });

    it('[SY2] [RB1] a desktop is one person’s, whoever come with it at once, and stays theirs', async () => {
      const claims = await Promise.all([kept.desktops.claim(id(1), ANN), other.desktops.claim(id(1), BEN), kept.desktops.claim(id(1), CAI), other.desktops.claim(id(1), ANN)]);
      const owner = [ANN, BEN, CAI].find((_, index) => claims[index])!;
      expect(claims).toEqual([ANN, BEN, CAI, ANN].map((person) => person === owner));
      await again();
      expect(await other.desktops.claim(id(1), owner)).toBe(true);
      expect(await kept.desktops.claim(id(1), id(0x99))).toBe(false);
      expect(await kept.desktops.claim(id(2), id(0x99))).toBe(true);
    });

    it('[SY9] how far a recovery has come, and where to look for lost bookings, is told to whoever starts next', async () => {
      expect(await kept.recoveries.of(id(1))).toBeNull();
      await kept.recoveries.begin(id(1), NOW);
      await other.recoveries.begin(id(1), LATER);
      expect(await other.recoveries.of(id(1))).toEqual({ since: NOW, finished: false });
      await other.recoveries.finish(id(1), LATER);
      await kept.recoveries.point('key 2', 'C-2');
      await other.recoveries.point('key 1', 'C-1');
      await kept.recoveries.point('key 1', 'C-3');
      await again();
      expect(await kept.recoveries.of(id(1))).toEqual({ since: NOW, finished: true });
      expect(await other.recoveries.pointers()).toEqual([{ key: 'key 1', customer: 'C-1' }, { key: 'key 2', customer: 'C-2' }]);
      await kept.recoveries.forget('key 1');
      expect(await other.recoveries.pointers()).toEqual([{ key: 'key 2', customer: 'C-2' }]);
    });

    it('[PR9] a machine that asked is known by its key, secret and all; who asks again keeps the id', async () => {
      await Promise.all([kept.enrolments.add(machine(1)), other.enrolments.add({ ...machine(1), id: id(0x77) })]);
      await kept.enrolments.add(machine(2, LATER));
      await again();
      const first = await other.enrolments.byKey(machine(1).keyId);
      expect([id(1), id(0x77)]).toContain(first?.id);
      expect({ ...first, id: id(1) }).toEqual(machine(1));
      expect(await kept.enrolments.byKey(machine(3).keyId)).toBeNull();
      const { secret: _secret, ...second } = machine(2, LATER);
      expect(await other.enrolments.newest(1)).toEqual([second]);
      expect(await other.enrolments.askedBefore(LATER)).toEqual([{ keyId: machine(1).keyId, id: first?.id }]);
      await kept.enrolments.forget([machine(1).keyId]);
      expect((await other.enrolments.newest(10)).map(({ name: called }) => called)).toEqual(['A-2']);
    });

    it('[TP12] [PR9] the first machine’s code is one machine’s, and a new code takes the place of the old', async () => {
      const [hash, next] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
      expect(await kept.enrolments.firstCode()).toBeNull();
      await kept.enrolments.setFirstCode(hash, LATER);
      expect(await other.enrolments.firstCode()).toEqual({ hash, until: LATER, usedBy: null });
      const used = await Promise.all([kept.enrolments.useFirstCode(hash, 'a'), other.enrolments.useFirstCode(hash, 'b'), kept.enrolments.useFirstCode(hash, 'c')]);
      expect(used.filter(Boolean)).toHaveLength(1);
      const by = ['a', 'b', 'c'][used.indexOf(true)]!;
      expect(await other.enrolments.useFirstCode(hash, by)).toBe(true);
      await other.enrolments.setFirstCode(next, LATER);
      expect([await kept.enrolments.useFirstCode(hash, by), await kept.enrolments.useFirstCode(next, 'd')]).toEqual([false, true]);
    });

    it('[TP8] [TP12] the key of somebody who needs no passphrase any more is gone once, with the change that says so', async () => {
      await kept.credentials.keepKey(ANN, '{}');
      await kept.credentials.keepKey(BEN, '{}');
      const gone = await Promise.all([kept.credentials.forgetKeyBy(id(6), ANN, NOW), other.credentials.forgetKeyBy(id(6), ANN, NOW)]);
      expect(gone.filter(Boolean)).toHaveLength(1);
      expect([await other.credentials.keptKey(ANN), await other.credentials.keptKey(BEN), await kept.credentials.isCarriedOut(id(6))]).toEqual([null, '{}', true]);
      // A key that was made since is not the one that the change meant.
      await other.credentials.keepKey(ANN, '{"new":1}');
      expect(await kept.credentials.forgetKeyBy(id(6), ANN, NOW)).toBe(false);
      expect(await kept.credentials.keptKey(ANN)).toBe('{"new":1}');
    });

    describe('ends of sessions', () => {
      const times = { at: NOW, forget: '2026-11-29T01:00:00.000Z' };
      const ends = async (at: Kept, mark: string | null = null): Promise<Record<string, string>> => Object.fromEntries((await at.sessionEnds.notedSince(mark)).ends.map((one) => [one.key, one.at]));

      it('[OF3] [TP12] are told to every server, from where it last looked and over restarts; the later of two counts', async () => {
        await kept.sessionEnds.end(['a', 'b'], times);
        const { mark } = await other.sessionEnds.notedSince(null);
        await kept.sessionEnds.end(['c'], times);
        await other.sessionEnds.end(['b'], { ...times, at: LATER });
        await kept.sessionEnds.end(['b'], times);
        expect(await ends(other, mark)).toMatchObject({ b: LATER, c: NOW });
        await again();
        expect(await ends(other)).toEqual({ a: NOW, b: LATER, c: NOW });
        await other.sessionEnds.end(['d', 'a'], { at: LOCK_OVER, forget: LOCK_OVER });
        expect(await ends(kept)).toEqual({ a: LOCK_OVER, d: LOCK_OVER });
      });

      it('[TP7] what is good once is used by one of all who come at once, and what it would have ended is ended by that one', async () => {
        const once = { name: 'jti 1', until: LATER, now: NOW };
        const used = await Promise.all([kept, other, kept, other].map((at, index) => at.sessionEnds.end([`by ${index}`], times, once)));
        expect(used.filter(Boolean)).toHaveLength(1);
        expect(await ends(other)).toEqual({ [`by ${used.indexOf(true)}`]: NOW });
        const attempts = await Promise.all([kept, other, kept].map((at) => at.sessionEnds.use({ ...once, name: 'attempt 1' })));
        expect(attempts.filter(Boolean)).toHaveLength(1);
        await again();
        expect([await kept.sessionEnds.use(once), await other.sessionEnds.use({ ...once, now: LATER })]).toEqual([false, false]);
      });
    });

    describe('sessions', () => {
      it('[PR3] are listed of their person alone, one at each workstation, until they are over or left, whichever server was told', async () => {
        const row = (person: string, workstation: number, session: number, until = LATER) => ({ person, workstation: id(workstation), session: id(session), content: `{"n":${session}}`, until });
        const of = async (at: Kept, person: string): Promise<string[]> => (await at.sessions.of(person)).map(({ session }) => session).sort();
        await kept.sessions.put(row(ANN, 1, 11), NOW);
        await Promise.all([kept.sessions.put(row(ANN, 2, 12), NOW), other.sessions.put(row(BEN, 1, 13), NOW)]);
        await other.sessions.put(row(ANN, 1, 14), NOW);
        expect([await of(kept, ANN), await of(kept, BEN)]).toEqual([[id(12), id(14)], [id(13)]]);
        expect((await other.sessions.of(BEN))[0]).toEqual(row(BEN, 1, 13));
        // What was replaced is not what leaves.
        await kept.sessions.remove(row(ANN, 1, 11));
        await again();
        expect(await of(other, ANN)).toEqual([id(12), id(14)]);
        await other.sessions.remove(row(ANN, 1, 14));
        await kept.sessions.put(row(BEN, 3, 15, LOCK_OVER), LATER);
        expect([await of(kept, ANN), await of(other, BEN)]).toEqual([[], [id(15)]]);
      });
    });

    describe('secrets', () => {
      it('[RB1] the key of tokens is made by the server that comes first, and what one signs the other reads', async () => {
        const [mine, theirs] = await Promise.all([tokenKey(kept.secrets.tokens), tokenKey(other.secrets.tokens)]);
        expect(Buffer.from(mine)).toEqual(Buffer.from(theirs));
        expect(mine).toHaveLength(32);
        const tokens = (key: Uint8Array): Tokens => new Tokens(key, () => NOW, () => 3, 12);
        const { token } = await tokens(mine).session(ANN, id(1), id(2));
        expect(await tokens(theirs).readSession(token)).toMatchObject({ sub: ANN, desktop: id(1), workstation: id(2), centre: 3 });
        await again();
        expect(Buffer.from(await tokenKey(other.secrets.tokens))).toEqual(Buffer.from(mine));
      });

      it('[SY10] the keys of spools are the same everywhere; a new one is known elsewhere by looking, and by nobody twice', async () => {
        const [here, there] = await Promise.all([SpoolKeys.open(kept.secrets.spool, () => NOW), SpoolKeys.open(other.secrets.spool, () => NOW)]);
        expect(here.current).toEqual(there.current);
        const newer = await here.rotate();
        expect([there.knows(newer.keyId), await there.lookAgain(), there.knows(newer.keyId), await there.lookAgain()]).toEqual([false, true, true, false]);
        const old = '2027-03-30T00:00:00.000Z';
        const anew = await Promise.all([SpoolKeys.open(kept.secrets.spool, () => old), SpoolKeys.open(other.secrets.spool, () => old)]);
        expect(anew[0].current).toEqual(anew[1].current);
        expect(anew[0].current.keyId).not.toBe(newer.keyId);
        expect(anew.every((keys) => keys.knows(newer.keyId))).toBe(true);
      });

      it('[PR5] what makes a secret is asked once; where it fails nothing is kept, and the next one makes it', async () => {
        const { audit } = kept.secrets;
        expect(await audit.read()).toBeNull();
        await expect(audit.change(async () => { throw new Error('the log is away'); })).rejects.toThrow('the log is away');
        expect(await other.secrets.audit.read()).toBeNull();
        let made = 0;
        const make = (before: Buffer | null): Buffer => before ?? Buffer.from(`made ${(made += 1)}`);
        expect((await audit.change(make)).toString()).toBe('made 1');
        expect((await other.secrets.audit.change(make)).toString()).toBe('made 1');
        expect((await other.secrets.audit.read())?.toString()).toBe('made 1');
        await audit.change(() => Buffer.from('other'));
        expect((await other.secrets.audit.read())?.toString()).toBe('other');
        expect(await kept.secrets.tokens.read()).toBeNull();
      });
    });
  });
}
