import { isCommandKind } from '#shared/case/commands.ts';
import { InnerCommand, type CommandResult, type OuterCommand } from '#shared/protocol/command.ts';
import { CaseId } from '#shared/protocol/ids.ts';
import { spoolSessionId, type LateBecause, type SealedRow, type SpoolAnswer, type SpoolRequest, type SpoolStatus } from '#shared/protocol/spool.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Person } from '#shared/people/person.ts';
import { appendToCase } from '../cases/append-case.ts';
import { ShutOut, takeCommand, type CommandSession } from '../cases/command-service.ts';
import type { Centre } from '../centre.ts';
import type { DesktopOwners } from '../gateway/desktop-owners.ts';
import type { AuditEntry } from '../log/log.ts';
import { centreOfThen } from './late-cases.ts';
import { openRow, openSession, type OpenedRow, type OpenedSession } from './open-row.ts';
import { records } from './records-or-acts.ts';
import type { SpoolKeys } from './spool-keys.ts';
import { mayStill, standingOf, type Standing } from './standing.ts';
import type { LateItem, LateWorkTray } from './tray.ts';

export type SpoolParts = { centre: Centre; keys: SpoolKeys; tray: LateWorkTray; owners: DesktopOwners };

/** Whoever can reach the door can send rows that open nowhere: the log is for ever, and must not be filled from outside (RB1). */
const UNREADABLE_A_MINUTE = 30;

type Taken = { status: SpoolStatus; /** Null where nothing is new: the row was here before. */ told: { because: LateBecause; became: 'recorded' | 'refused'; code: string | null } | null; isNew: boolean };
type Readable = OpenedRow & { index: number; row: SealedRow; session: OpenedSession };
const STAYS: Taken = { status: 'stays', told: null, isNew: false };

/** Takes what workstations kept of unsent work, each row as its author's (SY10): ids, numbers and hashes make twice once. */
export class SpoolTaker {
  readonly #parts: SpoolParts;
  #minute = '';
  #unreadable = 0;
  #unwritten = 0;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
  }

  /** Every row gets an answer; a row that is of no use keeps none of the others back. */
  async take({ sessions, rows }: SpoolRequest): Promise<SpoolAnswer> {
    const { centre, keys, tray } = this.#parts;
    const opened = new Map<string, OpenedSession | null>();
    for (const session of sessions) {
      const id = spoolSessionId(session.certificate);
      if (opened.has(id)) continue;
      let open = openSession(centre.administration.state, keys, session);
      // Whoever signed for it may have been told a key that another server made since.
      if (open?.key === 'unknown' && (await keys.lookAgain())) open = openSession(centre.administration.state, keys, session);
      opened.set(id, open);
    }
    const results: SpoolAnswer['results'] = [];
    const audit: AuditEntry[] = [];
    const late: LateItem[] = [];
    const cases = new Map<string, Readable[]>();
    for (const [index, row] of rows.entries()) {
      const session = opened.get(row.session) ?? null;
      const open = session === null ? null : openRow(session, row);
      const isReadable = session !== null && open !== null && CaseId.safeParse(open.outer.case).success;
      results.push({ id: row.id, status: session?.key === 'unknown' ? 'stays' : 'unreadable' });
      if (isReadable) {
        const order = `${open.outer.desktop} ${open.outer.case}`;
        cases.set(order, [...(cases.get(order) ?? []), { ...open, index, row, session }]);
      } else if (session?.key !== 'unknown') audit.push(...this.#isUnreadable(session, row.id));
    }
    await this.#expectLate([...cases.values()].flat());
    // Each case in its order (SY2); cases do not wait for one another.
    await Promise.all([...cases.values()].map(async (ofCase) => {
      for (const { index, row, session, outer, after } of ofCase) {
        const { status, told, isNew } = await this.#takeOne(session, outer, after, row.refused === true);
        results[index] = { id: row.id, status };
        if (isNew) audit.push(this.#entry(session, outer, status, told?.because ?? null));
        if (told === null || tray.get(outer.id) !== null) continue;
        late.push({
          command: outer.id, author: session.certificate.person, workstation: session.certificate.workstation, kind: outer.kind, caseId: outer.case,
          madeAt: madeAtOf(outer) ?? row.at, because: told.because, became: told.became, code: told.code,
        });
      }
    }));
    // The case first: what the tray has already is not looked at again, also after a power cut between the two.
    await this.#mark(late);
    if (late.length > 0) await tray.add(late);
    if (audit.length > 0) await centre.log.append([{ writes: [], command: null, audit }]);
    return { results };
  }

  /** What has an answer already was sent in time, by its author. */
  async #expectLate(rows: readonly Readable[]): Promise<void> {
    const { centre, tray } = this.#parts;
    const late: string[] = [];
    for (const { session, outer } of rows) {
      const standing = standingOf(centre, session);
      if (standing !== null && barredFrom(standing, outer) !== null && (await centre.log.commandAnswer(outer.id)) === null) late.push(outer.id);
    }
    await tray.expect(late);
  }

  /** In the case itself, so that whoever reads it knows that its author could not stand for it any more. */
  async #mark(late: readonly LateItem[]): Promise<void> {
    const { log, cases, clock, newId } = this.#parts.centre;
    for (const [caseId, items] of Map.groupBy(late.filter(({ became }) => became === 'recorded'), (item) => item.caseId)) {
      await appendToCase({ log, cases, now: () => clock.now(), newId }, caseId, 'server', (state) => ({
        events: items.filter(({ command }) => state?.lateWork.some((one) => one.command === command) === false)
          .map(({ command, kind, author, because }) => ({ kind: 'late work noted' as const, body: { command, kind, author, because } })),
      }));
    }
  }

  /**
   * @param after the command before it in its case: a row whose number does not fit waits until that one has its answer
   * @param isRefused its author has read that it was refused
   */
  async #takeOne(session: OpenedSession, sealed: OuterCommand, after: string | null, isRefused: boolean): Promise<Taken> {
    const { centre, owners, tray } = this.#parts;
    const standing = standingOf(centre, session);
    // Numbers are counted by desktop: whoever certified another's as theirs would take that one's numbers.
    const isProven = session.person === 'valid';
    if (standing === null || (isProven && !(await owners.claim(sealed.desktop, standing.person.id)))) return { status: 'unreadable', told: null, isNew: false };
    const { person } = standing;
    const isNew = (await centre.log.commandAnswer(sealed.id)) === null;
    // Without the person's own key of now it may be anybody, and what a desktop is called is no secret: their numbers stay theirs (RB1).
    const outer = isNew && !isProven ? onItsOwn(sealed) : sealed;
    // OF1: what was done on a case taken over at one screen comes after the hand-over, whosever row is delivered first.
    if (isNew && (await this.#waitsForAnother(outer))) return { status: 'stays', told: null, isNew: false };
    if (isNew && isRefused) return (await this.#refuse(person, outer, { code: 'refused-before-restore', after, isLast: false })) === null ? STAYS : { status: 'refused', told: null, isNew };
    const barred = barredFrom(standing, outer);
    if (barred === null) {
      const result = await this.#push(centre, person, session, outer, after);
      if (result === null) return STAYS;
      if (result.status === 'accepted') return { status: 'taken', told: null, isNew };
      // Whoever wrote it is not here to read why; what they have been answered before, they have read.
      return { status: 'refused', told: isNew ? { because: 'refused', became: 'refused', code: result.refusal.code } : null, isNew };
    }
    const result = records(outer.kind)
      ? await this.#push(centreOfThen(centre, person.id), asRecorder(person, outer.kind), session, outer, after, { isLast: barred !== 'role-may-not' })
      : await this.#refuse(person, outer, { code: 'late-not-entitled', after, isLast: barred !== 'role-may-not' });
    if (result === null) return STAYS;
    if (!isNew && !tray.expects(outer.id)) return { status: result.status === 'accepted' ? 'taken' : 'refused', told: null, isNew };
    return { status: 'in-tray', isNew, told: { because: barred, became: result.status === 'accepted' ? 'recorded' : 'refused', code: result.status === 'accepted' ? null : result.refusal.code } };
  }

  /** Whether it builds on a command that has not come here yet. */
  async #waitsForAnother(outer: OuterCommand): Promise<boolean> {
    for (const id of dependsOnOf(outer)) if ((await this.#parts.centre.log.commandAnswer(id)) === null) return true;
    return false;
  }

  /**
   * As its author's own push; null where it has to wait for what comes before it.
   * @param late of an author who is barred; `isLast`: what comes before it can come no more, since they are shut out, and so is their outbox
   */
  async #push(centre: Centre, person: Person, session: OpenedSession, outer: OuterCommand, after: string | null, late: { isLast: boolean } | null = null): Promise<Answered | null> {
    const seat = { person, workstation: session.certificate.workstation ?? '', desktop: outer.desktop, isLate: late !== null };
    try {
      return await this.#pushAs(centre, seat, outer, after, late?.isLast === true);
    } catch (error) {
      // Barred since this was begun: the next delivery says so.
      if (error instanceof ShutOut) return null;
      throw error;
    }
  }

  async #pushAs(centre: Centre, seat: CommandSession, outer: OuterCommand, after: string | null, isLast: boolean): Promise<Answered | null> {
    const result = await takeCommand(centre, seat, outer);
    const isAlone = result.status === 'forked' || isLast || (result.status === 'gap' && (await this.#isNext(after)));
    return settled(result) ?? (isAlone ? settled(await takeCommand(centre, seat, onItsOwn(outer))) : null);
  }

  /**
   * Whether all that comes before it in its case has been answered, whatever the numbers say: copies of a row lie in the spool under
   * older numbers, and what was answered long ago in none. Each waits for the one before it, so the order holds (SY2).
   */
  async #isNext(after: string | null): Promise<boolean> {
    return after === null || (await this.#parts.centre.log.commandAnswer(after)) !== null;
  }

  /** What acts, of somebody who may not, or was refused before: for good, under its own number, so that what comes after it can be judged. */
  async #refuse(person: Person, outer: OuterCommand, { code, after, isLast }: { code: string; after: string | null; isLast: boolean }): Promise<Answered | null> {
    const { log } = this.#parts.centre;
    const before = await log.commandAnswer(outer.id);
    if (before !== null) return settled(before.answer);
    for (const { inner: _inner, ...stored } of [outer, onItsOwn(outer)]) {
      const [result] = await log.append([{ writes: [], command: { outer: stored, person: person.id, answer: { status: 'refused', refusal: { code } } }, audit: [] }]);
      if (result?.status === 'appended' || result?.status === 'duplicate') return result.answer === null ? null : settled(result.answer);
      if (result?.status !== 'forked' && !(result?.status === 'gap' && (isLast || (await this.#isNext(after))))) return null;
    }
    return null;
  }

  #entry({ certificate }: OpenedSession, outer: OuterCommand, status: SpoolStatus, because: LateBecause | null): AuditEntry {
    const kind = isCommandKind(outer.kind) ? outer.kind : 'unknown';
    return { kind: 'late work taken', person: certificate.person, workstation: certificate.workstation, about: outer.case, detail: { kind, command: outer.id, status, because, from: certificate.from } };
  }

  #isUnreadable(session: OpenedSession | null, command: string): AuditEntry[] {
    const minute = this.#parts.centre.clock.now().slice(0, -'00.000Z'.length);
    if (minute !== this.#minute) [this.#minute, this.#unreadable] = [minute, 0];
    this.#unreadable += 1;
    if (this.#unreadable > UNREADABLE_A_MINUTE) {
      this.#unwritten += 1;
      return [];
    }
    const unwritten = this.#unwritten;
    this.#unwritten = 0;
    return [{ kind: 'late work unreadable', person: session?.certificate.person ?? null, workstation: session?.certificate.workstation ?? null, about: null, detail: { command, code: session === null ? 'unsigned' : 'changed', unwritten } }];
  }
}

function dependsOnOf(outer: OuterCommand): readonly string[] {
  try {
    return InnerCommand.pick({ dependsOn: true }).loose().safeParse(JSON.parse(outer.inner)).data?.dependsOn ?? [];
  } catch {
    return [];
  }
}

/** PR3: also by a role of now that does not let them do it at all. */
const barredFrom = ({ person, barred }: Standing, { kind }: OuterCommand): Standing['barred'] => barred ?? (mayStill(person, kind) ? null : 'role-may-not');

/** The desktop's own claim of when it was made; a row may have been sealed later. */
function madeAtOf(outer: OuterCommand): string | null {
  try {
    return InnerCommand.pick({ madeAt: true }).loose().safeParse(JSON.parse(outer.inner)).data?.madeAt ?? null;
  } catch {
    return null;
  }
}

type Answered = Extract<CommandResult, { status: 'accepted' | 'refused' }>;
const settled = (result: CommandResult): Answered | null => (result.status === 'accepted' || result.status === 'refused' ? result : null);

/**
 * A number that another command has: an older copy of the desktop's file went on meanwhile, and there is nobody here who
 * could renumber. It is taken under a count of its own, as a new incarnation would be (SY2).
 */
const onItsOwn = (outer: OuterCommand): OuterCommand => ({ ...outer, desktop: outer.id, incarnation: 1, number: 1 });

/** Somebody whose present role takes no calls, as they were when they took one. */
const asRecorder = (person: Person, kind: string): Person => (isCommandKind(kind) && mayDo(person.role, kind) ? person : { ...person, role: 'agent' });
