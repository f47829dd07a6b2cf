import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { instantOf, type Environment } from '../environment.ts';
import { workstationPath } from '../signing/workstation-key.ts';
import { deliverSpool } from '../spool/deliver.ts';
import { plainServer, type Spool } from '../spool/spool.ts';
import type { PostSpool } from '../spool/spool-over-http.ts';
import { onDisk, storeTroubleOf } from '../store/store-refusal.ts';
import { headOf, profilesOf, removeProfile } from './folders.ts';
import { removeWipeNote, wipeNoteOf, wipeNotes, writeWipeNote } from './note.ts';

const RETRY_MS = 60_000;
const SpoolHeadLine = z.object({ head: z.object({ server: z.string() }) });

export type WiperParts = {
  /** Folder of all profiles. */
  root: string;
  spool: Spool;
  post: PostSpool;
  environment: Pick<Environment, 'now' | 'after'>;
  /** What the sign-in screen has to say has changed. */
  changed(refusal: Refusal): void;
  report(error: unknown): void;
};

/**
 * A revoked workstation wipes itself as soon as it hears of it (PR6): first what was left unsent here goes to the server,
 * which tells what becomes of it (SY10), then every person's file, the spool and this machine's key go. Until the unsent work
 * is there it waits, says so, and lets nobody sign in. Cut off at any point it goes on at the next start.
 */
export class Wiper {
  readonly #parts: WiperParts;
  readonly #running = new Map<string, Promise<{ refusal: Refusal }>>();
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(parts: WiperParts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier run could not finish. @returns what the screen says of it; null where nothing is to say */
  resume(): Refusal | null {
    try {
      const { root } = this.#parts;
      for (const { server, doneAt } of wipeNotes(root)) if (doneAt === null) void this.#again(server);
      // As it stands now: where nothing waited any more, all is removed already.
      const notes = wipeNotes(root);
      const first = notes.find(({ doneAt }) => doneAt === null) ?? notes[0];
      return first === undefined ? null : this.#said(first.server, first.doneAt).refusal;
    } catch (error) {
      this.#trouble(error);
      return null;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** The server has said that this workstation is revoked. @returns what to tell whoever sits here */
  async begin(server: string): Promise<{ refusal: Refusal }> {
    const { root, environment } = this.#parts;
    if (wipeNoteOf(root, server)?.doneAt !== null) writeWipeNote(root, { server, heardAt: instantOf(environment.now()), doneAt: null });
    return this.#again(server);
  }

  /** Whether anybody may sign in at this server from here. */
  async gate(server: string): Promise<{ refusal: Refusal } | null> {
    const note = wipeNoteOf(this.#parts.root, server);
    return note === null || note.doneAt !== null ? null : this.#again(server);
  }

  /** In place of "not enrolled", where there was somebody enrolled before. */
  instead(server: string): { refusal: Refusal } | null {
    const note = wipeNoteOf(this.#parts.root, server);
    return note === null ? null : this.#said(server, note.doneAt);
  }

  /** The machine is enrolled anew: what was is over. */
  over(server: string): void {
    if (wipeNoteOf(this.#parts.root, server)?.doneAt != null) removeWipeNote(this.#parts.root, server);
  }

  #said(server: string, doneAt: string | null): { refusal: Refusal } {
    return doneAt === null ? refuse('workstation-wiping', { waiting: this.#parts.spool.count(server) }) : refuse('workstation-wiped', { at: doneAt });
  }

  /** One attempt at a time for each server. */
  #again(server: string): Promise<{ refusal: Refusal }> {
    const running = this.#running.get(server) ?? this.#attempt(server).finally(() => this.#running.delete(server));
    this.#running.set(server, running);
    return running;
  }

  async #attempt(server: string): Promise<{ refusal: Refusal }> {
    const { root, spool, post, environment, changed } = this.#parts;
    let doneAt: string | null = null;
    try {
      if (!spool.isEmpty(server)) await deliverSpool({ spool, server, post, now: () => instantOf(environment.now()), stopped: () => this.#stopped });
      if (!this.#stopped && spool.isEmpty(server)) {
        this.#removeAll(server);
        doneAt = instantOf(environment.now());
        // Last: while it is not there, everything above is done again.
        writeWipeNote(root, { server, heardAt: wipeNoteOf(root, server)?.heardAt ?? doneAt, doneAt });
      }
    } catch (error) {
      this.#trouble(error);
    }
    const said = this.#said(server, doneAt);
    if (this.#stopped) return said;
    if (doneAt === null) {
      this.#cancel();
      this.#cancel = environment.after(RETRY_MS, () => void this.#again(server));
    }
    changed(said.refusal);
    return said;
  }

  #removeAll(server: string): void {
    const { root, spool } = this.#parts;
    for (const { folder } of profilesOf(root, server)) removeProfile(folder);
    spool.close();
    onDisk(() => {
      const spooled = join(root, 'spool');
      for (const name of existsSync(spooled) ? readdirSync(spooled) : []) {
        const path = join(spooled, name);
        if (isOf(headOf(path), server)) rmSync(path, { force: true });
      }
      const key = workstationPath(root, server);
      for (const name of readdirSync(dirname(key))) if (name.startsWith(basename(key))) rmSync(join(dirname(key), name), { force: true });
    });
  }

  #trouble(error: unknown): void {
    if (!this.#stopped && storeTroubleOf(error) === null) this.#parts.report(error);
  }
}

/** A spool file says in its first line whose it is; one that does not is nobody's. */
function isOf(head: string, server: string): boolean {
  try {
    const line = SpoolHeadLine.safeParse(JSON.parse(head.slice(0, head.indexOf('\n'))));
    return !line.success || line.data.head.server === plainServer(server);
  } catch {
    return true;
  }
}
