/**
 * The judge's own rule for what two people ordered offline (OF2): another human's signature and entitlement at the time of
 * execution, what they typed against what is booked, the customer's words after the signature, T and the cap.
 */
import type { JudgedCentre, Policy } from './centre.ts';
import { claimedBody as bodyOf, type ClaimedBody, type ClaimedPayload, type ClaimedSignature, type LoggedEvent } from './evidence.ts';

const ms = (instant: string): number => Date.parse(instant);
const HOUR_MS = 3_600_000;
const CLOCKS_MS = 5_000;
const MOST_ENTRIES = 2;

type Found = { event: LoggedEvent; body: ClaimedBody; index: number };
export type Tools = {
  centre: JudgedCentre;
  blame: (event: LoggedEvent, what: string) => void;
  last: (events: readonly LoggedEvent[], kind: string, holds: (body: ClaimedBody) => boolean) => Found | null;
  checkSigned: (event: LoggedEvent, signed: ClaimedSignature | null | undefined, purpose: string, digest: string, person: string | null) => void;
};

/** What of the bodies only these events have. */
type Claimed = ClaimedBody & {
  coSignId: string; executionId: string; approval: ClaimedSignature; tick: ClaimedSignature; reviewer: string; notAfter: string; keys: { lineId: string; key: string }[];
  entry: { totalDueFen: number; lines: number; dueDate: string; principals: Record<string, number> };
};
type Line = { lineId: string; type: string; planId: string; remainingFen: number; dueNowFen: number };

export type OfflineOrder = { ordered: LoggedEvent; body: Claimed; signedAt: LoggedEvent | null };

/** The order that an execution carries out, where it was made offline; null for every other. */
export function offlineOrderOf(tools: Tools, earlier: readonly LoggedEvent[], executionId: string): OfflineOrder | null {
  const ordered = tools.last(earlier, 'execution ordered on return', (one) => (one as Claimed).executionId === executionId);
  if (ordered === null) return null;
  const body = ordered.body as Claimed;
  const signed = tools.last(earlier, 'co-signed here', (one) => (one as Claimed).coSignId === body.coSignId);
  return { ordered: ordered.event, body, signedAt: signed?.event ?? null };
}

/** @param all the whole log: what is executed so is marked in the same append @param earlier the case's log before the execution */
export function checkOffline(tools: Tools, event: LoggedEvent, all: readonly LoggedEvent[], earlier: readonly LoggedEvent[], order: OfflineOrder, payload: ClaimedPayload, policy: Policy | undefined): void {
  const { centre, last, checkSigned } = tools;
  const { body } = order;
  const blame = (what: string): void => tools.blame(event, `ordered offline: ${what}`);
  const same = (one: ClaimedBody): boolean => (one as Claimed).coSignId === body.coSignId;
  const marked = all.filter((one) => one.case === event.case && one.kind === 'offline order released' && (bodyOf(one) as Claimed).executionId === body.executionId);
  if (marked.length !== 1) blame(`it is marked ${marked.length} times`);
  if (all.some((one) => one.case === event.case && one.kind === 'offline order returned' && same(bodyOf(one)))) blame('it went back as well');
  if (order.ordered.actor.person !== payload.maker) blame('ordered by somebody who is not the maker');
  if (body.digest !== bodyOf(event).digest || body.notAfter !== payload.validUntil) blame('another order than this execution');
  const keys = bodyOf(event).lines.map((line) => `${line.lineId} ${line.key}`).toSorted().join();
  if (keys !== body.keys.map((line) => `${line.lineId} ${line.key}`).toSorted().join()) blame('other keys than were ordered');
  const submitted = last(earlier, 'submitted for return', same);
  if (submitted === null || submitted.body.digest !== body.digest) return blame('nothing of the kind was submitted');
  const hours = policy?.offline?.hours ?? 0;
  if (ms(payload.validUntil) > ms(submitted.event.times.recorded) + hours * HOUR_MS + CLOCKS_MS) blame('good for longer than policy gives');
  if (payload.totalDueFen > (policy?.offline?.capFen ?? 0)) blame('over the cap');

  const reviewer = centre.people.get(body.reviewer);
  if (reviewer === undefined || !reviewer.active) return blame('co-signed by nobody who is there');
  if (reviewer.human === centre.people.get(payload.maker)?.human) blame('one human stands for two');
  if (reviewer.relatedCustomers.includes(payload.customerId)) blame('co-signed by a relative');
  const limit = Math.min(reviewer.entitlements.reviewLimitFen[payload.kind] ?? -1, policy?.kinds[payload.kind]?.reviewLimitFen[reviewer.role] ?? -1);
  if ((reviewer.role !== 'mentor' && reviewer.role !== 'lead') || payload.totalDueFen > limit) blame('co-signed by somebody who is not entitled to so much');
  if (earlier.some((one) => one.kind === 'access granted' && bodyOf(one).person === reviewer.id && bodyOf(one).as !== 'reviewer')) blame('co-signed by somebody who had the whole case');
  if (order.signedAt === null || bodyOf(order.signedAt).by !== reviewer.id) blame('nobody signed at the screen');
  checkSigned(event, body.approval, 'approval', body.digest, reviewer.id);
  checkSigned(event, body.tick, 'tick', body.digest, payload.maker);

  const entries = earlier.filter((one) => one.kind === 'blind entry here' && same(bodyOf(one)));
  const entry = entries.at(-1);
  if (entries.length > MOST_ENTRIES) blame('typed more often than twice');
  if (entry === undefined || bodyOf(entry).by !== reviewer.id || (order.signedAt !== null && entry.position > order.signedAt.position)) return blame('signed without a blind entry before it');
  const typed = body.entry;
  const lines = payload.lines as unknown as Line[];
  if (JSON.stringify(Object.entries(typed).toSorted()) !== JSON.stringify(Object.entries(bodyOf(entry).entry).toSorted())) blame('the order names other figures than were typed');
  if (typed.totalDueFen !== lines.reduce((sum, line) => sum + line.dueNowFen, 0)) blame('what was typed is not what is booked');
  if (payload.kind !== 'early-settlement') return;
  if (typed.lines !== lines.length || typed.dueDate !== (payload as unknown as { dueDate: string }).dueDate) blame('the number of plans or the due date was typed otherwise');
  for (const line of lines) if (Object.hasOwn(typed.principals, line.planId) && typed.principals[line.planId] !== line.remainingFen) blame(`the principal of ${line.planId} was typed otherwise`);
}
