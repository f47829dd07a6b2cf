import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfJson, keyIdOf, signedBytes, type Signed } from '#shared/protocol/signature.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { Person } from '#shared/people/person.ts';
import { rawPublicKey } from '../../../server/audit/audit-key.ts';
import { runShow } from '../../../server/audit/show-command.ts';
import { UsageError } from '../../../server/audit/usage-error.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { ANN, BEN, CASE_A, command, draft, id, note, T0, temporaryFolder, withCommand, write } from '../log/log-fixture.ts';

const CENTRE: StreamId = 'centre:administration';
const CUSTOMER = 'C-1';
const later = '2026-03-02T01:00:01.000Z';

const keyPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey);
  return { privateKey, keyId: keyIdOf(raw), publicKey: raw.toString('base64') };
};
const [annKey, benKey, deskKey, strayKey] = [keyPair(), keyPair(), keyPair(), keyPair()];
const signed = (purpose: Signed['purpose'], digest: string, by: { privateKey: KeyObject; keyId: string } = annKey): Signed => {
  const bytes = signedBytes(purpose, digest);
  const of = (key: KeyObject) => sign(null, bytes, key).toString('base64');
  return { purpose, digest, personKey: by.keyId, personSignature: of(by.privateKey), workstationKey: deskKey.keyId, workstationSignature: of(deskKey.privateKey) };
};
const digest = digestOfJson({ what: 'a payload' });
const approved = (own: Signed) => draft('review approved', { reviewId: id(0x55), operationId: id(0x56), by: ANN, digest, validUntil: later, signed: own });

let folder: string;
let dispose: () => Promise<void>;
const database = () => join(folder, 'log.db');
const opening = () => ['--ring', join(folder, 'ring.key'), '--keys', join(folder, 'keys.sqlite')];

async function tell(...args: string[]): Promise<{ code: number; out: string }> {
  let out = '';
  try {
    const code = await runShow([...args, '--database', database()], (text) => (out += text));
    return { code, out };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, out: error.message };
  }
}

/** The centre's own stream, then a case with a customer; bodies sealed as on a server. */
async function make(more: readonly Signed[] = []): Promise<void> {
  const opened = await openSealedLog(folder, { now: () => T0 });
  if (!opened.ok) throw new Error(opened.error.cause);
  const { log } = opened;
  const person = (own: string, name: string): Person => ({
    id: own, human: own, account: own.slice(-4), name, no: '1001', role: 'mentor', team: 'A', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: T0,
  });
  await log.append([write(CENTRE, 0, [
    draft('centre founded', { how: 'demo', people: [person(ANN, '林岚'), person(BEN, '白')], policy: loadControl(new URL('../../../server/policy/control.yaml', import.meta.url)) }),
    draft('workstation enrolled', { workstation: { id: id(0x77), name: 'WS-01', site: '成都', keyId: deskKey.keyId, publicKey: deskKey.publicKey }, how: 'demo' }),
    draft('key registered', { personId: ANN, keyId: annKey.keyId, publicKey: annKey.publicKey }),
    draft('key registered', { personId: BEN, keyId: benKey.keyId, publicKey: benKey.publicKey }),
  ])]);
  const of = (item: ReturnType<typeof write>) => ({ ...item, writes: item.writes.map((one) => ({ ...one, customer: CUSTOMER, actor: { kind: 'person' as const, person: ANN, workstation: id(0x77) } })) });
  const viewed = { kind: 'customer viewed', person: BEN, workstation: id(0x77), about: CUSTOMER, detail: { case: CASE_A, purpose: 'review' } };
  await log.append([{ ...of(write(CASE_A, 0, [note('客户想提前还清'), draft('line booked', { operationId: id(0x56), lineId: id(1), key: id(2), receipt: 'R-9', effectiveAt: later, postsOn: '2026-03-05' }), approved(signed('approval', digest))])), audit: [viewed] }]);
  await log.append([withCommand({ writes: [], command: null, audit: [] }, { ...command({ number: 1 }), answer: { status: 'refused', refusal: { code: 'tp5-reviewer-is-maker' } } })]);
  let version = 3;
  for (const one of more) await log.append([of(write(CASE_A, version++, [approved(one)]))]);
  await log.close();
}

beforeEach(async () => ({ folder, dispose } = await temporaryFolder()));
afterEach(() => dispose());

describe('[PR5] npm run audit -- show', () => {
  it('[TP8] tells a case in both languages, in order, with refusals and views in their place and every signature checked', async () => {
    await make();
    const { code, out } = await tell(CASE_A, ...opening());
    expect(out).toContain('Chain: 11 条，完整 / 11 entries, intact');
    expect(out).toContain('Signatures: 1，全部有效 / all valid');
    const places = ['备注：客户想提前还清', 'Note: 客户想提前还清', 'Booked by the bank, receipt R-9, posts on 2026-03-05', '林岚 (1001', 'approved, valid until 2026-03-02 09:00:01.000 +08:00', digest, '有效 / valid', `was shown customer ${CUSTOMER}, for the review`, '拒绝', 'tp5-reviewer-is-maker'];
    expect(places.filter((place) => !out.includes(place))).toEqual([]);
    expect(out.indexOf('备注')).toBeLessThan(out.indexOf('R-9'));
    expect(out.indexOf('R-9')).toBeLessThan(out.indexOf('was shown'));
    expect(out.indexOf('was shown')).toBeLessThan(out.indexOf('tp5-reviewer-is-maker'));
    expect(code).toBe(0);
    const zh = await tell(CASE_A, ...opening(), '--lang', 'zh');
    expect(zh.out).not.toContain('Booked by the bank');
    const json = JSON.parse((await tell(CASE_A, ...opening(), '--json')).out) as { entries: unknown[]; signatures: unknown };
    expect(json).toMatchObject({ signatures: { count: 1, sound: true } });
    expect(json.entries).toHaveLength(5);
  });

  it.each([
    ['a signature of other bytes', () => ({ ...signed('approval', digest), purpose: 'order' as const }), '无效 / INVALID'],
    ['a key that nobody registered', () => signed('approval', digest, strayKey), '公钥未知 / key unknown'],
    ['a key of somebody else', () => signed('approval', digest, benKey), '公钥属于他人或另一台机器 / key of another'],
    ["a machine's key in place of a person's", () => signed('approval', digest, deskKey), '公钥属于他人或另一台机器 / key of another'],
    ['the digest of something else', () => signed('approval', digestOfJson({ what: 'another payload' })), 'NOT THE DIGEST OF THIS EVENT'],
  ])('[TP8] says so of %s, and exits 1', async (_what, wrong, words) => {
    await make([wrong()]);
    const { code, out } = await tell(CASE_A, ...opening());
    expect(out).toContain('其中 1 个不成立 / 1 of them do not hold');
    expect(out).toContain(words);
    expect(code).toBe(1);
  });

  it('[PR7] reads nothing without the keys, tells an erased body as erased, and the chain holds all the same', async () => {
    await make();
    const closed = await tell(CASE_A);
    expect(closed).toMatchObject({ code: 0, out: expect.stringContaining('the body is sealed') });
    expect(closed.out).not.toContain('提前还清');
    const opened = await openSealedLog(folder, { now: () => T0 });
    if (!opened.ok) throw new Error(opened.error.cause);
    await opened.sealing.keys.destroy(await opened.sealing.keys.retire(CUSTOMER));
    await opened.log.close();
    const erased = await tell(CASE_A, ...opening());
    expect(erased).toMatchObject({ code: 0, out: expect.stringContaining('the body was erased with its key') });
    expect(erased.out).toContain('entries, intact');
  });

  it('says that the chain is broken, and what cannot be shown', async () => {
    await make();
    expect(await tell(id(0x999))).toMatchObject({ code: 2, out: expect.stringContaining('no such case') });
    expect(await tell(CASE_A, '--ring', join(folder, 'none'), '--keys', join(folder, 'none'))).toMatchObject({ code: 2 });
    expect(await tell(CASE_A, '--lang', 'fr')).toMatchObject({ code: 2 });
    expect(await tell()).toMatchObject({ code: 2 });
    const db = new Database(database());
    db.exec("UPDATE bodies SET bytes = x'00' WHERE event_id = (SELECT event_id FROM entries WHERE position = 4)");
    db.close();
    expect(await tell(CASE_A)).toMatchObject({ code: 1, out: expect.stringContaining('NOT INTACT: body-changed, 4') });
  });
});
