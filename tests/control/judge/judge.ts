/**
 * The judge of two-person control: a program of its own. It reads what the product wrote down, what the bank has in its books
 * and what the harness was told, and imports nothing of the product but `evolve`.
 *
 * executed ⇒ complete self-check ∧ customer's confirmation ∧ one digest ∧ (one entitled reviewer ∨ two leads) ∧ all different
 * persons ∧ every line booked at most once.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { evolve } from '#shared/case/evolve.ts';
import { JudgedCentre, type Policy } from './centre.ts';
import { checkOffline, offlineOrderOf } from './on-return.ts';
import { claimedBody as bodyOf, type ClaimedBody, type ClaimedLine, type ClaimedPayload, type ClaimedSignature, type Evidence, type LoggedEvent, type Verdict } from './evidence.ts';

const ms = (instant: string): number => Date.parse(instant);
/** The civil day in the centre's zone, China. */
const dayOf = (instant: string): string => new Date(ms(instant) + 8 * 3_600_000).toISOString().slice(0, 10);

type Execution = { event: LoggedEvent; body: ClaimedBody; payload: ClaimedPayload; customer: string; doneFen: number; open: boolean; settled: Set<string> };

export function judge(evidence: Evidence): Verdict {
  const violations: string[] = [];
  const centre = new JudgedCentre();
  const cases = new Map<string, LoggedEvent[]>();
  const states = new Map<string, ReturnType<typeof evolve>>();
  const executions: Execution[] = [];
  const lines = new Map<string, { execution: Execution; line: ClaimedLine; figures: ClaimedLine }>();
  let glassToday = new Map<string, number>();
  const blame = (event: LoggedEvent, what: string): void => void violations.push(`${event.kind} at ${event.position} of ${event.case}: ${what}`);

  const tools = { centre, blame, last, checkSigned };

  for (const event of evidence.events) {
    if (event.case === 'centre:administration') {
      centre.take(event);
      continue;
    }
    if (event.case.includes(':')) continue;
    const earlier = cases.get(event.case) ?? [];
    cases.set(event.case, earlier);
    try {
      states.set(event.case, evolve(states.get(event.case) ?? null, event as never));
    } catch (error) {
      blame(event, `cannot be folded: ${String(error)}`);
    }
    const body = bodyOf(event);
    if (event.kind === 'review approved') checkApproval(event, earlier, [event.actor.person]);
    if (event.kind === 'break-glass approved') {
      checkApproval(event, earlier, body.by as string[]);
      const day = dayOf(event.times.recorded);
      const count = (glassToday.get(day) ?? 0) + 1;
      glassToday = new Map(glassToday).set(day, count);
      if (count > (centre.policy?.breakGlass.perDay ?? 0)) blame(event, 'glass was broken more often than policy allows');
      const about = evidence.events.filter((one) => one.case === body.qualityCaseId && one.kind === 'quality matter noted');
      if (about.length !== 1) blame(event, 'no quality case was opened');
    }
    if (event.kind === 'hand-over signed here') checkHandOver(event);
    if (event.kind === 'execution started') checkExecution(event, earlier);
    if (event.kind === 'line booked' || event.kind === 'line refused' || event.kind === 'line freed') settleLine(event, body);
    earlier.push(event);
  }

  /** The newest event of a kind before a place, and everything after it. */
  function last(events: readonly LoggedEvent[], kind: string, holds: (body: ClaimedBody) => boolean): { event: LoggedEvent; body: ClaimedBody; index: number } | null {
    const index = events.findLastIndex((event) => event.kind === kind && holds(bodyOf(event)));
    return index < 0 ? null : { event: events[index]!, body: bodyOf(events[index]!), index };
  }

  function checkSigned(event: LoggedEvent, signed: ClaimedSignature | null | undefined, purpose: string, digest: string, person: string | null): void {
    if (signed == null || person === null) return blame(event, `no ${purpose} signature`);
    if (signed.purpose !== purpose || signed.digest !== digest) return blame(event, `the ${purpose} signature is for something else`);
    const key = centre.personKeys.get(person)?.get(signed.personKey);
    const machine = centre.workstationKeys.get(signed.workstationKey);
    if (key === undefined || key.revoked) return blame(event, `the ${purpose} is signed with no valid key of ${person}`);
    if (machine === undefined) return blame(event, `the ${purpose} comes from no enrolled workstation`);
    const bytes = Buffer.concat([Buffer.from(`aidline/1/${purpose}\n`), Buffer.from(digest, 'hex')]);
    const spki = (publicKey: string) => createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')]), format: 'der', type: 'spki' });
    if (!verify(null, bytes, spki(key.publicKey), Buffer.from(signed.personSignature, 'base64'))) blame(event, `the ${purpose} signature of ${person} does not verify`);
    if (!verify(null, bytes, spki(machine.publicKey), Buffer.from(signed.workstationSignature, 'base64'))) blame(event, `the ${purpose} signature of the workstation does not verify`);
  }

  /** OF1: the leaver and another human have signed for this very case, at this workstation. */
  function checkHandOver(event: LoggedEvent): void {
    const body = bodyOf(event) as ClaimedBody & { from: string; to: string; handOverId: string; note: string; successor: ClaimedSignature };
    const { from, to, handOverId, note } = body;
    const digest = createHash('sha256').update(canonicalize({ what: 'hand-over', caseId: event.case, handOverId, from, to, note }) ?? '').digest('hex');
    if (event.actor.person !== from || centre.people.get(from)?.human === centre.people.get(to)?.human) blame(event, 'it is handed over by another than the leaver, or to themself');
    checkSigned(event, body.signed, 'hand-over', digest, from);
    checkSigned(event, body.successor, 'hand-over', digest, to);
    if (body.signed?.workstationKey !== body.successor.workstationKey) blame(event, 'it was signed at two workstations');
  }

  /** Each of those who approve: another human than the maker, entitled, with a matching blind entry and without sight of the figures before it. */
  function checkApproval(event: LoggedEvent, earlier: readonly LoggedEvent[], by: readonly (string | null)[]): void {
    const body = bodyOf(event);
    const made = last(earlier, 'payload made', (one) => one.operationId === body.operationId);
    if (made === null) return blame(event, 'approves no payload');
    const payload = made.body.payload;
    if (made.body.digest !== body.digest) blame(event, 'approves another digest than the newest payload has');
    if (ms(payload.validUntil) <= ms(event.times.recorded)) blame(event, 'approves what is no longer valid');
    const request = last(earlier, 'review requested', (one) => one.reviewId === body.reviewId);
    if (request === null || request.index < made.index || request.body.digest !== body.digest) return blame(event, 'answers no request for these figures');
    const glass = event.kind === 'break-glass approved';
    const maker = centre.people.get(payload.maker);
    const humans = new Set([maker?.human]);
    for (const person of by) {
      const who = person === null ? undefined : centre.people.get(person);
      if (who === undefined || person === null || !who.active) {
        blame(event, 'approved by nobody who is there');
        continue;
      }
      if (humans.has(who.human)) blame(event, 'one human stands for two');
      humans.add(who.human);
      if (who.relatedCustomers.includes(payload.customerId)) blame(event, 'approved by a relative');
      const kind = centre.policy?.kinds[payload.kind];
      if (glass) {
        if (who.role !== 'lead') blame(event, 'glass broken by somebody who is no lead');
        if (payload.totalDueFen > (centre.policy?.breakGlass.capFen ?? 0)) blame(event, 'glass broken over the cap');
        const own = last(earlier, 'break-glass signed', (one) => one.reviewId === body.reviewId && one.by === person);
        checkSigned(event, own?.body.signed, 'approval', body.digest, person);
      } else {
        const limit = Math.min(who.entitlements.reviewLimitFen[payload.kind] ?? -1, kind?.reviewLimitFen[who.role] ?? -1);
        if ((who.role !== 'mentor' && who.role !== 'lead') || payload.totalDueFen > limit) blame(event, 'approved by somebody who is not entitled to so much');
        checkSigned(event, body.signed, 'approval', body.digest, person);
      }
      const entry = last(earlier, 'blind entry stored', (one) => one.reviewId === body.reviewId && one.by === person);
      const reconfirms = request.body.reconfirms as string | null;
      if (reconfirms === null && entry?.body.matches !== true) blame(event, 'approved without a matching blind entry');
      if (entry !== null && (entry.body.entry).totalDueFen !== payload.totalDueFen) blame(event, 'the blind entry has another sum');
      // What they are shown after their own matching entry is released to them anyway.
      if (hadTheWhole(entry === null ? earlier : earlier.slice(0, entry.index), person)) blame(event, 'approved by somebody who had the whole case');
    }
  }

  /**
   * TP6: a case to which they had access, other than as a reviewer, when there was something of the maker's in it. To whom a call only
   * rang, and who lost it before anybody wrote a word or a figure, has seen nothing that is to be checked blind.
   */
  function hadTheWhole(earlier: readonly LoggedEvent[], person: unknown): boolean {
    let had = false;
    let isThere = false;
    for (const one of earlier) {
      if (one.kind === 'access granted' && bodyOf(one).person === person) had = bodyOf(one).as !== 'reviewer';
      if (one.kind === 'access revoked' && bodyOf(one).person === person) had = false;
      if (one.kind === 'note written' || one.kind === 'worksheet drafted' || one.kind === 'operation drafted') isThere = true;
      if (had && isThere) return true;
    }
    return false;
  }

  function checkExecution(event: LoggedEvent, earlier: readonly LoggedEvent[]): void {
    const body = bodyOf(event);
    const operationId = body.operationId as string;
    const ofThis = (one: ClaimedBody): boolean => one.operationId === operationId;
    const made = last(earlier, 'payload made', ofThis);
    const drafted = last(earlier, 'worksheet drafted', ofThis);
    if (made === null || drafted === null) return blame(event, 'executes no payload');
    const payload = made.body.payload;
    const execution: Execution = { event, body, payload, customer: payload.customerId, doneFen: 0, open: true, settled: new Set() };
    const digest = createHash('sha256').update(canonicalize(payload) ?? '').digest('hex');
    if (digest !== body.digest || digest !== made.body.digest) blame(event, 'the digest is not that of the payload');
    if (drafted.index > made.index) blame(event, 'the figures were changed after they were submitted');
    if (last(earlier, 'operation withdrawn', ofThis) !== null && last(earlier, 'operation withdrawn', ofThis)!.index > made.index) blame(event, 'it was withdrawn');
    if (executions.some((one) => one.body.operationId === operationId)) blame(event, 'an operation is executed once');
    if (ms(payload.validUntil) <= ms(event.times.recorded)) blame(event, 'it is no longer valid');
    const maker = payload.maker as string;
    const offline = offlineOrderOf(tools, earlier, (body as unknown as { executionId: string }).executionId);
    // OF2: an order that waited for the bank is carried out by the server, on the maker's own order.
    const byServer = offline !== null && event.actor.kind === 'server' && event.actor.person === null;
    if (event.actor.person !== maker && !byServer) blame(event, 'ordered by somebody who is not the maker');
    if (offline === null && last(earlier, 'submitted for return', (one) => ofThis(one) && one.digest === digest) !== null) blame(event, 'what was submitted to be ordered offline was executed without such an order');
    const policy = centre.policy;
    if (policy === undefined || (payload.policyVersion !== policy.version && !policy.equivalentTo.includes(payload.policyVersion))) blame(event, 'under a policy that is not in force');
    if (centre.stopped.has(payload.kind)) blame(event, 'the kind is stopped');
    if (centre.people.get(maker)?.relatedCustomers.includes(execution.customer) === true) blame(event, 'the maker is a relative');
    const rules = (centre.policies.find(({ version }) => version === payload.policyVersion) ?? policy) as Policy;
    const kind = rules.kinds[payload.kind]!;
    checkSelfCheck(event, earlier.slice(drafted.index), operationId, kind.selfCheck, made, maker);
    checkSigned(event, body.signed, 'order', digest, maker);
    const high = isHigh(execution, event);
    if (offline !== null) checkOffline(tools, event, evidence.events, earlier, offline, payload, policy);
    const approval = offline !== null ? offline.signedAt : high ? approvalFor(event, earlier, operationId, digest, made.index) : null;
    const byHand = offline !== null && body.callId.startsWith('hand-') && policy?.offline?.withoutRecording === true;
    checkConfirmation(offline?.ordered ?? event, earlier, execution, byHand ? { ...kind, recordingRequired: false } : kind, approval);
    const open = executions.find((one) => one.open && one.payload.accountId === payload.accountId && one.payload.kind === payload.kind);
    if (open !== undefined) blame(event, `the account has another open operation of the kind (${open.body.operationId})`);
    for (const line of body.lines) {
      const key = `${event.case}.${line.key}`;
      if (lines.has(key)) blame(event, 'a key is used a second time');
      const figures = (payload.lines).find((one) => one.lineId === line.lineId);
      if (figures === undefined) blame(event, 'a line is started that the payload has not');
      else lines.set(key, { execution, line, figures });
    }
    if ((body.lines).length !== (payload.lines).length) blame(event, 'not every line is started');
    executions.push(execution);
  }

  function checkSelfCheck(event: LoggedEvent, since: readonly LoggedEvent[], operationId: string, wanted: readonly { id: string }[], made: { event: LoggedEvent; body: ClaimedBody }, maker: string): void {
    const until = since.filter((one) => one.position < made.event.position);
    for (const { id } of wanted) {
      const tick = last(until, 'self-check ticked', (one) => one.operationId === operationId && one.item === id);
      const inherited = made.body.signed === null;
      if (tick?.body.on !== true && !inherited) blame(event, `self-check ${id} is not ticked`);
    }
    const own = last(since, 'self-check signed', (one) => one.operationId === operationId && one.digest === made.body.digest);
    checkSigned(event, made.body.signed ?? own?.body.signed, 'tick', made.body.digest, maker);
  }

  /** TP13: this one and the customer's others of the kind in the running day; what the bank refused does not count. */
  function isHigh(execution: Execution, event: LoggedEvent): boolean {
    const kind = centre.policy?.kinds[execution.payload.kind];
    const others = executions
      .filter((one) => one.customer === execution.customer && one.payload.kind === execution.payload.kind && dayOf(one.event.times.recorded) === dayOf(event.times.recorded))
      .reduce((sum, one) => sum + (one.open ? (one.payload.totalDueFen as number) : one.doneFen), 0);
    return kind === undefined || execution.payload.totalDueFen + others >= kind.highValueFromFen || (execution.payload.lines).length >= kind.highValueFromLines;
  }

  function approvalFor(event: LoggedEvent, earlier: readonly LoggedEvent[], operationId: string, digest: string, madeAt: number): LoggedEvent | null {
    const of = (one: ClaimedBody): boolean => one.operationId === operationId && one.digest === digest;
    const one = last(earlier, 'review approved', of);
    const two = last(earlier, 'break-glass approved', of);
    const approval = (one?.index ?? -1) > (two?.index ?? -1) ? one : two;
    if (approval === null || approval.index < madeAt) {
      blame(event, 'nobody approved it');
      return null;
    }
    const voided = earlier.slice(approval.index).some((later) => {
      const body = bodyOf(later);
      return (later.kind === 'approval voided' && body.operationId === operationId) || (later.kind === 'review withdrawn' && body.reviewId === approval.body.reviewId);
    });
    if (voided) blame(event, 'the approval was void');
    const used = executions.some((before) => before.body.reviewId === approval.body.reviewId && before.event.case === event.case);
    if (used) blame(event, 'the approval was used before');
    const by = approval === two ? (approval.body.by as string[]) : [String(approval.event.actor.person)];
    for (const person of by) {
      const who = centre.people.get(person);
      if (who === undefined || !who.active) blame(event, 'who approved it may no longer');
      const signed = approval === two ? last(earlier, 'break-glass signed', (one) => one.by === person && one.reviewId === approval.body.reviewId)?.body.signed : approval.body.signed;
      checkSigned(event, signed, 'approval', digest, person);
    }
    return approval.event;
  }

  function checkConfirmation(event: LoggedEvent, earlier: readonly LoggedEvent[], execution: Execution, kind: Policy['kinds'][string], approval: LoggedEvent | null): void {
    const { payload, body } = execution;
    const digest = body.digest as string;
    const onThisCall = (one: ClaimedBody): boolean => one.operationId === body.operationId && one.callId === body.callId && one.digest === digest;
    const wanted = [
      ...(payload.lines).map((line) => ['eye', `line:${line.lineId}`]), ['eye', 'total'], ['eye', 'due-date'], ...kind.consent.map(({ id }) => ['heart', id]),
    ];
    let oldest = event.times.recorded;
    for (const [part, item] of wanted) {
      const said = last(earlier, 'item confirmed', (one) => onThisCall(one) && one.part === part && one.item === item);
      if (said?.body.agrees !== true) blame(event, `the customer did not confirm ${part} ${item}`);
      else if (said.event.times.recorded < oldest) oldest = said.event.times.recorded;
    }
    const proof = last(earlier, 'proof typed', onThisCall);
    if (proof?.body.ok !== true) blame(event, 'the figures were not typed');
    if (approval !== null && ms(oldest) < ms(approval.times.recorded)) blame(event, 'the confirmation is older than the approval');
    if (ms(event.times.recorded) - ms(oldest) > kind.confirmationMinutes * 60_000) blame(event, 'the confirmation is too old');
    if (kind.recordingRequired && body.recordingId === null) blame(event, 'there is no recording');
  }

  function settleLine(event: LoggedEvent, body: ClaimedBody): void {
    const key = `${event.case}.${body.key}`;
    const known = lines.get(key);
    if (known === undefined) return blame(event, 'settles a line that was never started');
    const row = evidence.ledger.find((one) => one.key === key);
    const wanted = event.kind === 'line booked' ? 'done' : event.kind === 'line freed' ? 'closed' : 'refused';
    // What never left the server is in nobody's books, or was closed there; it must not have been booked or judged.
    const unsent = event.kind === 'line refused' && body.code === 'not-sent';
    const agrees = unsent ? row === undefined || row.state === 'closed' : row?.state === wanted || (event.kind === 'line refused' && row?.state === 'closed');
    if (!agrees) blame(event, `the bank's books say ${row?.state ?? 'nothing'}`);
    if (event.kind === 'line booked') known.execution.doneFen += known.figures.dueNowFen as number;
    known.execution.settled.add(known.line.lineId);
    known.execution.open = known.execution.body.lines.some((line) => !known.execution.settled.has(line.lineId));
  }

  violations.push(...centre.violations, ...checkBooks(evidence, lines), ...checkJournal(evidence));
  const inDoubt = [...states.values()].filter((state) => Object.values(state.operations).some((operation) => operation.status === 'in-doubt' || operation.status === 'executing')).length;
  return { executions: executions.length, inDoubt, violations };
}

/** The bank's books: nothing is booked that was not started, with these figures, and nothing twice. */
function checkBooks(evidence: Evidence, lines: ReadonlyMap<string, { execution: Execution; line: ClaimedLine; figures: ClaimedLine }>): string[] {
  const violations: string[] = [];
  const settled = new Map<string, string>();
  for (const row of evidence.ledger) {
    if (row.state !== 'done' || row.kind === null || row.kind.startsWith('card-lo') || row.kind === 'card-unlock') continue;
    const known = lines.get(row.key);
    if (known === undefined) {
      violations.push(`the bank booked ${row.key}, which nobody started`);
      continue;
    }
    if (row.amountFen !== known.figures.dueNowFen || row.customer !== known.execution.customer || row.kind !== known.execution.payload.kind) violations.push(`the bank booked other figures under ${row.key}`);
    if (row.kind === 'early-settlement') {
      const plan = `${row.customer} ${row.subject}`;
      if (settled.has(plan)) violations.push(`plan ${plan} was settled twice: ${settled.get(plan)} and ${row.key}`);
      settled.set(plan, row.key);
    }
  }
  return violations;
}

/** What was acknowledged is there, and what was refused did nothing. */
function checkJournal(evidence: Evidence): string[] {
  const violations: string[] = [];
  const caused = new Set(evidence.events.flatMap((event) => event.command ?? []));
  for (const { id, status } of evidence.journal) {
    if (evidence.answers.get(id) !== status) violations.push(`command ${id} was acknowledged as ${status} and is stored as ${evidence.answers.get(id) ?? 'nothing'}`);
    if (status === 'refused' && caused.has(id)) violations.push(`command ${id} was refused and did something`);
  }
  return violations;
}
