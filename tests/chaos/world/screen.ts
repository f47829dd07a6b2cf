/** What a person does at their screen, what it answers them, and what it must still show later. */
import type { CaseState } from '#shared/case/state.ts';
import type { CommandParams } from '#shared/protocol/desk-command.ts';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { OpenSession } from '../../../electron/desk/session/open-session.ts';
import { storeTroubleOf } from '../../../electron/desk/store/store-refusal.ts';
import type { DesktopMachine, DesktopParts } from './desktop-machine.ts';
import type { OneScreen } from './two-at-one-screen.ts';
import type { Worker } from './work.ts';

/** A person at their simulated machine. */
export class Screen implements OneScreen {
  readonly #here: DesktopMachine;
  readonly #parts: Pick<DesktopParts, 'time' | 'trace' | 'saved'>;
  /** Notes that were saved here, by the command that wrote each. */
  readonly #notes = new Map<string, { case: string; noteId: string }>();

  constructor(here: DesktopMachine, parts: Pick<DesktopParts, 'time' | 'trace' | 'saved'>) {
    this.#here = here;
    this.#parts = parts;
  }

  get person(): Worker['person'] {
    return this.#here.person;
  }
  get nowMs(): number {
    return this.#here.nowMs;
  }
  newId(): string {
    return this.#here.newId();
  }

  cases(): CaseState[] | null {
    return this.#here.session?.book.all().map((view) => view.state as CaseState) ?? null;
  }

  async command(params: CommandParams): Promise<{ ok: boolean; code: string | null; id: string | null }> {
    const answer = await this.does(params.kind, (session) => session.given.command({ passphrase: 'typed', ...params }));
    if (!answer.ok) return { ok: false, code: answer.code, id: null };
    const id = answer.value.commandId;
    if (params.kind === 'write note') this.#notes.set(id, { case: params.case, noteId: (params.body as { noteId: string }).noteId });
    this.saidSaved(id, params.case, params.kind);
    return { ok: true, code: null, id };
  }

  /** It said that this is saved. */
  saidSaved(id: string, caseId: string, kind: string): void {
    const { name, desktop, person } = this.#here;
    const { time, trace, saved } = this.#parts;
    trace.say(name, `saved ${kind} ${id} of ${caseId}`);
    saved({ id, atMs: time.nowMs, machine: name, desktop, person: person.id, case: caseId, kind });
  }

  /** Whatever people do at it, and what it answers them. */
  async does<T>(what: string, does: (session: OpenSession) => DeskReply<T> | Promise<DeskReply<T>>): Promise<{ ok: true; value: T } | { ok: false; code: string }> {
    const here = this.#here;
    const { session, name } = here;
    if (session === null) return { ok: false, code: 'not-signed-in' };
    const { trace } = this.#parts;
    // A machine without power shows nothing any more.
    const isDark = (): boolean => here.session !== session;
    try {
      const answer = await does(session);
      if (isDark()) return { ok: false, code: 'no-power' };
      if (answer.ok) return answer;
      trace.say(name, `may not ${what}: ${answer.refusal.code} ${JSON.stringify(answer.refusal.detail ?? {})}`);
      return { ok: false, code: answer.refusal.code };
    } catch (error) {
      // As the door of the desk's process turns a full disk into a refusal.
      const trouble = storeTroubleOf(error);
      if (isDark()) return { ok: false, code: 'no-power' };
      if (trouble === null) {
        here.trouble(`${what} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return { ok: false, code: 'threw' };
      }
      trace.say(name, `could not save ${what}: ${trouble.refusal.code}`);
      return { ok: false, code: trouble.refusal.code };
    }
  }

  async ask(kind: string, body: unknown): Promise<boolean> {
    const { session } = this.#here;
    return session === null ? false : (await session.atCentre.ask(kind, body)).ok;
  }

  coSign(params: Parameters<OneScreen['coSign']>[0]): ReturnType<OneScreen['coSign']> {
    return this.does(`co-sign: ${params.step}`, (session) => session.coSign.step(params));
  }

  coSigned(caseId: string, kind: string): void {
    const row = this.#here.store?.outbox.ofStream(caseId).findLast((one) => one.kind === kind);
    if (row !== undefined) this.saidSaved(row.id, caseId, kind);
  }

  /** SY8: what was saved here is on screen here, before and after the centre has it, unless it says that it is refused or doubtful. */
  check(): void {
    const { session, store } = this.#here;
    if (session === null || store === null) return;
    for (const [id, note] of this.#notes) {
      const view = session.book.view(note.case);
      const row = store.outbox.get(id);
      if (view === null || row === null || row.status === 'refused' || view.marks.some((mark) => mark.command === id && mark.doubtful !== null)) continue;
      if ((view.state as CaseState).notes.some((one) => one.noteId === note.noteId)) continue;
      this.#notes.delete(id);
      this.#here.trouble(`[SY8] note ${id} was saved here, is ${row.status} and not on screen`);
    }
  }
}
