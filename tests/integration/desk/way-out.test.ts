import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { openFileKey } from '../../../electron/desk/store/file-key.ts';
import { NO_KEY_STORE, type KeyStore } from '../../../electron/desk/store/key-store.ts';
import { profileFolder, readKeyFile, type ProfileFolder } from '../../../electron/desk/store/profile-folder.ts';
import type { Running } from '../../unit/desk/test-desk.ts';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, inStep } from './harness.ts';
import { aCase, aCentre, DEMO_PASSWORD, Line, note, notesAt } from './spool-stage.ts';

let centre: Awaited<ReturnType<typeof aCentre>>;
beforeAll(async () => {
  centre = await aCentre();
}, 60_000);
afterAll(() => centre.stop());

/** The ring of one user of this machine. */
const ring = (): KeyStore => {
  const kept = new Map<string, Buffer>();
  return {
    seal: (secret) => {
      const sealed = randomBytes(12).toString('base64');
      kept.set(sealed, Buffer.from(secret));
      return Promise.resolve({ store: 'gnome_libsecret', sealed });
    },
    open: ({ sealed }) => Promise.resolve(kept.has(sealed) ? { secret: Buffer.from(kept.get(sealed)!), stale: false } : null),
  };
};

async function writtenByTomorrow(folder: ProfileFolder): Promise<void> {
  const held = readKeyFile(folder);
  const found = held === null ? null : await openFileKey(held, DEMO_PASSWORD, { nativeBinding: null });
  if (found === null) throw new Error('the key does not open');
  const db = openDatabase(folder.database, found.key, null);
  db.pragma('user_version = 9999');
  db.close();
}

const troubles: { code: string; harm: (folder: ProfileFolder) => void | Promise<void>; keyStore?: KeyStore; later?: KeyStore }[] = [
  { code: 'store-key-lost', harm: ({ keyFile }) => rmSync(keyFile) },
  { code: 'store-corrupt', harm: ({ database }) => writeFileSync(database, randomBytes(20_000)) },
  { code: 'store-newer', harm: writtenByTomorrow },
  { code: 'key-store-lost', harm: () => {}, keyStore: ring(), later: NO_KEY_STORE },
];

describe('[RB2] [SY10] a file that cannot be opened any more costs no unsent work', () => {
  it.each(troubles)('$code: its own message, moved aside, and what was unsent reaches the centre from the spool, once', { timeout: 60_000 }, async ({ code, harm, keyStore, later }) => {
    const [root, line] = [aFolder(), new Line()];
    const sign = async (desk: Running): Promise<string> => {
      const answer = await desk.client.calls.signIn({ account: 'agent', password: DEMO_PASSWORD, server: centre.url });
      return answer.ok ? 'ok' : answer.refusal.code;
    };
    const desk = aDesk(root, { ...line.parts, ...(keyStore === undefined ? {} : { keyStore }) });
    expect(await sign(desk)).toBe('ok');
    await inStep(desk);
    const caseId = await aCase(desk);
    await note(desk, caseId, 'before');
    await inStep(desk);
    line.cut();
    await note(desk, caseId, 'in the night');
    await desk.client.calls.signOut({ evenUnsent: true });
    desk.close();
    await harm(profileFolder(root, centre.url, 'agent'));

    line.mend();
    const next = aDesk(root, { ...line.parts, ...(later === undefined ? {} : { keyStore: later }) });
    expect(await sign(next)).toBe(code);
    // Nothing is done about it unasked.
    expect(await sign(next)).toBe(code);
    expect(await next.client.calls.moveAside({ account: 'agent', server: centre.url })).toMatchObject({ ok: true });
    expect(await sign(next)).toBe('ok');
    await inStep(next);
    await untilView(next.client, 'sync', {}, (view) => view.spooled === 0);
    await expect.poll(() => notesAt(centre.running, caseId), { timeout: 10_000 }).toEqual(['before', 'in the night']);
    expect(next.errors).toEqual([]);
  });
});
