import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, describe, expect, it } from 'vitest';
import { spoolSessionId, type SealedRow, type SpoolSession } from '#shared/protocol/spool.ts';
import { Spool } from '../../../electron/desk/spool/spool.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
const aRoot = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-spool-file-'));
  folders.push(folder);
  return folder;
};

const SERVER = 'http://centre:1';
const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');
function aSession(desktop: string, person = v7()): { id: string; session: SpoolSession; head: { server: string; desktop: string; person: string } } {
  const certificate = { person, workstation: v7(), desktop, spoolKey: 'a'.repeat(64), ephemeral: base64(32), sessionKey: base64(32), from: '2026-11-21T00:00:00.000Z' };
  return { id: spoolSessionId(certificate), session: { certificate, person: null, workstation: { key: 'b'.repeat(64), signature: base64(64) } }, head: { server: SERVER, desktop, person } };
}
const aRow = (session: string, number: number, bytes = 400): SealedRow => ({ id: v7(), session, at: '2026-11-21T01:00:00.000Z', incarnation: 1, number, sealed: base64(bytes), signature: null });
const fileOf = (root: string): string => join(root, 'spool', readdirSync(join(root, 'spool')).find((name) => name.endsWith('.spool'))!);
const numbers = (root: string): number[] => new Spool(root).waiting(SERVER).map(({ row }) => row.number);

describe('[SY10] the workstation’s spool on the disk', () => {
  it('[SY10] is there after a restart, with signatures, without what has left', async () => {
    const root = aRoot();
    const spool = new Spool(root);
    const { head, ...session } = aSession(v7());
    const file = spool.fileOf(head);
    const rows = [1, 2, 3, 4].map((number) => aRow(session.id, number));
    await Promise.all(rows.map((row) => file.add(session, [row])));
    file.sign([[rows[0]!.id, base64(64)]]);
    file.leave([rows[1]!.id]);
    file.setAside([rows[2]!.id]);
    // As after a crash: nobody has closed it.
    const again = new Spool(root);
    expect(again.waiting(SERVER).map(({ row }) => row)).toEqual([{ ...rows[0], signature: base64(64) }, rows[3]]);
    expect(again.everything(SERVER)).toHaveLength(3);
    expect(again.waiting(SERVER)[0]!.session).toEqual(session.session);
    expect([again.count(SERVER), again.count('http://other:1'), again.isEmpty('http://other:1'), again.count(SERVER, head.desktop)]).toEqual([2, 0, true, 0]);
    expect(statSync(fileOf(root)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(fileOf(root))).mode & 0o777).toBe(0o700);
    spool.close();
  });

  it('[SY10] [SY1] acknowledges a row only with all rows before it on the disk', async () => {
    const root = aRoot();
    const spool = new Spool(root);
    const { head, ...session } = aSession(v7());
    const file = spool.fileOf(head);
    const done: number[] = [];
    await Promise.all([1, 2, 3, 4, 5].map((number) => file.add(session, [aRow(session.id, number)])?.then(() => done.push(number))));
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(numbers(root)).toEqual([1, 2, 3, 4, 5]);
    const atOnce = new Spool(aRoot(), { overlap: false });
    expect(atOnce.fileOf(head).add(session, [aRow(session.id, 1)])).toBeNull();
    for (const one of [spool, atOnce]) one.close();
  });

  it('[SY10] [SY1] whatever a power cut leaves of the last row costs no row before it, and the next goes in its place', async () => {
    const root = aRoot();
    const { head, ...session } = aSession(v7());
    const spool = new Spool(root);
    const file = spool.fileOf(head);
    for (const number of [1, 2]) await file.add(session, [aRow(session.id, number)]);
    const before = readFileSync(fileOf(root)).indexOf(0);
    await file.add(session, [aRow(session.id, 3)]);
    const whole = readFileSync(fileOf(root));
    const end = whole.indexOf(0);
    spool.close();
    for (const [kept, length] of [[before, whole.length], [before + 1, whole.length], [before + 500, before + 500], [end - 1, whole.length], [end - 1, end - 1], [before, before]] as const) {
      const torn = Buffer.alloc(length);
      whole.copy(torn, 0, 0, kept);
      writeFileSync(fileOf(root), torn);
      expect(numbers(root)).toEqual([1, 2]);
      const next = new Spool(root);
      await next.fileOf(head).add(session, [aRow(session.id, 9, 30)]);
      expect(numbers(root)).toEqual([1, 2, 9]);
      next.close();
    }
    // A page that never reached the disk, with later ones that did.
    const holed = Buffer.from(whole);
    holed.fill(0, before + 100, before + 200);
    writeFileSync(fileOf(root), holed);
    expect(numbers(root)).toEqual([1, 2]);
    const next = new Spool(root);
    await next.fileOf(head).add(session, [aRow(session.id, 4, 30)]);
    expect(numbers(root)).toEqual([1, 2, 4]);
    next.close();
  });

  it('[SY10] keeps a line that it cannot read, and reads the others', async () => {
    const root = aRoot();
    const { head, ...session } = aSession(v7());
    const spool = new Spool(root);
    for (const number of [1, 2, 3]) await spool.fileOf(head).add(session, [aRow(session.id, number)]);
    spool.close();
    const lines = readFileSync(fileOf(root), 'utf8').split('\n');
    lines[3] = lines[3]!.replace('"number":2', '"number":-2');
    writeFileSync(fileOf(root), lines.join('\n'));
    expect(numbers(root)).toEqual([1, 3]);
    const again = new Spool(root);
    again.answered(new Set(again.waiting(SERVER).map(({ row }) => row.id)), '2026-11-23T03:00:00.000Z');
    again.close();
    expect(readFileSync(fileOf(root), 'utf8')).toContain('"number":-2');
  });

  it('[SY10] takes little of the disk when rows come and go, and none when all have left', async () => {
    const root = aRoot();
    const spool = new Spool(root);
    const { head, ...session } = aSession(v7());
    const file = spool.fileOf(head);
    const stays = aRow(session.id, 1);
    await file.add(session, [stays]);
    for (let turn = 0; turn < 12; turn += 1) {
      const rows = Array.from({ length: 200 }, (_, index) => aRow(session.id, 2 + turn * 200 + index, 3_000));
      await file.add(session, rows);
      file.leave(rows.map(({ id }) => id));
    }
    expect(statSync(fileOf(root)).size).toBeLessThan(7 << 20);
    expect(numbers(root)).toEqual([1]);
    await file.add(session, [aRow(session.id, 5_000)]);
    expect(numbers(root)).toEqual([1, 5_000]);
    file.leave(spool.waiting(SERVER).map(({ row }) => row.id));
    spool.release(head.desktop);
    expect(readdirSync(join(root, 'spool'))).toEqual([]);
  });

  it('[SY10] [SY2] gives the rows of a desktop by number, so that each case keeps its order', async () => {
    const root = aRoot();
    const spool = new Spool(root);
    const { head, ...session } = aSession(v7());
    const rows = [3, 1, 2].map((number) => aRow(session.id, number));
    await spool.fileOf(head).add(session, rows);
    const renumbered = { ...rows[1]!, incarnation: 2, number: 1 };
    await spool.fileOf(head).add(session, [renumbered]);
    expect(spool.waiting(SERVER).map(({ row }) => [row.incarnation, row.number])).toEqual([[1, 2], [1, 3], [2, 1]]);
    spool.close();
  });

  it('[SY10] never mixes the file of a desktop with another person’s or another centre’s', async () => {
    const root = aRoot();
    const desktop = v7();
    const [one, other] = [aSession(desktop), aSession(desktop)];
    const spool = new Spool(root);
    await spool.fileOf(one.head).add({ id: one.id, session: one.session }, [aRow(one.id, 1)]);
    await spool.fileOf(other.head).add({ id: other.id, session: other.session }, [aRow(other.id, 1)]);
    expect(spool.waiting(SERVER).map(({ session }) => session.certificate.person)).toEqual([other.head.person]);
    spool.close();
    expect(readdirSync(join(root, 'spool')).sort()).toEqual([`${desktop}.spool`, `${desktop}.spool.aside-1`]);
    mkdirSync(join(root, 'spool', 'sub.spool'));
    expect(existsSync(join(root, 'spool', 'sub.spool')) && new Spool(root).count(SERVER)).toBe(1);
  });
});

describe('[SY9] what a server has answered', () => {
  const NOW = '2026-11-23T03:00:00.000Z';
  const [EPOCH, NEXT] = [v7(), v7()];
  const ids = (spool: Spool): Set<string> => new Set(spool.waiting(SERVER).map(({ row }) => row.id));

  async function answeredUnder(root: string, epoch: string | null): Promise<{ desktop: string; rows: SealedRow[] }> {
    const spool = new Spool(root);
    const { head, ...session } = aSession(v7());
    const rows = [1, 2].map((number) => aRow(session.id, number));
    await spool.fileOf(head).add(session, rows);
    if (epoch !== null) await spool.inEpoch(SERVER, epoch, NOW, null);
    spool.answered(ids(spool), NOW);
    expect(spool.isEmpty(SERVER)).toBe(true);
    spool.close();
    return { desktop: head.desktop, rows };
  }

  it('[SY9] waits again under another epoch of its log, after a restart too, and not under the same', async () => {
    const root = aRoot();
    const { rows } = await answeredUnder(root, EPOCH);
    const spool = new Spool(root);
    await spool.inEpoch(SERVER, EPOCH, NOW, null);
    expect(spool.isEmpty(SERVER)).toBe(true);
    await spool.inEpoch('http://other:1', NEXT, NOW, null);
    expect(spool.isEmpty(SERVER)).toBe(true);
    await spool.inEpoch(SERVER, NEXT, NOW, null);
    expect(new Spool(root).waiting(SERVER).map(({ row }) => row)).toEqual(rows);
    spool.answered(ids(spool), NOW);
    await spool.inEpoch(SERVER, NEXT, NOW, null);
    expect(spool.isEmpty(SERVER)).toBe(true);
    await spool.newEpoch(SERVER, NOW, null);
    expect(spool.count(SERVER)).toBe(2);
    spool.close();
  });

  it('[SY9] is left to the outbox of whoever is signed in', async () => {
    const root = aRoot();
    const { desktop } = await answeredUnder(root, EPOCH);
    const spool = new Spool(root);
    await spool.newEpoch(SERVER, NOW, desktop);
    expect(spool.isEmpty(SERVER)).toBe(true);
    spool.close();
  });

  it('[SY9] is of no more use after 72 hours, and leaves the disk', async () => {
    const root = aRoot();
    await answeredUnder(root, null);
    const spool = new Spool(root);
    await spool.newEpoch(SERVER, '2026-11-24T01:00:00.001Z', null);
    expect(spool.isEmpty(SERVER)).toBe(true);
    const other = aRoot();
    await answeredUnder(other, EPOCH);
    const later = new Spool(other);
    await later.inEpoch(SERVER, EPOCH, '2026-11-26T23:59:00.000Z', null);
    expect(readdirSync(join(other, 'spool'))).toHaveLength(1);
    await later.inEpoch(SERVER, EPOCH, '2026-11-27T00:00:00.000Z', null);
    expect(readdirSync(join(other, 'spool'))).toEqual([]);
    for (const one of [spool, later]) one.close();
  });

  it('[SY9] goes again before a row that stays, once for that row', async () => {
    const root = aRoot();
    const { rows } = await answeredUnder(root, EPOCH);
    const spool = new Spool(root);
    expect(await spool.sendAgainBefore(SERVER, ['a row'], NOW, null)).toBe(true);
    expect(ids(spool)).toEqual(new Set(rows.map(({ id }) => id)));
    spool.answered(ids(spool), NOW);
    expect(await spool.sendAgainBefore(SERVER, ['a row'], NOW, null)).toBe(false);
    expect(spool.isEmpty(SERVER)).toBe(true);
    spool.close();
  });

  it('[SY9] is read as far as a power cut left it, and what comes after is read too', async () => {
    const root = aRoot();
    const { desktop, rows } = await answeredUnder(root, EPOCH);
    const path = join(root, 'spool', readdirSync(join(root, 'spool')).find((name) => name.endsWith('.sent'))!);
    writeFileSync(path, readFileSync(path).subarray(0, -200));
    const spool = new Spool(root);
    const { head, ...session } = aSession(desktop);
    const later = aRow(session.id, 3);
    await spool.fileOf(head).add(session, [later]);
    await spool.inEpoch(SERVER, EPOCH, NOW, null);
    spool.answered(ids(spool), NOW);
    await spool.newEpoch(SERVER, NOW, null);
    expect(ids(spool)).toEqual(new Set([rows[0]!.id, later.id]));
    spool.close();
  });
});
