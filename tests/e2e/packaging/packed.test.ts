/** What `npm run pack` makes: the program starts as an ordinary user would start it, and signs in. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ElectronApplication } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktopCommand, makeFolder, projectFolder, removeFolder } from '../../../build/launch.ts';
import { packedProgram } from '../../../build/packed-program.ts';
import { readRuntime } from '../../../build/runtime-file.ts';
import { stagePackedProgram } from '../../../build/stage.ts';
import { startVirtualDisplay, type VirtualDisplay } from '../../../build/virtual-display.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { launchElectron } from '../harness/launch-electron.ts';

const centre = new CentreProcess();
const runtime = readRuntime();
let display: VirtualDisplay;
let program: ReturnType<typeof stagePackedProgram>;
let profile: string;
let app: ElectronApplication;

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
/** Packed from what is built now, and by what packs now; otherwise it is packed again. */
function isFresh(): boolean {
  const packed = timeOf(join(dirname(packedProgram(runtime)), 'resources', 'app.asar'));
  return ['out/.built', 'electron-builder.yml', 'build/pack.ts', 'package-lock.json'].every((source) => timeOf(join(projectFolder, source)) < packed);
}

beforeAll(async () => {
  const started = centre.start();
  if (!isFresh()) {
    const packing = spawnSync(process.execPath, ['build/pack.ts'], { cwd: projectFolder, encoding: 'utf8' });
    if (packing.status !== 0) throw new Error(`pack ended with ${packing.status}: ${packing.stdout.slice(-2_000)}${packing.stderr.slice(-2_000)}`);
  }
  display = await startVirtualDisplay({ width: 1366, height: 768 }, true);
  program = stagePackedProgram();
  profile = makeFolder('packed', true);
  await started;
});
afterAll(async () => {
  await app?.close();
  display?.stop();
  program?.remove();
  if (profile) removeFolder(profile);
  await centre.stop();
});

describe('the packed program', () => {
  it('holds one archive, the addon, and neither sources nor maps beside it', () => {
    const resources = readdirSync(join(dirname(packedProgram(runtime)), 'resources'));
    expect(resources).toContain('app.asar');
    expect(resources).not.toContain('app');
    expect(resources).not.toContain('default_app.asar');
  });

  it('is named for what it is: from a stand-in runtime, untested', () => {
    expect(packedProgram(runtime).endsWith('aidline-untested')).toBe(runtime.electron.fallback && process.platform === 'linux');
  });

  it('starts in Chromium’s sandbox and signs in', async () => {
    app = await launchElectron(() => desktopCommand({ userDataDir: profile, server: centre.url, demo: true, as: 'agent', language: 'zh-CN' }, { program: { executable: program.executable }, asTestUser: true, env: display.env }));
    expect(await app.evaluate(({ app: running }) => ({ packaged: running.isPackaged, open: running.commandLine.hasSwitch('no-sandbox') }))).toEqual({ packaged: true, open: false });
    const page = await app.firstWindow();
    page.setDefaultTimeout(30_000);
    await page.getByTestId('demo-account-agent').click();
    await page.getByTestId('sign-in-password').press('Enter');
    await page.locator('[data-testid="light-centre"][data-light="ok"]').waitFor();
    await page.getByTestId('go-available').click();
    await page.locator('[data-testid="agent-state"][data-state="available"]').waitFor();
    await centre.turn('call', { customerId: 'cust-story-small' });
    await page.getByTestId('ringing-number').waitFor();
  });
});
