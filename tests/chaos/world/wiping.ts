import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { Wiper } from '../../../electron/desk/wipe/wiper.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import type { PostSpool } from '../../../electron/desk/spool/spool-over-http.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import type { SpoolHome } from './spool-home.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

type Parts = { root: string; server: string; time: VirtualTime; home: SpoolHome; desktops: readonly DesktopMachine[]; post: PostSpool; trouble(what: string): void };

/** PR6: a workstation that was revoked and has heard of it. Its profiles and its spool lie as on a real disk, so that the product's own wiper may take them. */
export class Wiping {
  readonly root: string;
  readonly #parts: Parts;
  #process: Process = { name: 'wiper', alive: true };
  #wiper: Wiper | null = null;
  isDone = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.root = parts.root;
    mkdirSync(this.root, { recursive: true });
    for (const desktop of parts.desktops) {
      desktop.gone = true;
      desktop.stop();
      if (existsSync(desktop.disk.folder)) renameSync(desktop.disk.folder, profileFolder(this.root, parts.server, desktop.person.account).path);
    }
    this.#wiper = this.#make();
  }

  #make(): Wiper {
    const { time, post, server, trouble } = this.#parts;
    const process = this.#process;
    return new Wiper({
      root: this.root, spool: this.#parts.home.moveTo(this.root),
      post: async (to, request) => (process.alive ? post(to, request) : null),
      environment: { now: () => time.nowMs, after: (ms, run) => time.after(ms, process, run) },
      changed: (refusal) => {
        if (refusal.code === 'workstation-wiped') this.isDone = true;
      },
      report: (error) => trouble(`the wiper of ${server} reported: ${String(error)}`),
    });
  }

  begin(): void {
    void this.#wiper?.begin(this.#parts.server);
  }

  /** The power fails, and the program starts again. */
  again(): void {
    if (this.isDone) return;
    this.#wiper?.stop();
    this.#process.alive = false;
    this.#process = { name: 'wiper again', alive: true };
    this.#wiper = this.#make();
    this.#wiper.resume();
  }
}
