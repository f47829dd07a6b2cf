import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Spool } from '../../../electron/desk/spool/spool.ts';

/** A workstation's spool (SY10), and what a power loss leaves of it: every row is synced before it is answered for, and the model keeps all that was written. */
export class SpoolHome {
  readonly #root: string;
  #generation = 0;
  #open: Spool | null = null;

  constructor(root: string, machine: string) {
    this.#root = join(root, `spool of ${machine}`);
    mkdirSync(this.#folder(0), { recursive: true });
  }

  #folder(generation: number): string {
    return join(this.#root, String(generation));
  }

  open(): Spool {
    this.#open ??= new Spool(this.#folder(this.#generation), { overlap: false });
    return this.#open;
  }

  /** What is there at this moment is what will be there when the power is back. */
  powerFails(): void {
    const now = this.#folder(this.#generation);
    rmSync(this.#folder(this.#generation + 1), { recursive: true, force: true });
    if (existsSync(now)) cpSync(now, this.#folder(this.#generation + 1), { recursive: true });
  }

  /** The handles are dropped. */
  becomesWhatWasLeft(): void {
    this.close();
    rmSync(this.#folder(this.#generation), { recursive: true, force: true });
    this.#generation += 1;
  }

  /** To where a workstation has everything of its own: the folder that its wiper clears. */
  moveTo(root: string): Spool {
    this.close();
    const now = join(this.#folder(this.#generation), 'spool');
    if (existsSync(now)) renameSync(now, join(root, 'spool'));
    this.#open = new Spool(root, { overlap: false });
    return this.#open;
  }

  close(): void {
    this.#open?.close();
    this.#open = null;
  }
}
