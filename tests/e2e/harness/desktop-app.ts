import type { ChildProcess } from 'node:child_process';
import type { ElectronApplication, Page } from 'playwright-core';
import { desktopCommand, makeFolder, removeFolder, type DesktopSpec } from '../../../build/launch.ts';
import { stageProgram, type StagedProgram } from '../../../build/stage.ts';
import { startVirtualDisplay, type VirtualDisplay } from '../../../build/virtual-display.ts';
import { launchElectron } from './launch-electron.ts';

export type DesktopWish = { server: string; as: string; language?: 'zh-CN' | 'en'; theme?: 'light' | 'dark'; profile?: string };

/** The built program and a display in memory, shared by the desktops of one test file. */
export class Floor {
  readonly #display: VirtualDisplay;
  readonly #program: StagedProgram;
  readonly #open = new Set<Desktop>();

  private constructor(display: VirtualDisplay, program: StagedProgram) {
    this.#display = display;
    this.#program = program;
  }

  static async open(size = { width: 1920, height: 1080 }): Promise<Floor> {
    return new Floor(await startVirtualDisplay(size, true), stageProgram());
  }

  /** The display, for other programs beside the desktops. */
  get env(): Record<string, string> {
    return this.#display.env;
  }

  /** Opens a real desktop as an ordinary user, Chromium's sandbox on. */
  async desktop(wish: DesktopWish): Promise<Desktop> {
    const profile = wish.profile ?? makeFolder(`desktop-${wish.as}`, true);
    const spec: DesktopSpec = {
      userDataDir: profile, server: wish.server, demo: true, as: wish.as, language: wish.language ?? 'zh-CN', theme: wish.theme ?? 'light', workstation: `e2e-${wish.as}`,
    };
    const app = await launchElectron(() => desktopCommand(spec, { asTestUser: true, env: this.#display.env, program: { folder: this.#program.folder } }));
    const page = await app.firstWindow();
    page.setDefaultTimeout(20_000);
    const desktop = new Desktop(app, page, profile);
    this.#open.add(desktop);
    return desktop;
  }

  async close(): Promise<void> {
    for (const desktop of this.#open) await desktop.close();
    this.#display.stop();
    this.#program.remove();
  }
}

/** One desktop, driven by keyboard and mouse only. */
export class Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
  /** Playwright forgets it when the program has ended. */
  readonly #child: ChildProcess;
  #errors = '';

  constructor(app: ElectronApplication, page: Page, profile: string) {
    this.app = app;
    this.page = page;
    this.profile = profile;
    this.#child = app.process();
    this.#child.stderr?.on('data', (text: Buffer) => { this.#errors = (this.#errors + text.toString()).slice(-8_000); });
  }

  /** The desktop's last words, Chromium's among them. */
  get said(): string {
    return this.#errors;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the program has ended. */
  async ended(): Promise<void> {
    if (this.alive) await new Promise((done) => this.#child.once('exit', done));
  }

  /** As a crash: nothing is asked, nothing is saved any more. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }

  async close(): Promise<void> {
    if (this.alive) await this.kill();
    removeFolder(this.profile);
  }
}
