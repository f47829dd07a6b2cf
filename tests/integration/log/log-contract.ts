/**
 * What every event log keeps, whatever stands behind it. Run by one small test file per implementation.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Envelope } from '#shared/protocol/envelope.ts';
import { unsealed, type BodySealer } from '../../../server/log/body-sealer.ts';
import { batchLink, GENESIS_LINK, sha256Hex } from '../../../server/log/chain.ts';
import { canonicalBytes } from '../../../server/log/canonical.ts';
import type { Appended, AppendItem, AppendResult, EventLog } from '../../../server/log/log.ts';
import {
  ANN, appended, BEN, by, CAI, CASE_A, CASE_B, clock, command, DESKTOP, draft, granted, hashOf, id, nextId, note, one,
  revoked, T0, withCommand, write, type LogStorage, type MakeStorage,
} from './log-fixture.ts';

export function logContract(name: string, make: MakeStorage): void {
  describe(`the event log on ${name}`, () => {
    let storage: LogStorage;
    let log: EventLog;
    beforeEach(async () => {
      storage = await make();
      log = await storage.open();
    });
    afterEach(async () => {
      await log.close();
      await storage.dispose();
    });

    describe('appending', () => {
      it('[SY5] gives contiguous versions, gapless positions and envelopes that readers can parse', async () => {
        const before = (await log.head()).position;
        const first = await appended(log, write(CASE_A, 0, [note('一'), note('二')]));
        const second = await appended(log, write(CASE_B, 0, [note('three')]));
        const third = await appended(log, write(CASE_A, 2, [note('four')]));
        expect(first.versions).toEqual({ [CASE_A]: 2 });
        expect(third.versions).toEqual({ [CASE_A]: 3 });
        expect([first.position, second.position, third.position]).toEqual([before + 2, before + 3, before + 4]);
        const all = await log.eventsAfter(before, 100);
        expect(all.map((event) => event.position)).toEqual([before + 1, before + 2, before + 3, before + 4]);
        expect(all.map((event) => Envelope.parse(event.envelope).version)).toEqual([1, 2, 1, 3]);
        expect(all.map((event) => event.envelope)).toEqual([...first.envelopes, ...second.envelopes, ...third.envelopes]);
        expect(all.map((event) => event.body)).toEqual([{ text: '一' }, { text: '二' }, { text: 'three' }, { text: 'four' }]);
      });

      it('[PR5] hashes the stored bytes of the body and links every batch to the one before', async () => {
        const before = await log.head();
        const item = write(CASE_A, 0, [draft('note written', { b: 1, a: '银' })]);
        const result = await appended(log, item);
        const envelope = result.envelopes[0];
        expect(envelope?.bodyHash).toBe(sha256Hex(canonicalBytes({ a: '银', b: 1 })));
        const { link, ...unlinked } = envelope ?? { link: '' };
        expect(link).toBe(batchLink(before.link, [{ class: 'event', content: Buffer.from(canonicalBytes(unlinked)).toString('utf8') }]));
        expect((await log.head()).link).toBe(link);
        expect(before.link).not.toBe(GENESIS_LINK);
      });

      it('answers a conflict with what is there, and stores nothing', async () => {
        await appended(log, write(CASE_A, 0, [note('one')]));
        const head = await log.head();
        expect(await one(log, write(CASE_A, 0, [note('late')]))).toEqual({ status: 'conflict', stream: CASE_A, actualVersion: 1 });
        expect(await log.head()).toEqual(head);
      });

      it('lets exactly one of many simultaneous writers on one version through', async () => {
        const results = await Promise.all(Array.from({ length: 40 }, (_, n) => one(log, write(CASE_A, 0, [note(`${n}`)]))));
        expect(results.map((result) => result.status).toSorted()).toEqual(['appended', ...Array.from({ length: 39 }, () => 'conflict')]);
        expect(await log.lastVersion(CASE_A)).toBe(1);
      });

      it('[TP13] writes a case and its customer\'s ledger together or not at all', async () => {
        const ledger = 'customer:C-7' as const;
        await appended(log, write(ledger, 0, [draft('operation opened', { kind: 'x' })]));
        const both = (expected: number): AppendItem => ({
          writes: [
            { stream: CASE_A, expectedVersion: 0, events: [note('start')], actor: by(ANN), madeAt: T0 },
            { stream: ledger, expectedVersion: expected, events: [draft('operation opened', { kind: 'y' })], actor: by(ANN), madeAt: T0, customer: 'C-7' },
          ],
          command: null,
          audit: [],
        });
        expect(await one(log, both(0))).toEqual({ status: 'conflict', stream: ledger, actualVersion: 1 });
        expect(await log.lastVersion(CASE_A)).toBe(0);
        const done = await appended(log, both(1));
        expect(done.versions).toEqual({ [CASE_A]: 1, [ledger]: 2 });
        expect(new Set(done.envelopes.map((envelope) => envelope.link)).size).toBe(1);
      });

      it('[TP13] holds an item to the version of a stream that it only read', async () => {
        await appended(log, write(CASE_B, 0, [note('ledger')]));
        const guarded = (expected: number): AppendItem => ({ ...write(CASE_A, 0, [note('x')]), writes: [...write(CASE_A, 0, [note('x')]).writes, ...write(CASE_B, expected, []).writes] });
        expect((await one(log, guarded(0))).status).toBe('conflict');
        expect((await appended(log, guarded(1))).versions).toEqual({ [CASE_A]: 1, [CASE_B]: 1 });
        expect(await log.lastVersion(CASE_B)).toBe(1);
      });

      it('never lets recorded time go back, not over a restart either', async () => {
        const times = ['2026-03-02T01:00:00.000Z', '2026-03-02T03:00:00.000Z', '2026-03-02T02:00:00.000Z'];
        let at = 0;
        const fresh = await make();
        let clocked = await fresh.open({ now: () => times[Math.min(at, 2)] ?? T0 });
        const recorded: string[] = [];
        for (; at < 3; at += 1) recorded.push((await appended(clocked, write(CASE_A, at, [note('t')]))).recordedAt);
        await clocked.close();
        clocked = await fresh.open({ now: () => '2020-01-01T00:00:00.000Z' });
        recorded.push((await appended(clocked, write(CASE_A, 3, [note('t')]))).recordedAt);
        await clocked.close();
        await fresh.dispose();
        expect(recorded).toEqual([times[0], times[1], times[1], times[1]]);
      });

      it('[RB1] refuses a body without canonical form and an event id used before, and its neighbours pass', async () => {
        const taken = (await appended(log, write(CASE_A, 0, [note('one')]))).envelopes[0]?.id ?? '';
        const bad = note('\ud800');
        const results = await log.append([
          write(CASE_A, 1, [bad]),
          write(CASE_A, 1, [{ ...note('again'), id: taken }]),
          write(CASE_A, 1, [note('good')]),
        ]);
        expect(results.map((result) => (result.status === 'rejected' ? result : result.status))).toEqual([
          { status: 'rejected', code: 'body-not-canonical', event: bad.id },
          { status: 'rejected', code: 'event-id-taken', event: taken },
          'appended',
        ]);
      });

      it('[RB1] refuses an item that uses one event id twice, and stores nothing of it', async () => {
        const twice = note('a');
        expect(await one(log, write(CASE_A, 0, [twice, { ...note('b'), id: twice.id }]))).toEqual({ status: 'rejected', code: 'event-id-taken', event: twice.id });
        expect(await log.lastVersion(CASE_A)).toBe(0);
      });

      it('[RB1] fails only the call of the caller whose bug it is', async () => {
        const bug = log.append([{ ...write(CASE_A, 0, [note('x')]), command: command({ number: 1, answer: { status: 'refused', refusal: { code: 'no' } } }) }]);
        const good = log.append([write(CASE_B, 0, [note('y')])]);
        await expect(bug).rejects.toThrow('a refusal changes no state');
        expect((await good)[0]?.status).toBe('appended');
        await expect(log.append([write(CASE_B, 1, [{ ...note('z'), id: 'not-an-id' }])])).rejects.toThrow();
        expect(await log.lastVersion(CASE_B)).toBe(1);
      });

      it('keeps the order of calls, however long sealing takes', async () => {
        const fresh = await make();
        const gates: (() => void)[] = [];
        const slowFirst: BodySealer = {
          ...unsealed,
          seal: async (requests) => {
            if (gates.length === 0) await new Promise<void>((resolve) => gates.push(resolve));
            return unsealed.seal(requests);
          },
        };
        const slow = await fresh.open({ sealer: slowFirst });
        const first = slow.append([withCommand(write(CASE_A, 0, [note('1')]), command({ number: 1 }))]);
        const second = slow.append([withCommand(write(CASE_A, 1, [note('2')]), command({ number: 2 }))]);
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        gates[0]?.();
        expect([(await first)[0]?.status, (await second)[0]?.status]).toEqual(['appended', 'appended']);
        await slow.close();
        await fresh.dispose();
      });
    });

    describe('commands', () => {
      it('[SY2] answers a repeat with the stored answer and does not repeat the effect, after a restart too', async () => {
        const stored = command({ number: 1 });
        const first = await appended(log, withCommand(write(CASE_A, 0, [note('once')]), stored));
        expect(first.answer).toEqual({ id: stored.outer.id, status: 'accepted', version: 1, recordedAt: first.recordedAt });
        expect(first.envelopes[0]?.command).toBe(stored.outer.id);
        const repeat = withCommand(write(CASE_A, 1, [note('twice')]), stored);
        expect(await one(log, repeat)).toEqual({ status: 'duplicate', answer: first.answer });
        await log.close();
        log = await storage.open();
        expect(await one(log, repeat)).toEqual({ status: 'duplicate', answer: first.answer });
        expect(await log.commandAnswer(stored.outer.id)).toEqual({
          answer: first.answer, hash: stored.outer.hash, person: ANN, kind: 'write note', stream: CASE_A,
        });
        expect(await log.lastVersion(CASE_A)).toBe(1);
        expect(await log.commandAnswer(id(0xfff))).toBeNull();
      });

      it('[SY2] [TP4] applies one of two simultaneous sendings of the same command', async () => {
        const stored = command({ number: 1 });
        const results = await Promise.all([1, 2, 3].map(() => one(log, withCommand(write(CASE_A, 0, [note('x')]), stored))));
        expect(results.map((result) => result.status)).toEqual(['appended', 'duplicate', 'duplicate']);
      });

      it('[SY2] calls a number seen under another hash forked, and applies nothing', async () => {
        await appended(log, withCommand(write(CASE_A, 0, [note('one')]), command({ number: 1 })));
        expect(await one(log, withCommand(write(CASE_A, 1, [note('other')]), command({ number: 1 })))).toEqual({ status: 'forked', by: 'number' });
        expect(await log.lastVersion(CASE_A)).toBe(1);
        expect(await log.lastNumber(DESKTOP, 1, CASE_A)).toBe(1);
      });

      it('[SY2] takes a command that was decided on another only after that very one: after a fork nothing of the row is applied', async () => {
        // A copy of the desktop was here first, under the number that the first of the row has.
        await appended(log, withCommand(write(CASE_A, 0, [note('of the copy')]), command({ number: 1 })));
        const [first, second] = [command({ number: 1 }), command({ number: 2 })];
        const row = await log.append([withCommand(write(CASE_A, 1, [note('one')]), first), withCommand(write(CASE_A, 1, [note('two')]), { ...second, follows: first.outer.id })]);
        expect(row.map(({ status }) => status)).toEqual(['forked', 'forked']);
        expect(await log.lastNumber(DESKTOP, 1, CASE_A)).toBe(1);
        expect(await log.lastVersion(CASE_A)).toBe(1);
        const [third, fourth] = [command({ number: 2 }), command({ number: 3 })];
        const sound = await log.append([withCommand(write(CASE_A, 1, [note('one')]), third), withCommand(write(CASE_A, 2, [note('two')]), { ...fourth, follows: third.outer.id })]);
        expect(sound.map(({ status }) => status)).toEqual(['appended', 'appended']);
      });

      it('[SY2] calls an id that comes back with other contents forked', async () => {
        const stored = command({ number: 1 });
        await appended(log, withCommand(write(CASE_A, 0, [note('one')]), stored));
        const other = { ...stored, outer: { ...stored.outer, number: 2, hash: hashOf('other') } };
        expect(await one(log, withCommand(write(CASE_A, 1, [note('x')]), other))).toEqual({ status: 'forked', by: 'id' });
      });

      it('[SY2] says from where to send again when a number is missing', async () => {
        expect(await one(log, withCommand(write(CASE_A, 0, [note('x')]), command({ number: 3 })))).toEqual({ status: 'gap', expected: 1 });
        await appended(log, withCommand(write(CASE_A, 0, [note('x')]), command({ number: 1 })));
        expect(await one(log, withCommand(write(CASE_A, 1, [note('x')]), command({ number: 3 })))).toEqual({ status: 'gap', expected: 2 });
      });

      it('[SY2] counts each case and each incarnation by itself', async () => {
        for (const spec of [{ number: 1 }, { number: 1, stream: CASE_B }, { number: 1, incarnation: 2 }, { number: 1, desktop: id(0xd2) }, { number: 2 }]) {
          expect((await one(log, { writes: [], command: command(spec), audit: [] })).status).toBe('appended');
        }
      });

      it('[SY2] takes a renumbered command that was stored before as a repeat, and its new number with it', async () => {
        const old = command({ number: 1 });
        const first = await appended(log, withCommand(write(CASE_A, 0, [note('one')]), old));
        const renumbered = { ...old, outer: { ...old.outer, incarnation: 2 } };
        const again = await one(log, withCommand(write(CASE_A, 1, [note('one')]), renumbered));
        expect(again).toEqual({ status: 'duplicate', answer: first.answer });
        expect(await log.lastNumber(DESKTOP, 2, CASE_A)).toBe(1);
        expect((await one(log, withCommand(write(CASE_A, 1, [note('two')]), command({ number: 2, incarnation: 2 })))).status).toBe('appended');
      });

      it('[SY3] [PR5] stores a refusal, advances the number, and puts it in the chain', async () => {
        const refused = command({ number: 1, answer: { status: 'refused', refusal: { code: 'not-entitled', detail: { limit: 5 } } } });
        const before = await log.head();
        const result = await appended(log, { writes: [], command: refused, audit: [] });
        expect(result.answer).toEqual({ id: refused.outer.id, status: 'refused', refusal: { code: 'not-entitled', detail: { limit: 5 } }, recordedAt: result.recordedAt });
        expect(await one(log, { writes: [], command: refused, audit: [] })).toEqual({ status: 'duplicate', answer: result.answer });
        expect((await one(log, withCommand(write(CASE_A, 0, [note('next')]), command({ number: 2 })))).status).toBe('appended');
        const audit = await log.auditAfter(before.position, 10);
        expect(audit).toHaveLength(1);
        expect(audit[0]).toMatchObject({ kind: 'command refused', person: ANN, about: CASE_A, detail: { code: 'not-entitled', command: refused.outer.id } });
      });

      it('stores nothing of a command whose version conflicts: it is decided again under the same number', async () => {
        await appended(log, write(CASE_A, 0, [note('other desktop')]));
        const stored = command({ number: 1 });
        expect((await one(log, withCommand(write(CASE_A, 0, [note('mine')]), stored))).status).toBe('conflict');
        expect(await log.commandAnswer(stored.outer.id)).toBeNull();
        expect((await one(log, withCommand(write(CASE_A, 1, [note('mine')]), stored))).status).toBe('appended');
      });

      it('[SY2] [SY5] however commands are repeated, cut and mixed: once each, in order, without gaps', async () => {
        const step = fc.record({
          desktop: fc.constantFrom(0, 1),
          stream: fc.constantFrom(CASE_A, CASE_B),
          /** Relative to what the desktop has had answered: 0 repeats, 1 is next, 2 leaves one out. */
          ahead: fc.constantFrom(0, 1, 1, 1, 2),
          together: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
            const fresh = await make();
            const under = await fresh.open();
            const issued = new Map<string, ReturnType<typeof command>>();
            const last = new Map<string, number>();
            const pending: Promise<void>[] = [];
            for (const { desktop, stream, ahead, together } of steps) {
              const row = `${desktop} ${stream}`;
              const number = Math.max(1, (last.get(row) ?? 0) + ahead);
              const key = `${row} ${number}`;
              const stored = issued.get(key) ?? command({ desktop: id(0xe0 + desktop), stream, number });
              issued.set(key, stored);
              const expected = (last.get(row) ?? 0) + 1;
              const status = number === expected ? 'appended' : number < expected ? 'duplicate' : 'gap';
              if (status === 'appended') last.set(row, number);
              const version = [0, 1].reduce((sum, of) => sum + (last.get(`${of} ${stream}`) ?? 0), 0) - (status === 'appended' ? 1 : 0);
              const sent = one(under, withCommand(write(stream, version, [note(key)]), stored)).then((result) => expect(result.status).toBe(status));
              if (together) pending.push(sent);
              else await sent;
            }
            await Promise.all(pending);
            const events = await under.eventsAfter(0, 1000);
            const positions = [...events.map((event) => event.position), ...(await under.auditAfter(0, 1000)).map((entry) => entry.position)].toSorted((a, b) => a - b);
            expect(positions).toEqual(positions.map((_, index) => index + 1));
            for (const stream of [CASE_A, CASE_B]) {
              const versions = (await under.readStream(stream, 1)).map((event) => event.envelope.version);
              expect(versions).toEqual(versions.map((_, index) => index + 1));
            }
            for (const [row, count] of last) {
              const mine = events.map((event) => (event.body as { text: string }).text).filter((text) => text.startsWith(`${row} `));
              expect(mine).toEqual(Array.from({ length: count }, (_, index) => `${row} ${index + 1}`));
            }
            await under.close();
            await fresh.dispose();
          }),
          { seed: 20260302, numRuns: 25 },
        );
      });
    });

    describe('reading', () => {
      it('reads a stream from a version, a case for evolve, events after a position, streams by prefix', async () => {
        await appended(log, write(CASE_A, 0, [note('1'), note('2'), note('3')]));
        await appended(log, write('customer:C-1', 0, [note('c')]));
        await appended(log, write('customer:D-1', 0, [note('d')]));
        expect((await log.readStream(CASE_A, 2)).map((event) => event.envelope.version)).toEqual([2, 3]);
        expect(await log.readStream(CASE_B, 1)).toEqual([]);
        const folded = await log.readCase(CASE_A);
        expect(folded.map((event) => [event.version, event.body])).toEqual([[1, { text: '1' }], [2, { text: '2' }], [3, { text: '3' }]]);
        expect(Object.keys(folded[0] ?? {}).toSorted()).toEqual(['actor', 'body', 'case', 'id', 'kind', 'schema', 'times', 'version']);
        expect(await log.eventsAfter((await log.head()).position - 2, 1)).toHaveLength(1);
        expect(await log.streams('customer:')).toEqual([{ stream: 'customer:C-1', version: 1 }, { stream: 'customer:D-1', version: 1 }]);
        expect(await log.streams('customer:C')).toHaveLength(1);
        expect(await log.streams('')).toHaveLength(3);
        expect(await log.lastVersion(CASE_B)).toBe(0);
      });

      it('[OP1] tells which cases are open, or were closed lately, without reading any', async () => {
        const fresh = await make();
        let now = T0;
        const timed = await fresh.open({ now: () => now });
        const [old, late, open, odd] = [id(0xb1), id(0xb2), id(0xb3), id(0xb4)];
        const closed = draft('case closed', { outcome: 'done' });
        await appended(timed, write(old, 0, [note('1'), { ...closed, id: nextId() }]));
        // What somebody calls their workstation, or writes, closes nothing.
        const tricky = write(odd, 0, [note('"kind":"case closed"')]);
        await appended(timed, { ...tricky, writes: tricky.writes.map((each) => ({ ...each, actor: { kind: 'person', person: ANN, workstation: '","kind":"case closed"' } })) });
        await appended(timed, write('customer:C-1', 0, [note('c')]));
        now = '2026-03-09T01:00:00.000Z';
        await appended(timed, write(late, 0, [note('1')]));
        await appended(timed, write(open, 0, [note('1')]));
        now = '2026-03-10T01:00:00.000Z';
        await appended(timed, write(late, 1, [{ ...closed, id: nextId() }]));
        // A note may still come; nothing opens it again.
        await appended(timed, write(old, 2, [note('after')]));
        expect(await timed.casesOpenSince('')).toEqual([old, late, open, odd]);
        expect(await timed.casesOpenSince('2026-03-09T01:00:00.000Z')).toEqual([late, open, odd]);
        expect(await timed.casesOpenSince('2026-03-10T01:00:00.000Z')).toEqual([late, open, odd]);
        expect(await timed.casesOpenSince('2026-03-10T01:00:00.001Z')).toEqual([open, odd]);
        await timed.close();
        await fresh.dispose();
      });

      it('[PR7] keeps the place of a body whose key was destroyed, and everything after it', async () => {
        const fresh = await make();
        const destroyed = new Set<string>();
        const perCustomer: BodySealer = {
          seal: async (requests) => requests.map(({ plain, customer }) => ({ bytes: plain.map((byte) => byte ^ 0x5a), keyId: customer ?? 'none' })),
          open: async (bodies) => bodies.map(({ bytes, keyId }) => (destroyed.has(keyId) ? null : bytes.map((byte) => byte ^ 0x5a))),
        };
        const sealed = await fresh.open({ sealer: perCustomer });
        const writeFor = (stream: string, customer: string): AppendItem => {
          const item = write(stream, 0, [note('a')]);
          return { ...item, writes: item.writes.map((each) => ({ ...each, customer })) };
        };
        await appended(sealed, writeFor(CASE_A, 'C-1'));
        await appended(sealed, writeFor(CASE_B, 'C-2'));
        destroyed.add('C-1');
        expect((await sealed.readCase(CASE_A)).map((event) => event.body)).toEqual([null]);
        expect((await sealed.readCase(CASE_B)).map((event) => event.body)).toEqual([{ text: 'a' }]);
        await sealed.close();
        await fresh.dispose();
      });

      it('[PR5] keeps audit entries in the chain, in their place', async () => {
        const entry = { kind: 'customer viewed', person: ANN, workstation: 'W-1', about: 'C-1', detail: { offline: false } };
        const before = await log.head();
        const result = await appended(log, { ...write(CASE_A, 0, [note('x')]), audit: [entry] });
        const [audit] = await log.auditAfter(before.position, 5);
        expect(audit).toEqual({ ...entry, position: result.position, recordedAt: result.recordedAt });
        expect((await log.head()).position).toBe(before.position + 2);
        expect((await log.head()).link).not.toBe(before.link);
      });
    });

    describe('access', () => {
      it('[PR3] follows from grants and revocations in the same transaction', async () => {
        await appended(log, write(CASE_A, 0, [granted(ANN), granted(BEN)]));
        await appended(log, write(CASE_B, 0, [granted(BEN)]));
        expect(await log.hasAccess(ANN, CASE_A)).toBe(true);
        expect(await log.hasAccess(ANN, CASE_B)).toBe(false);
        expect(await log.casesOf(BEN)).toEqual([CASE_A, CASE_B]);
        expect(await log.readersOf(CASE_A)).toEqual([ANN, BEN]);
        await appended(log, write(CASE_A, 2, [revoked(BEN), revoked(CAI)]));
        expect(await log.casesOf(BEN)).toEqual([CASE_B]);
        await appended(log, write(CASE_A, 4, [granted(BEN), granted(BEN)]));
        expect(await log.casesOf(BEN)).toEqual([CASE_B, CASE_A]);
        await appended(log, write(CASE_A, 6, [revoked(BEN)]));
        expect(await log.hasAccess(BEN, CASE_A)).toBe(false);
      });

      it('refuses a grant that names nobody, or that is not of a case, as a bug', async () => {
        await expect(log.append([write('customer:C-1', 0, [granted(ANN)])])).rejects.toThrow();
        await expect(log.append([write(CASE_A, 0, [draft('access granted', { as: 'maker' })])])).rejects.toThrow();
      });
    });

    describe('epoch, listeners, closing', () => {
      it('[SY9] keeps its epoch over a restart and changes it only on demand, on record', async () => {
        const { epoch } = await log.head();
        await log.close();
        log = await storage.open();
        expect((await log.head()).epoch).toBe(epoch);
        const before = await log.head();
        const next = await log.newEpoch('restored from a back-up');
        expect(next).not.toBe(epoch);
        expect((await log.head()).epoch).toBe(next);
        expect((await log.auditAfter(before.position, 5))[0]).toMatchObject({ kind: 'epoch started', detail: { epoch: next, reason: 'restored from a back-up' } });
        await log.close();
        log = await storage.open();
        expect((await log.head()).epoch).toBe(next);
      });

      it('[SY5] tells listeners every commit once, in order, without gaps, and whom it concerns', async () => {
        const heard: Appended[] = [];
        const { position } = await log.head();
        const stop = log.onAppended((appendedNow) => heard.push(appendedNow));
        await Promise.all(Array.from({ length: 20 }, (_, n) => log.append([write(id(0x700 + n), 0, [granted(ANN), note('x')])])));
        await appended(log, write(CASE_A, 0, [granted(BEN)]));
        stop();
        await appended(log, write(CASE_B, 0, [note('unheard')]));
        let at = position;
        for (const each of heard) {
          expect(each.from).toBe(at);
          at = each.to;
        }
        expect(heard.flatMap((each) => each.events)).toHaveLength(41);
        // Who folds on from what they hear stands where a reader of the log stands.
        expect(heard.flatMap((each) => each.events)).toEqual(await log.eventsAfter(position, 41));
        expect(heard.at(-1)?.readers).toEqual([BEN]);
        expect(heard[0]?.readers).toEqual([ANN]);
        expect(at).toBe((await log.head()).position - 1);
      });

      it('[RB1] survives a listener that throws', async () => {
        const fresh = await make();
        const caught: unknown[] = [];
        const guarded = await fresh.open({ onListenerError: (thrown) => caught.push(thrown) });
        const heard: number[] = [];
        guarded.onAppended(() => {
          throw new Error('bug');
        });
        guarded.onAppended((each) => heard.push(each.to));
        expect((await one(guarded, write(CASE_A, 0, [note('x')]))).status).toBe('appended');
        expect(caught).toHaveLength(1);
        expect(heard).toHaveLength(1);
        await guarded.close();
        await fresh.dispose();
      });

      it('[SY1] finishes what was handed in when it closes, and takes nothing afterwards', async () => {
        const pending: Promise<AppendResult>[] = Array.from({ length: 30 }, (_, n) => one(log, write(CASE_A, n, [note(`${n}`)])));
        await log.close();
        expect((await Promise.all(pending)).map((result) => result.status)).toEqual(Array.from({ length: 30 }, () => 'appended'));
        const late = await one(log, write(CASE_A, 30, [note('late')]));
        expect(late.status === 'failed' && late.error.code).toBe('log-closed');
        log = await storage.open({ now: clock });
        expect(await log.lastVersion(CASE_A)).toBe(30);
      });

      it('appends nothing for an empty call', async () => {
        const head = await log.head();
        expect(await log.append([])).toEqual([]);
        expect(await log.head()).toEqual(head);
        expect(nextId()).not.toBe(nextId());
      });
    });
  });
}
