import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, describe, expect, it } from 'vitest';
import { noCentre } from '#shared/administration/administration-evolve.ts';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import { commandSchemas } from '#shared/case/commands.ts';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import { certificateBytes, SealedRow, SpoolSession, spoolSessionId } from '#shared/protocol/spool.ts';
import { makeSealer } from '../../../electron/desk/spool/sealer.ts';
import { privateKeyOf, publicKeyOf, signWith } from '../../../electron/desk/signing/ed25519.ts';
import { demoPeople } from '../../../server/demo/demo-people.ts';
import { FileSecret } from '../../../server/kept/file-secret.ts';
import { openRow, openSession, type OpenedSession } from '../../../server/spool/open-row.ts';
import { records } from '../../../server/spool/records-or-acts.ts';
import { SpoolKeys } from '../../../server/spool/spool-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'aidline-sealing-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const keysIn = (path: string, now = AT): Promise<SpoolKeys> => SpoolKeys.open(new FileSecret(path, { strict: true }), () => now);
const newKeys = (): Promise<SpoolKeys> => keysIn(join(folder, `${(files += 1)}.keys`));

const person = demoPeople[0]!;
const [personKey, machineKey] = [privateKeyOf(Buffer.alloc(32, 1)), privateKeyOf(Buffer.alloc(32, 2))];
const workstation = v7();
const registered = (key: typeof personKey, revokedAt: string | null) => ({ keyId: keyIdOf(publicKeyOf(key)), publicKey: publicKeyOf(key).toString('base64'), revokedAt });
const centre = (more: { personRevoked?: string; machineRevoked?: string } = {}): AdministrationState => ({
  ...noCentre,
  people: { [person.id]: { person, keys: [{ ...registered(personKey, more.personRevoked ?? null), registeredAt: '2026-11-01T00:00:00.000Z' }], mayRegisterKey: false } },
  workstations: { [workstation]: { id: workstation, name: 'ws', site: 'here', ...registered(machineKey, more.machineRevoked ?? null), enrolledAt: '2026-11-01T00:00:00.000Z' } },
});
const signature = (key: typeof personKey, bytes: Uint8Array) => ({ key: keyIdOf(publicKeyOf(key)), signature: signWith(key, bytes).toString('base64') });
const bySigners = (which: { person?: boolean; workstation?: boolean }) => async (bytes: Uint8Array) => ({
  person: which.person === false ? null : signature(personKey, bytes), workstation: which.workstation === false ? null : signature(machineKey, bytes),
});

const desktop = v7();
function command(number = 1, inner = '{"body":{"text":"客户说的话"}}'): OuterCommand {
  return { id: v7(), desktop, incarnation: 1, case: v7(), number, kind: 'write note', schema: 1, hash: createHash('sha256').update(inner).digest('hex'), urgent: false, inner };
}
const AT = '2026-11-21T03:00:00.000Z';
const sealerFor = (keys: SpoolKeys, which = {}) => makeSealer(keys.current, { person: person.id, workstation, desktop }, AT, bySigners(which));

describe('[SY10] a sealed row', () => {
  it('[SY10] is opened by the server as it was given, signed or not yet', async () => {
    const keys = await newKeys();
    const sealer = await sealerFor(keys);
    const session = openSession(centre(), keys, sealer.session)!;
    expect(session).toMatchObject({ person: 'valid', workstation: 'valid' });
    for (const outer of [command(1), command(2, `{"long":"${'字'.repeat(15_000)}"}`)]) {
      const row = sealer.seal(outer, AT, null);
      expect(SealedRow.parse(row)).toEqual(row);
      expect(openRow(session, row)).toEqual({ outer, after: null });
      expect(openRow(session, { ...row, signature: sealer.sign(row) })).toEqual({ outer, after: null });
      expect(openRow(session, sealer.seal(outer, AT, outer.case))).toEqual({ outer, after: outer.case });
      expect(JSON.stringify(row)).not.toContain('write note');
    }
  });

  it('[SY10] opens under nothing but its own id, number, session, bytes and signature', async () => {
    const keys = await newKeys();
    const [sealer, other] = [await sealerFor(keys), await sealerFor(keys)];
    const session = openSession(centre(), keys, sealer.session)!;
    const row = sealer.seal(command(), AT, null);
    const signed = { ...row, signature: sealer.sign(row) };
    const flipped = Buffer.from(row.sealed, 'base64');
    flipped[40]! ^= 1;
    const changed: SealedRow[] = [
      { ...row, id: v7() }, { ...row, number: 2 }, { ...row, incarnation: 2 }, { ...row, at: '2026-11-21T03:00:00.001Z' }, { ...row, sealed: flipped.toString('base64') }, { ...row, sealed: 'AAAA' },
      { ...signed, signature: other.sign(row) }, { ...signed, signature: `${signed.signature.slice(0, -2)}==`.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) }, { ...row, session: other.id },
    ];
    for (const one of changed) expect(openRow(session, one)).toBeNull();
    expect(openRow({ ...openSession(centre(), keys, other.session)! }, { ...row, session: other.id })).toBeNull();
  });

  it('[SY10] [TP8] is believed by keys as they are at receipt', async () => {
    const keys = await newKeys();
    const proofs = async (which: object, state = centre()): Promise<Pick<OpenedSession, 'person' | 'workstation'> | null> => {
      const session = openSession(state, keys, (await sealerFor(keys, which)).session);
      return session === null ? null : { person: session.person, workstation: session.workstation };
    };
    expect(await proofs({ person: false })).toEqual({ person: 'no', workstation: 'valid' });
    expect(await proofs({ workstation: false })).toEqual({ person: 'valid', workstation: 'no' });
    expect(await proofs({ person: false, workstation: false })).toBeNull();
    expect(await proofs({}, centre({ personRevoked: AT }))).toEqual({ person: 'revoked', workstation: 'valid' });
    expect(await proofs({}, centre({ machineRevoked: AT }))).toEqual({ person: 'valid', workstation: 'revoked' });
    expect(await proofs({}, noCentre)).toBeNull();
    // A certificate that was changed is signed by nobody.
    const { session } = await sealerFor(keys);
    expect(openSession(centre(), keys, { ...session, certificate: { ...session.certificate, desktop: v7() } })).toBeNull();
    expect(SpoolSession.parse(session)).toEqual(session);
    expect(Buffer.from(certificateBytes(spoolSessionId(session.certificate))).toString('latin1')).toMatch(/^aidline\/1\/spool-session\n/);
  });

  it('[SY10] a server without the key says so, and one whose key is another opens nothing', async () => {
    const [keys, others] = [await newKeys(), await newKeys()];
    const sealer = await sealerFor(keys);
    const row = sealer.seal(command(), AT, null);
    const session = openSession(centre(), others, sealer.session)!;
    expect(session.key).toBe('unknown');
    expect(openRow(session, row)).toBeNull();
    // A point of no order gives no secret.
    expect(keys.sharedKey(keys.current.keyId, Buffer.alloc(32).toString('base64'))).toBeNull();
  });
});

describe('[SY10] the server’s spool keys', () => {
  it('[SY10] are in a file of their owner, stay over restarts, and old ones open', async () => {
    const path = join(folder, 'kept.keys');
    const first = await keysIn(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await keysIn(path);
    expect(again.current).toEqual(first.current);
    const newer = await again.rotate();
    expect(newer.keyId).not.toBe(first.current.keyId);
    expect(await keysIn(path)).toMatchObject({ current: newer });
    const third = await keysIn(path);
    expect([first.current.keyId, newer.keyId].every((keyId) => third.knows(keyId))).toBe(true);
    // Another server that has run on sees the newer one as soon as it looks.
    expect([first.knows(newer.keyId), await first.lookAgain(), first.knows(newer.keyId), await first.lookAgain()]).toEqual([false, true, true, false]);
    expect(readFileSync(path, 'utf8')).not.toContain(newer.publicKey);
  });

  it('[SY10] rotate by themselves after ninety days', async () => {
    const path = join(folder, 'old.keys');
    const { current } = await keysIn(path, '2026-01-01T00:00:00.000Z');
    expect((await keysIn(path, '2026-03-31T00:00:00.000Z')).current).toEqual(current);
    expect((await keysIn(path, '2026-04-02T00:00:00.000Z')).current).not.toEqual(current);
  });

  it('[SY10] are refused where others can read them, or nobody can', async () => {
    const path = join(folder, 'open.keys');
    expect((await keysIn(path)).current.keyId).toHaveLength(64);
    chmodSync(path, 0o644);
    await expect(keysIn(path)).rejects.toThrow(/0600/);
  });
});

describe('[SY10] what is taken in of somebody who may no longer act', () => {
  it('[SY10] is what records; every other kind of command acts', () => {
    expect(Object.keys(commandSchemas).filter(records).sort()).toEqual([
      'end logged call', 'fill fields', 'log call', 'open case', 'open follow-up', 'open work order', 'park run', 'promise callback', 'keep promise', 'raise risk', 'record manual stop', 'record view', 'report offline stop', 'start run', 'write note',
    ].sort());
    expect(['toString', 'constructor', 'no such kind'].some(records)).toBe(false);
  });
});
