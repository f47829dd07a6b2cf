import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { CommandAnswer, CommandParams } from '#shared/protocol/desk-command.ts';
import { giveCommand, giveSigned, type CommandParts } from '../give-command.ts';
import { HAND_OVER_HERE } from '../hand-over-here.ts';
import type { Publisher } from '../rpc/publisher.ts';
import type { SessionSigning } from '../signing/session-signing.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { RecordedViews } from './recorded-views.ts';

/** What two people do at one screen (OF1, OF2) has ways of its own, in which the second types who they are: no screen gives it by itself. */
const BY_TWO: ReadonlySet<string> = new Set([HAND_OVER_HERE, 'enter blind here', 'co-sign here']);

export type GivenParts = {
  /** What every command of this session is decided and stored with. */
  command: CommandParts;
  signing: SessionSigning;
  publisher: Publisher;
  isOver(): boolean;
  /** Writes what is only a mark, where the session is not over and the disk can. */
  ifDiskCan(work: () => void): void;
  /** There is something to send. */
  wake(): void;
};

/** What this person does at this desk: their commands, and that they were shown a customer. */
export class Given {
  readonly #parts: GivenParts;
  readonly #views = new RecordedViews();

  constructor(parts: GivenParts) {
    this.#parts = parts;
  }

  command(params: CommandParams): DeskReply<CommandAnswer> | Promise<DeskReply<CommandAnswer>> {
    const { command, signing, isOver } = this.#parts;
    if (isOver()) return { ok: false, refusal: { code: 'signed-out' } };
    if (BY_TWO.has(params.kind)) return { ok: false, refusal: { code: 'command-unknown', detail: { kind: params.kind } } };
    if (!command.logic.isSigned(params.kind)) return this.#answered(giveCommand(command, params));
    return giveSigned(command, params, { keys: signing, isOver }).then((given) => this.#answered(given));
  }

  /** Answered once it is in the workstation's spool as well (SY10). */
  #answered({ row, spooled = null, ...answer }: ReturnType<typeof giveCommand>): DeskReply<CommandAnswer> | Promise<DeskReply<CommandAnswer>> {
    const tell = (): DeskReply<CommandAnswer> => {
      if (row !== undefined) this.stored(row);
      return answer;
    };
    return spooled === null ? tell() : spooled.then(tell);
  }

  /** A row is on disk: screens and line hear of it. */
  stored(row: OutboxRow): void {
    const { publisher, isOver, wake } = this.#parts;
    if (isOver()) return;
    publisher.caseChanged(row.stream);
    publisher.changed('sync');
    wake();
  }

  /** PR8: that this person was shown a customer's case goes to the audit log, without the line as well. */
  shown(caseId: string): void {
    const { command: { book, clock, logic, newId }, isOver, ifDiskCan } = this.#parts;
    const view = isOver() ? null : book.view(caseId);
    if (view === null || !this.#views.isDue(view, clock.nowMs())) return;
    const record = logic.viewOf(view.state, newId());
    if (record === null) return;
    ifDiskCan(() => {
      const at = clock.nowMs();
      const answer = this.command({ ...record, case: caseId });
      // On disk by now, whatever else the answer waits for.
      if (!('ok' in answer) || answer.ok) this.#views.recorded(caseId, at);
    });
  }
}
