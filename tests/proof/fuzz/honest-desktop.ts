import { v7 as uuidv7 } from 'uuid';
import { RawDesktop } from '../../integration/server/raw-desktop.ts';

/** Somebody at work while the others throw things: every command is answered in time, and the connection stays. */
export class HonestDesktop {
  readonly #desktop: RawDesktop;
  readonly caseId = uuidv7();
  commands = 0;
  slowestMs = 0;
  readonly errors: string[] = [];

  private constructor(desktop: RawDesktop) {
    this.#desktop = desktop;
    desktop.socket.on('disconnect', (why) => this.errors.push(`disconnected: ${why}`));
  }

  static async start(url: string, account: string): Promise<HonestDesktop> {
    const honest = new HonestDesktop(await RawDesktop.signIn(url, account));
    await honest.#desktop.must('open case', honest.caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    return honest;
  }

  /** One command, as saved as any: refused or unanswered is an error. */
  async work(): Promise<void> {
    const began = performance.now();
    try {
      await this.#desktop.must('write note', this.caseId, { noteId: uuidv7(), text: `第 ${this.commands} 条` });
      this.commands += 1;
    } catch (error) {
      this.errors.push(error instanceof Error ? error.message : String(error));
    }
    this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
  }

  /** What this desktop holds is what a desktop that starts from nothing gets, and all that it wrote is in it. */
  async agrees(url: string, account: string): Promise<void> {
    const fresh = await RawDesktop.signIn(url, account);
    await this.#desktop.until(() => this.#desktop.cases.get(this.caseId)?.notes.length === this.commands, 'the own notes').catch((error: unknown) => this.errors.push(String(error)));
    const [mine, theirs] = [this.#desktop.cases.get(this.caseId), fresh.cases.get(this.caseId)];
    if (mine?.notes.length !== this.commands || JSON.stringify(mine) !== JSON.stringify(theirs)) this.errors.push('the state does not agree');
    fresh.close();
  }

  close(): void {
    this.#desktop.socket.off('disconnect');
    this.#desktop.close();
  }
}
