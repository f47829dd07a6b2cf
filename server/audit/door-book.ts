/**
 * What happens at the desktops' door, as the audit log tells it (PR5, PR8, TP7): who came and went, what was refused,
 * and whose customers were shown to whom. Ids and codes only (PR4).
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Feed } from '#shared/protocol/wire.ts';
import type { AuditEntry, EventLog } from '../log/log.ts';

export type Visitor = { person: { id: string }; desktop: string; workstation: string };

/** Who has no session can knock as often as they like: the log is for ever, and must not be filled from outside (RB1). */
const KNOCKS_A_MINUTE = 30;
/** Views remembered, so that a desktop that comes back does not write the same one again. */
const REMEMBERED = 20_000;
const DAY_CHARS = 10;
/** Who comes and goes by the hundred shares a commit with the others of this time; a server that is killed has lost no more of them. */
export const TOGETHER_MS = 100;
/** One transaction with more would keep the event loop. */
const MOST_TOGETHER = 200;

const WithCustomer = z.looseObject({ customerId: z.string().nullable(), owner: z.string().nullable() });

export class DoorBook {
  readonly #log: Pick<EventLog, 'append'>;
  readonly #now: () => string;
  readonly #logger: Pick<Logger, 'error'>;
  readonly #later: ((write: () => void) => void) | null;
  readonly #shown = new Set<string>();
  /** Who came and went, in that order, and is not handed to the log yet. */
  #untold: AuditEntry[] = [];
  #due = false;
  #over = false;
  #minute = '';
  #knocks = 0;
  #unwritten = 0;

  /** @param later runs something after TOGETHER_MS; absent: who comes and goes is written at once */
  constructor(log: Pick<EventLog, 'append'>, now: () => string, logger: Pick<Logger, 'error'>, later: ((write: () => void) => void) | null = null) {
    this.#later = later;
    this.#log = log;
    this.#now = now;
    this.#logger = logger;
  }

  arrived(visitor: Visitor): void {
    this.#passed('desktop connected', visitor);
  }

  left(visitor: Visitor): void {
    this.#passed('desktop left', visitor);
  }

  dismissed(visitor: Visitor, code: string): void {
    this.#note('desktop dismissed', visitor, { code });
  }

  /** @param what the kind of ask or of command, as the desktop named it */
  refused(visitor: Visitor, what: 'ask refused' | 'command forked', kind: string, code: string, about: string | null = null): void {
    this.#note(what, visitor, { kind: kind.slice(0, 60), code }, about);
  }

  /** A connection that was not let in. @param person as far as the token told */
  turnedAway(code: string, person: string | null, workstation: string | null): void {
    const minute = this.#now().slice(0, -'00.000Z'.length);
    if (minute !== this.#minute) [this.#minute, this.#knocks] = [minute, 0];
    this.#knocks += 1;
    if (this.#knocks > KNOCKS_A_MINUTE) this.#unwritten += 1;
    else {
      this.#append({ kind: 'connection refused', person, workstation, about: null, detail: { code, unwritten: this.#unwritten } });
      this.#unwritten = 0;
    }
  }

  /**
   * Before a stretch of the feed is sent: cases with a customer that go whole to somebody else than their owner. Once a
   * day for each, since a desktop that comes back asks for all of its cases again.
   *
   * @throws where the log did not take it: then nothing may be shown
   */
  async showing(visitor: Visitor, { items }: Feed): Promise<void> {
    const audit: AuditEntry[] = [];
    const views: string[] = [];
    for (const item of items) {
      if (item.type !== 'snapshot') continue;
      const state = WithCustomer.safeParse(item.state);
      if (!state.success || state.data.customerId === null || state.data.owner === visitor.person.id) continue;
      const once = [this.#now().slice(0, DAY_CHARS), visitor.person.id, visitor.desktop, item.case, state.data.customerId].join(' ');
      if (this.#shown.has(once)) continue;
      views.push(once);
      audit.push({ kind: 'customer viewed', person: visitor.person.id, workstation: visitor.workstation, about: state.data.customerId, detail: { case: item.case, purpose: 'case' } });
    }
    if (audit.length === 0) return;
    this.tellTheRest();
    const [result] = await this.#log.append([{ writes: [], command: null, audit }]);
    if (result?.status !== 'appended') throw new Error(`a view was not recorded: ${result?.status ?? 'nothing'}`);
    // Only now: a view that could not be written is tried again.
    if (this.#shown.size >= REMEMBERED) this.#shown.clear();
    for (const once of views) this.#shown.add(once);
  }

  /** Hands over what waits for its commit. */
  tellTheRest(): void {
    const untold = this.#untold;
    this.#untold = [];
    this.#write(untold);
  }

  /** What waits goes to the log, and nothing waits from now on. */
  close(): void {
    this.#over = true;
    this.tellTheRest();
  }

  #passed(kind: string, visitor: Visitor): void {
    this.#untold.push(entryOf(kind, visitor, {}, null));
    if (this.#later === null || this.#over || this.#untold.length >= MOST_TOGETHER) return this.tellTheRest();
    if (this.#due) return;
    this.#due = true;
    this.#later(() => {
      this.#due = false;
      this.tellTheRest();
    });
  }

  #note(kind: string, visitor: Visitor, detail: AuditEntry['detail'], about: string | null = null): void {
    this.#append(entryOf(kind, visitor, detail, about));
  }

  /** In the order in which it happened. */
  #append(entry: AuditEntry): void {
    this.#untold.push(entry);
    this.tellTheRest();
  }

  /** What is told of the past stops nobody's work where it cannot be written: the log's own trouble is told elsewhere. */
  #write(audit: AuditEntry[]): void {
    if (audit.length === 0) return;
    this.#log.append([{ writes: [], command: null, audit }]).catch((error: unknown) => this.#logger.error({ kinds: [...new Set(audit.map(({ kind }) => kind))], error: String(error) }, 'audit entries were not written'));
  }
}

const entryOf = (kind: string, { person, workstation, desktop }: Visitor, detail: AuditEntry['detail'], about: string | null): AuditEntry => ({ kind, person: person.id, workstation, about, detail: { desktop, ...detail } });
