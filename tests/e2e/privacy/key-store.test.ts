/**
 * The file's key with a real key store of the operating system and without: gnome-keyring on a message bus of its own, and a
 * bare machine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktopCommand, makeFolder, removeFolder } from '../../../build/launch.ts';
import { stageProgram, type StagedProgram } from '../../../build/stage.ts';
import { startVirtualDisplay, type VirtualDisplay } from '../../../build/virtual-display.ts';
import { openFileKey } from '../../../electron/desk/store/file-key.ts';
import { profileAt, readKeyFile, type KeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { openFolder, startScript } from '../harness/own-start.ts';
import { launchElectron } from '../harness/launch-electron.ts';

const centre = new CentreProcess();
const folders: string[] = [];
let display: VirtualDisplay;
let program: StagedProgram;
let profile: string;

beforeAll(async () => {
  [display] = await Promise.all([startVirtualDisplay({ width: 1366, height: 768 }, true), centre.start()]);
  program = stageProgram();
  profile = makeFolder('key-store', true);
});
afterAll(async () => {
  display?.stop();
  program?.remove();
  for (const folder of [...folders, profile]) if (folder) removeFolder(folder);
  await centre.stop();
});

/** @param ring folder of the key ring; null for a machine without one */
async function open(ring: string | null): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await launchElectron(() => {
    const command = desktopCommand(
      { userDataDir: profile, server: centre.url, demo: true, as: 'agent', language: 'zh-CN' },
      { asTestUser: true, env: display.env, program: { folder: program.folder } },
    );
    if (ring === null) return command;
    const before = [
      `export XDG_CURRENT_DESKTOP=GNOME XDG_DATA_HOME='${ring}' XDG_RUNTIME_DIR='${ring}'`,
      `printf 'the ring of this machine' | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1`,
    ].join('\n');
    return { ...command, executablePath: startScript(ring, before, 'dbus-run-session --') };
  });
  const page = await app.firstWindow();
  page.setDefaultTimeout(30_000);
  return { app, page };
}
async function signIn(page: Page): Promise<void> {
  await page.getByTestId('demo-account-agent').click();
  await page.getByTestId('sign-in-password').press('Enter');
}
function keyFile(): KeyFile {
  const desk = join(profile, 'desk');
  const held = readdirSync(desk).filter((name) => /^[0-9a-f]{24}$/.test(name)).map((name) => readKeyFile(profileAt(join(desk, name))));
  if (held.length !== 1 || held[0] == null) throw new Error(`${held.length} key files`);
  return held[0];
}
const aRing = (): string => {
  const folder = openFolder('ring');
  folders.push(folder);
  return folder;
};

describe.skipIf(process.platform !== 'linux')('[PR1] the file’s key and the operating system’s key store', () => {
  const ring = aRing();

  it('with a real one the key is under it as well, and the passphrase alone opens nothing', async () => {
    const { app, page } = await open(ring);
    expect(await app.evaluate(({ safeStorage }) => [safeStorage.getSelectedStorageBackend(), safeStorage.isEncryptionAvailable()])).toEqual(['gnome_libsecret', true]);
    await signIn(page);
    await page.getByTestId('top-bar').waitFor();
    await app.close();
    const held = keyFile();
    expect(held).toMatchObject({ format: 2, machine: { store: 'gnome_libsecret' } });
    await expect(openFileKey(held, 'aidline-demo', { nativeBinding: null })).rejects.toMatchObject({ refusal: { code: 'key-store-lost' } });
    expect(await openFileKey({ ...held, machine: null }, 'aidline-demo', { nativeBinding: null })).toBeNull();
    // What lies on the disk names neither half.
    expect(readFileSync(join(profile, 'desk', readdirSync(join(profile, 'desk')).find((name) => /^[0-9a-f]{24}$/.test(name)) ?? '', 'key.json'), 'utf8')).not.toContain('aidline-demo');
  });

  it('the same ring opens it again', async () => {
    const before = keyFile();
    const { app, page } = await open(ring);
    await signIn(page);
    await page.getByTestId('top-bar').waitFor();
    await app.close();
    expect(keyFile().machine).toEqual(before.machine);
  });

  it('[RB2] where the ring is another or gone it says so, and lets the person begin anew', async () => {
    const other = await open(aRing());
    await signIn(other.page);
    await other.page.locator('[data-code="key-store-lost"]').waitFor();
    await other.app.close();
    const { app, page } = await open(null);
    expect(await app.evaluate(({ safeStorage }) => safeStorage.isEncryptionAvailable())).toBe(false);
    await signIn(page);
    await page.locator('[data-code="key-store-lost"]').waitFor();
    await page.getByTestId('sign-in-move-aside').click();
    await page.getByTestId('sign-in-move-aside').waitFor({ state: 'detached' });
    await page.getByTestId('sign-in-password').fill('aidline-demo');
    await page.getByTestId('sign-in-password').press('Enter');
    await page.getByTestId('top-bar').waitFor();
    await app.close();
    expect(keyFile().machine).toBeNull();
    expect(readdirSync(join(profile, 'desk')).some((name) => name.includes('.aside-'))).toBe(true);
  });

  it('without one the passphrase alone guards the file, and opens it', async () => {
    const held = keyFile();
    expect(await openFileKey(held, 'aidline-demo', { nativeBinding: null })).not.toBeNull();
    expect(await openFileKey(held, 'something else', { nativeBinding: null })).toBeNull();
  });

  it('one that comes later takes the key in with the next sign-in', async () => {
    const { app, page } = await open(aRing());
    await signIn(page);
    await page.getByTestId('top-bar').waitFor();
    await app.close();
    expect(keyFile().machine).toMatchObject({ store: 'gnome_libsecret' });
  });
});
