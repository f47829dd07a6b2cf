import { setTimeout as wait } from 'node:timers/promises';
import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import type { CommandResult } from '#shared/protocol/command.ts';
import { RawDesktop } from '../integration/server/raw-desktop.ts';

const AGAIN_MS = 100;

/** A raw desktop that comes back by itself, as a real one does, and sends again what was not answered. */
export class PersistentDesktop {
  readonly raw: RawDesktop;
  #back: Promise<void> | null = null;
  #closed = false;

  private constructor(raw: RawDesktop) {
    this.raw = raw;
    this.#watch();
  }

  static async signIn(url: string, account: string): Promise<PersistentDesktop> {
    return new PersistentDesktop(await RawDesktop.signIn(url, account));
  }

  #watch(): void {
    this.raw.socket.once('disconnect', () => void this.back());
  }

  /** Resolves when the line stands. */
  back(): Promise<void> {
    this.#back ??= this.#come().finally(() => (this.#back = null));
    return this.#back;
  }

  async #come(): Promise<void> {
    while (!this.#closed) {
      if (this.raw.socket.connected) return;
      try {
        await this.raw.connect();
        this.#watch();
        return;
      } catch {
        this.raw.close();
        await wait(AGAIN_MS);
      }
    }
  }

  /** Until it is answered. */
  async command<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>): Promise<CommandResult & { id: string }> {
    const made = this.raw.make(kind, caseId, body);
    for (;;) {
      try {
        return await this.raw.send(made);
      } catch (error) {
        if (this.#closed) throw error;
        await wait(AGAIN_MS);
        await this.back();
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.raw.close();
  }
}
