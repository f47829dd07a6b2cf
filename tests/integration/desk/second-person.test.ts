import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import type { SignedInPerson } from '#shared/protocol/session-view.ts';
import { digestOfJson, signedBytes } from '#shared/protocol/signature.ts';
import { OFFLINE_GRACE_MS } from '#shared/people/offline-grace.ts';
import { MAX_FAILURES, signIn, type SignInParts } from '../../../electron/desk/session/sign-in.ts';
import { Enrolment } from '../../../electron/desk/signing/enrolment.ts';
import { openSecondPerson, type SecondPerson, type SecondPersonParts } from '../../../electron/desk/signing/second-person.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { profileFolder, readKeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { CHEAP, handClock } from '../../unit/desk/test-desk.ts';
import { Spool } from '../../../electron/desk/spool/spool.ts';
import { aFolder, aServer } from './harness.ts';
import { isSignedBy, PERSON, type TestServer } from './test-server.ts';

const MEI: SignedInPerson = { ...PERSON, skills: [], id: v7(), human: v7(), account: 'mei', name: '梅', no: '1002', role: 'mentor' };
const PASSPHRASE = 'her own passphrase';

/** A machine at which Lin and Mei have signed in, with the line gone since. */
async function aNight(more: { people?: SignedInPerson[] } = {}) {
  const server: TestServer = await aServer();
  const root = aFolder();
  const clock = handClock(Date.now());
  const enrolment = new Enrolment(root);
  const parts = (person: SignedInPerson, online: boolean): SignInParts => ({
    root, workstation: 'ws-1', environment: clock.environment, enrolment, store: { nativeBinding: null, cost: CHEAP }, spool: new Spool(root), report: (error) => { throw error; },
    signInOverHttp: async (url, request) => {
      if (!online) return { status: 'unreachable' };
      const outcome = await signInOverHttp(url, { ...request, account: PERSON.account, password: server.password });
      return outcome.status === 'signed-in' ? { ...outcome, answer: { ...outcome.answer, person, key: { kept: null, register: true } } } : outcome;
    },
  });
  const publicKeys = new Map<string, string>();
  for (const person of more.people ?? [MEI]) {
    const answer = await signIn(parts(person, true), { account: person.account, password: PASSPHRASE, server: server.url });
    if ('refusal' in answer) throw new Error(answer.refusal.code);
    publicKeys.set(person.id, answer.store.meta.get('personKey')?.kept.publicKey ?? '');
    answer.store.close();
  }
  const present: SecondPersonParts = { signIn: parts(MEI, false), server: server.url, present: { account: PERSON.account, person: PERSON.id, human: PERSON.human } };
  const machine = [...server.machines.values()][0]!;
  const open = (account = 'mei', passphrase = PASSPHRASE) => openSecondPerson(present, { account, passphrase });
  return { server, root, clock, machine, publicKeys, open, present };
}

const opened = (outcome: Awaited<ReturnType<typeof openSecondPerson>>): SecondPerson => {
  if ('refusal' in outcome) throw new Error(outcome.refusal.code);
  return outcome;
};
const code = (outcome: object): string => ('refusal' in outcome ? (outcome.refusal as { code: string }).code : 'ok');

describe('a second person at one screen', () => {
  it('[OF1] [OF2] opens their own file without the line, and signs by their key and this workstation’s', async () => {
    const { open, server, publicKeys, machine } = await aNight();
    await server.stop();
    const mei = opened(await open());
    expect(mei.person).toEqual({ id: MEI.id, human: MEI.human, account: 'mei', name: '梅', no: '1002', role: 'mentor' });
    const digest = digestOfJson({ of: 'something' });
    const made = await mei.sign('approval', digest);
    if ('refusal' in made) throw new Error(made.refusal.code);
    const bytes = signedBytes('approval', digest);
    expect(made.signed).toMatchObject({ purpose: 'approval', digest });
    expect(isSignedBy(publicKeys.get(MEI.id)!, bytes, made.signed.personSignature)).toBe(true);
    expect(isSignedBy(machine.publicKey, bytes, made.signed.workstationSignature)).toBe(true);
    mei.store.transaction(() => mei.store.drafts.put(null, 'note', '交班', '2026-11-21T18:00:00.000Z'));
    mei.close();
    // Closed is closed: no signature, no file, and what was put into it is there.
    expect(code(await mei.sign('approval', digest))).toBe('signed-out');
    expect(() => mei.store.meta.get('person')).toThrow();
    const again = opened(await open());
    expect(again.store.drafts.list(null)).toMatchObject([{ text: '交班' }]);
    again.close();
    again.close();
  });

  it('[OF3] counts guesses before they are checked, and locks after five, for signing in as well', async () => {
    const { open, root, server } = await aNight();
    const folder = profileFolder(root, server.url, 'mei');
    for (let left = MAX_FAILURES - 1; left > 0; left -= 1) {
      expect(await open('mei', 'a guess')).toEqual({ refusal: { code: 'wrong-password', detail: { left } } });
      expect(readKeyFile(folder)?.failures).toBe(MAX_FAILURES - left);
    }
    expect(code(await open('mei', 'a guess'))).toBe('locked-out');
    expect(code(await open())).toBe('locked-out');
  });

  it('[OF3] forgets guesses after the right one, and takes one at a time', async () => {
    const { open, root, server } = await aNight();
    await open('mei', 'a guess');
    const outcomes = await Promise.all([open('mei', 'a guess'), open('mei', 'another'), open('mei', 'a third')]);
    expect(outcomes.map(code).sort()).toEqual(['store-in-use', 'store-in-use', 'wrong-password']);
    const folder = profileFolder(root, server.url, 'mei');
    expect(readKeyFile(folder)?.failures).toBe(2);
    const mei = opened(await open());
    expect(readKeyFile(folder)?.failures).toBe(0);
    // Twice at one screen is nobody’s wish; and it costs no guess.
    expect(code(await open())).toBe('store-in-use');
    expect(readKeyFile(folder)?.failures).toBe(0);
    mei.close();
  });

  it('[OF3] only within the grace since they were last online themselves', async () => {
    const { open, clock } = await aNight();
    clock.advance(OFFLINE_GRACE_MS - 60_000);
    opened(await open()).close();
    clock.advance(120_000);
    expect(code(await open())).toBe('offline-grace-over');
  });

  it('[OF1] refuses who is signed in, another account of the same human, and who was never here', async () => {
    const other: SignedInPerson = { ...MEI, id: v7(), human: PERSON.human, account: 'lin-second' };
    const { open, root, server } = await aNight({ people: [MEI, other] });
    expect(code(await open(' LIN ', 'whatever'))).toBe('second-person-same');
    expect(code(await open('lin-second'))).toBe('second-person-same');
    // The file was let go of.
    expect(code(await open('lin-second'))).toBe('second-person-same');
    expect(code(await open('nobody'))).toBe('second-person-not-here');
    expect(readKeyFile(profileFolder(root, server.url, 'nobody'))).toBeNull();
  });

  it('[OF1] [OF3] a file that is open in their own desktop is in use, and trying it is no guess', async () => {
    const { open, root, server, present } = await aNight();
    const own = await signIn(present.signIn, { account: 'mei', password: PASSPHRASE, server: server.url });
    if ('refusal' in own) throw new Error(own.refusal.code);
    for (let n = 0; n <= MAX_FAILURES; n += 1) expect(code(await open())).toBe('store-in-use');
    own.store.close();
    expect(readKeyFile(profileFolder(root, server.url, 'mei'))?.failures).toBe(0);
    opened(await open()).close();
  });

  it('[PR1] leaves nothing of theirs in clear: the file stays encrypted, the passphrase is nowhere', async () => {
    const { open, root, server } = await aNight();
    const mei = opened(await open());
    const words = `王小明 ${randomBytes(4).toString('hex')}`;
    mei.store.drafts.put(null, 'note', words, '2026-11-21T18:00:00.000Z');
    const bytes = (): Buffer => Buffer.concat(readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(join(one.parentPath, one.name))));
    const clear = (): boolean => bytes().includes(words) || bytes().includes(PASSPHRASE);
    expect(clear()).toBe(false);
    mei.close();
    expect(clear()).toBe(false);
    expect(bytes().includes(server.url)).toBe(true);
  });
});
