import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { keyIdOf, signedBytes } from '#shared/protocol/signature.ts';
import { privateKeyOf, publicKeyOf, signWith } from '../../../electron/desk/signing/ed25519.ts';
import { Guesses, LOCK_MS, MAX_GUESSES } from '../../../electron/desk/signing/guesses.ts';
import { makePersonKey, openPersonKey, rewrapPersonKey, SoftwareSigner } from '../../../electron/desk/signing/person-key.ts';
import { SessionSigning, type PersonSigner } from '../../../electron/desk/signing/session-signing.ts';
import type { Signer } from '../../../electron/desk/signing/signer.ts';
import {
  makeWorkstationKey, moveWorkstationFileAside, openWorkstationKey, readWorkstationFile, workstationPath, writeWorkstationFile,
} from '../../../electron/desk/signing/workstation-key.ts';
import type { Meta } from '../../../electron/desk/store/meta.ts';
import { isSignedBy } from '../../integration/desk/test-server.ts';
import { CHEAP, tempFolder } from './test-desk.ts';

const SERVER = 'http://127.0.0.1:1/';
const DIGEST = createHash('sha256').update('what is signed').digest('hex');
const PERSON = v7();

let folder: ReturnType<typeof tempFolder>;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

/** A clock and a memory that tests move and look into. */
function guessing() {
  const held = new Map<string, unknown>();
  let now = Date.parse('2026-11-21T08:00:00.000Z');
  const meta = { get: (name: string) => held.get(name) ?? null, set: (name: string, value: unknown) => void held.set(name, value) } as unknown as Meta;
  return { meta, clock: { nowMs: () => now }, advance: (ms: number) => void (now += ms), count: () => (held.get('guesses') as { count: number } | undefined)?.count ?? 0 };
}

const workstation = (): Signer => {
  const { file, secret } = makeWorkstationKey(SERVER);
  return openWorkstationKey(file, secret)!;
};

async function ready(passphrase = 'correct horse'): Promise<PersonSigner & { state: 'ready' }> {
  const { kept, opened } = await makePersonKey(PERSON, passphrase, CHEAP);
  return { state: 'ready', signer: new SoftwareSigner(kept, PERSON, opened) };
}

describe('[TP8] Ed25519', () => {
  it('is that of RFC 8032, from the seed', () => {
    // RFC 8032, 7.1, test 2.
    const key = privateKeyOf(Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex'));
    expect(publicKeyOf(key).toString('hex')).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    expect(signWith(key, Buffer.from('72', 'hex')).toString('hex'))
      .toBe('92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00');
    expect(() => privateKeyOf(Buffer.alloc(31))).toThrow();
  });
});

describe('[TP8] a person’s key', () => {
  it('opens under its own passphrase, as its own person’s, and undamaged only', async () => {
    const { kept, opened } = await makePersonKey(PERSON, 'correct horse', CHEAP);
    expect(kept.keyId).toBe(keyIdOf(publicKeyOf(opened)));
    const again = await openPersonKey(kept, PERSON, 'correct horse');
    expect(isSignedBy(kept.publicKey, Buffer.from('x'), signWith(again!, Buffer.from('x')).toString('base64'))).toBe(true);
    expect(await openPersonKey(kept, PERSON, 'wrong horse')).toBeNull();
    expect(await openPersonKey(kept, v7(), 'correct horse')).toBeNull();
    const flipped = Buffer.from(kept.wrapped.sealed, 'base64');
    flipped[0] = flipped[0]! ^ 1;
    expect(await openPersonKey({ ...kept, wrapped: { ...kept.wrapped, sealed: flipped.toString('base64') } }, PERSON, 'correct horse')).toBeNull();
    // Another's public key in its place: this desk would sign for a key that it does not hold.
    const other = await makePersonKey(PERSON, 'correct horse', CHEAP);
    expect(await openPersonKey({ ...kept, publicKey: other.kept.publicKey, keyId: other.kept.keyId }, PERSON, 'correct horse')).toBeNull();
  });

  it('is the same key under another passphrase', async () => {
    const { kept } = await makePersonKey(PERSON, 'old horse', CHEAP);
    expect(await rewrapPersonKey(kept, PERSON, 'not it', 'new horse', CHEAP)).toBeNull();
    const next = await rewrapPersonKey(kept, PERSON, 'old horse', 'new horse', CHEAP);
    expect(next?.keyId).toBe(kept.keyId);
    expect(await openPersonKey(next!, PERSON, 'old horse')).toBeNull();
    expect(publicKeyOf((await openPersonKey(next!, PERSON, 'new horse'))!).toString('base64')).toBe(kept.publicKey);
  });
});

describe('[PR9] a workstation’s key on the disk', () => {
  it('[PR1] opens by the server’s secret only, and holds neither it nor the key in clear', () => {
    const { file, secret } = makeWorkstationKey(SERVER);
    writeWorkstationFile(folder.path, file);
    const read = readWorkstationFile(folder.path, 'http://127.0.0.1:1');
    expect(read).toEqual(file);
    expect(openWorkstationKey(file, secret)).not.toBeNull();
    for (const wrong of [makeWorkstationKey(SERVER).secret, '', Buffer.alloc(31).toString('base64')]) expect(openWorkstationKey(file, wrong)).toBeNull();
    expect(openWorkstationKey({ ...file, server: 'http://127.0.0.1:2' }, secret)).toBeNull();
    expect(openWorkstationKey({ ...file, tag: file.iv }, secret)).toBeNull();
    expect(readFileSync(workstationPath(folder.path, SERVER), 'utf8')).not.toContain(secret);
    expect(readdirSync(folder.path)).toHaveLength(1);
  });

  it('is none, unreadable or there; moved aside it is not deleted', () => {
    expect(readWorkstationFile(folder.path, SERVER)).toBe('none');
    for (const text of ['', '{', '{"format":1}', JSON.stringify({ ...makeWorkstationKey(SERVER).file, format: 2 })]) {
      writeFileSync(workstationPath(folder.path, SERVER), text);
      expect(readWorkstationFile(folder.path, SERVER)).toBe('unreadable');
    }
    moveWorkstationFileAside(folder.path, SERVER);
    moveWorkstationFileAside(folder.path, SERVER);
    expect(existsSync(`${workstationPath(folder.path, SERVER)}.aside-1`)).toBe(true);
    expect(readWorkstationFile(folder.path, SERVER)).toBe('none');
  });
});

describe('[TP8] what a session signs', () => {
  it('two signatures over purpose and digest; ticks and orders without a passphrase, approvals with', async () => {
    const person = await ready();
    const { meta, clock } = guessing();
    const place = workstation();
    const signing = new SessionSigning(person, place, new Guesses(meta, clock));
    const publicKeys = [await person.signer.publicKey(), await place.publicKey()].map((key) => Buffer.from(key).toString('base64'));
    for (const [purpose, by, passphrase] of [['tick', 'session', undefined], ['order', 'session', undefined], ['approval', 'typed', 'correct horse']] as const) {
      const made = await signing.sign(purpose, DIGEST, by, passphrase);
      if ('refusal' in made) throw new Error(made.refusal.code);
      const { signed } = made;
      expect(signed).toMatchObject({ purpose, digest: DIGEST, personKey: keyIdOf(await person.signer.publicKey()), workstationKey: keyIdOf(await place.publicKey()) });
      const bytes = signedBytes(purpose, DIGEST);
      expect(isSignedBy(publicKeys[0]!, bytes, signed.personSignature) && isSignedBy(publicKeys[1]!, bytes, signed.workstationSignature)).toBe(true);
      expect(isSignedBy(publicKeys[0]!, signedBytes(purpose === 'tick' ? 'order' : 'tick', DIGEST), signed.personSignature)).toBe(false);
    }
  });

  it('an approval with no passphrase, or by the session’s open key, is refused', async () => {
    const { meta, clock, count } = guessing();
    const signing = new SessionSigning(await ready(), workstation(), new Guesses(meta, clock));
    expect(await signing.sign('approval', DIGEST, 'typed', undefined)).toEqual({ refusal: { code: 'wrong-passphrase' } });
    expect(count()).toBe(0);
  });

  it('says what is missing: the person’s key, or the machine’s', async () => {
    const { meta, clock } = guessing();
    const code = async (person: PersonSigner, place: Signer | null) => {
      const made = await new SessionSigning(person, place, new Guesses(meta, clock)).sign('tick', DIGEST, 'session', undefined);
      return 'refusal' in made ? made.refusal.code : 'signed';
    };
    expect(await code({ state: 'lost' }, workstation())).toBe('key-lost');
    expect(await code({ state: 'none' }, workstation())).toBe('key-missing');
    expect(await code(await ready(), null)).toBe('workstation-key-lost');
    expect(await code(await ready(), workstation())).toBe('signed');
  });

  it('[CT3] waits for a key that is still being opened, and says so meanwhile', async () => {
    const { meta, clock } = guessing();
    const { signer } = await ready();
    const opening = Promise.withResolvers<PersonSigner>();
    const signing = new SessionSigning({ state: 'opening', opened: opening.promise }, workstation(), new Guesses(meta, clock));
    const tick = signing.sign('tick', DIGEST, 'session', undefined);
    const approval = signing.sign('approval', DIGEST, 'typed', 'correct horse');
    const wrong = signing.sign('approval', DIGEST, 'typed', 'wrong horse');
    const certified = signing.certify(Buffer.from('what is sealed'));
    expect(signing.state).toBe('opening');
    opening.resolve({ state: 'ready', signer });
    await signing.opened;
    expect(signing.state).toBe('ready');
    const personKey = keyIdOf(await signer.publicKey());
    expect(await tick).toMatchObject({ signed: { personKey } });
    expect(await approval).toMatchObject({ signed: { personKey } });
    expect(await wrong).toMatchObject({ refusal: { code: 'wrong-passphrase' } });
    expect((await certified).person).toMatchObject({ key: personKey });
  });

  it('[CT3] refuses by a key that did not open in the end, could not be tried, or was lost before', async () => {
    const { meta, clock } = guessing();
    const { signer } = await ready();
    const ends: [Promise<PersonSigner>, boolean][] = [
      [Promise.resolve({ state: 'lost' }), false], [Promise.reject(new Error('no memory for it')), false], [Promise.resolve({ state: 'ready', signer }), true],
    ];
    for (const [opened, refusedByTheServer] of ends) {
      const signing = new SessionSigning({ state: 'opening', opened }, workstation(), new Guesses(meta, clock));
      if (refusedByTheServer) signing.lose();
      expect(await signing.sign('tick', DIGEST, 'session', undefined)).toEqual({ refusal: { code: 'key-lost' } });
      expect(signing.state).toBe('lost');
    }
    // Whoever started the session reports why.
    await expect(new SessionSigning({ state: 'opening', opened: ends[1]![0] }, null, new Guesses(meta, clock)).opened).rejects.toThrow('no memory');
  });

  it('leaves room for a token that asks for a finger, or is not there', async () => {
    const token: Signer = {
      publicKey: () => Promise.resolve(new Uint8Array(32)),
      sign: () => new Promise((resolve) => setImmediate(() => resolve({ ok: false, refusal: { code: 'key-missing' } }))),
    };
    const { meta, clock } = guessing();
    const signing = new SessionSigning({ state: 'ready', signer: token }, workstation(), new Guesses(meta, clock));
    expect(await signing.sign('approval', DIGEST, 'typed', '1234')).toEqual({ refusal: { code: 'key-missing' } });
    expect(await signing.sign('tick', DIGEST, 'session', undefined)).toEqual({ refusal: { code: 'key-missing' } });
  });
});

describe('[TP8] wrong passphrases', () => {
  it('lock the signing of the session for a quarter of an hour after the fifth, ticks too', async () => {
    const world = guessing();
    const signing = new SessionSigning(await ready(), workstation(), new Guesses(world.meta, world.clock));
    const approve = async (passphrase: string) => {
      const made = await signing.sign('approval', DIGEST, 'typed', passphrase);
      return 'refusal' in made ? [made.refusal.code, made.refusal.detail?.left ?? null] : ['signed', null];
    };
    for (let left = MAX_GUESSES - 1; left > 0; left -= 1) expect(await approve('guess')).toEqual(['wrong-passphrase', left]);
    expect(await approve('guess')).toEqual(['locked-out', null]);
    expect(await approve('correct horse')).toEqual(['locked-out', null]);
    expect(await signing.sign('tick', DIGEST, 'session', undefined)).toMatchObject({ refusal: { code: 'locked-out' } });
    // Starting anew saves nothing: the count is in the file.
    const again = new SessionSigning(await ready(), workstation(), new Guesses(world.meta, world.clock));
    expect(await again.sign('tick', DIGEST, 'session', undefined)).toMatchObject({ refusal: { code: 'locked-out' } });
    world.advance(LOCK_MS - 1);
    expect(await approve('correct horse')).toEqual(['locked-out', null]);
    world.advance(1);
    expect(await approve('guess')).toEqual(['wrong-passphrase', MAX_GUESSES - 1]);
    expect(await approve('correct horse')).toEqual(['signed', null]);
    expect(world.count()).toBe(0);
  });

  it('are counted before they are checked, and asked at once they count one by one', async () => {
    const world = guessing();
    const guesses = new Guesses(world.meta, world.clock);
    let seen = 0;
    await guesses.guess(() => {
      seen = world.count();
      return Promise.resolve('right');
    });
    expect(seen).toBe(1);
    let checks = 0;
    const many = await Promise.all(Array.from({ length: 20 }, () => guesses.guess(() => {
      checks += 1;
      return Promise.resolve(null);
    })));
    expect(checks).toBe(MAX_GUESSES);
    expect(many.map((one) => ('refusal' in one ? one.refusal.code : 'right')).filter((code) => code === 'locked-out')).toHaveLength(20 - MAX_GUESSES + 1);
  });

  it('a check that fails to be made has used the guess up, and does not stop the next', async () => {
    const world = guessing();
    const guesses = new Guesses(world.meta, world.clock);
    await expect(guesses.guess(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
    expect(world.count()).toBe(1);
    expect(await guesses.guess(() => Promise.resolve('right'))).toEqual({ value: 'right' });
  });
});
