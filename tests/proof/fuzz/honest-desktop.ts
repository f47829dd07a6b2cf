import { v7 as uuidv7 } from 'uuid';
import { RawDesktop } from '../../integration/server/raw-desktop.ts';

/** Matters come to an end: one that grows for ever would be a growth of its own, as each state of it is held with all its notes. */
const NOTES_A_CASE = 50;

/** Somebody at work while the others throw things: every command is answered in time, and the connection stays. */
export class HonestDesktop {
  readonly #desktop: RawDesktop;
  /** The notes that each of its cases was answered for. */
  readonly #written = new Map<string, number>();
  #caseId = '';
  #turn: Promise<void> = Promise.resolve();
  commands = 0;
  slowestMs = 0;
  readonly errors: string[] = [];

  private constructor(desktop: RawDesktop) {
    this.#desktop = desktop;
    desktop.socket.on('disconnect', (why) => this.errors.push(`disconnected: ${why}`));
  }

  static async start(url: string, account: string): Promise<HonestDesktop> {
    return new HonestDesktop(await RawDesktop.signIn(url, account));
  }

  /** One command after the other, as saved as any: refused or unanswered is an error. */
  work(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#work());
    return this.#turn;
  }

  async #work(): Promise<void> {
    const began = performance.now();
    try {
      if (this.commands % NOTES_A_CASE === 0) {
        this.#caseId = uuidv7();
        await this.#desktop.must('open case', this.#caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
      }
      const caseId = this.#caseId;
      await this.#desktop.must('write note', caseId, { noteId: uuidv7(), text: `第 ${this.commands} 条` });
      this.#written.set(caseId, (this.#written.get(caseId) ?? 0) + 1);
      this.commands += 1;
    } catch (error) {
      this.errors.push(error instanceof Error ? error.message : String(error));
    }
    this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
  }

  /** What this desktop holds is what a desktop that starts from nothing gets, and all that it wrote is in it. */
  async agrees(url: string, account: string): Promise<void> {
    const fresh = await RawDesktop.signIn(url, account);
    for (const [caseId, notes] of this.#written) {
      await this.#desktop.until(() => this.#desktop.cases.get(caseId)?.notes.length === notes, 'the own notes').catch((error: unknown) => this.errors.push(String(error)));
      const [mine, theirs] = [this.#desktop.cases.get(caseId), fresh.cases.get(caseId)];
      if (mine?.notes.length !== notes || JSON.stringify(mine) !== JSON.stringify(theirs)) this.errors.push(`the state of ${caseId} does not agree`);
    }
    fresh.close();
  }

  close(): void {
    this.#desktop.socket.off('disconnect');
    this.#desktop.close();
  }
}
