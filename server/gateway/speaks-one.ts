/**
 * How the server speaks protocol 1 (SY7). A desktop of version 1 parses strictly: what version 2 added to a message is left
 * out, and the rest is the same. Kinds of events that it does not know keep their place in its cases and change nothing, as
 * its own `evolve` says; kinds of commands that came later it never sends.
 *
 * `DOWNCASTS` names every schema that differs from version 1's; a test holds it against the frozen hashes.
 */
import { downcastCaseState } from '#shared/case/case-upcast.ts';
import type { AskKind } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { AskAnswer, Feed, FeedItem, LiveMessage, PullAnswer, SignInAnswer } from '#shared/protocol/wire.ts';

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Only these: what was added later is left out, whatever it is. */
const only = (value: unknown, names: readonly string[]): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) : value;

const CONTROL_OF_1 = ['version', 'effectiveFrom', 'source', 'equivalentTo', 'kinds', 'reviewTakenMinutes', 'offerSeconds', 'maxBlindEntries', 'breakGlass'];
const KIND_POLICY_OF_1 = [
  'name', 'keyFigures', 'pinned', 'reviewLimitFen', 'highValueFromFen', 'highValueFromLines', 'selfCheck', 'consent', 'principalsUpToLines', 'bands',
  'validMinutesOnLine', 'validMinutesAfterPromise', 'confirmationMinutes', 'recordingRequired',
];
const SIGN_IN_OF_1 = ['token', 'expiresAt', 'serverAt', 'epoch', 'workstationSecret', 'key', 'mustChange', 'person'];
const PARAMETERS_OF_1 = [
  'retention.maxOffers', 'es.reviewFromFen', 'es.reviewPlans', 'es.minPrep', 'es.useBasedInterestFrom', 'hold.maxRounds', 'hold.roundSeconds', 'verify.maxFailures',
  'callback.fromHour', 'callback.toHour', 'callback.tries', 'callback.triesApart', 'callback.quietBefore', 'reset.loginPassword', 'reset.cardPin', 'reset.phonePassword',
  'protectiveLock', 'thirdPartyLoss', 'loss.reissueFeeFen', 'loss.reissueDays', 'abroad.reissueFeeFen', 'abroad.reissueDays', 'abuse.reminders', 'lead.callbackWithin',
];
const TOPICS_OF_1: ReadonlySet<string> = new Set([
  'agent', 'offer', 'queue', 'lights', 'reviews', 'my-reviews', 'escalations', 'hand-overs', 'stopped-kinds', 'rules-version', 'administration', 'clock', 'voice',
]);

function controlOf1(control: unknown): unknown {
  const known = only(control, CONTROL_OF_1);
  if (!isRecord(known) || !isRecord(known['kinds'])) return known;
  return { ...known, kinds: Object.fromEntries(Object.entries(known['kinds']).map(([kind, policy]) => [kind, only(policy, KIND_POLICY_OF_1)])) };
}

/** Parameters of flow policy have names from a closed list; those of later flows are unknown there, as data not yet in effect is. */
function flowPolicyOf1(policy: unknown): unknown {
  if (!isRecord(policy) || !Array.isArray(policy['parameters'])) return policy;
  return { ...policy, parameters: policy['parameters'].filter((one: unknown) => isRecord(one) && PARAMETERS_OF_1.includes(String(one['id']))) };
}

const rulesOf1 = (rules: unknown): unknown => (isRecord(rules) ? { ...rules, control: controlOf1(rules['control']), flowPolicy: flowPolicyOf1(rules['flowPolicy']) } : rules);

const withoutSignOn = (person: unknown): unknown => (isRecord(person) ? Object.fromEntries(Object.entries(person).filter(([name]) => name !== 'signOn')) : person);
const ofPerson = (holder: unknown): unknown => (isRecord(holder) && 'person' in holder ? { ...holder, person: withoutSignOn(holder['person']) } : holder);
const each = (list: unknown, one: (item: unknown) => unknown): unknown => (Array.isArray(list) ? list.map(one) : list);
/** A change that says how somebody signs in cannot be agreed to from version 1: what is shown there has another digest (TP2). */
const administrationOf1 = (view: unknown): unknown => (isRecord(view) ? {
  ...Object.fromEntries(Object.entries(view).filter(([name]) => name !== 'signOnIssuer')), policy: controlOf1(view['policy']), people: each(view['people'], ofPerson),
  changes: each(view['changes'], (request) => (isRecord(request) ? { ...request, change: ofPerson(request['change']) } : request)),
} : view);

/** What differs from version 1, by the schema's name in docs/protocol/versions.json. */
export const DOWNCASTS: Readonly<Record<string, (value: unknown) => unknown>> = {
  SignInAnswer: (answer) => only(answer, SIGN_IN_OF_1),
  PullAnswer: (answer) => (isRecord(answer) ? Object.fromEntries(Object.entries(answer).filter(([name]) => name !== 'behind')) : answer),
  // Envelopes may be of streams that are new; a desktop's feed carries cases only.
  Feed: (feed) => feed,
  CaseState: downcastCaseState,
  Rules: rulesOf1,
  'live.administration': administrationOf1,
};
const downcast = (name: string, value: unknown): unknown => DOWNCASTS[name]?.(value) ?? value;

const itemOf1 = (item: FeedItem): FeedItem => (item.type === 'snapshot' ? { ...item, state: downcast('CaseState', item.state) } : item);
const feedOf1 = (feed: Feed): Feed => ({ ...feed, items: feed.items.map(itemOf1) });

/** How messages are put for one desktop. `live` is null where that desktop does not know the topic. */
export type Tongue = {
  signIn: (answer: SignInAnswer) => SignInAnswer;
  pull: (answer: PullAnswer) => PullAnswer;
  feed: (feed: Feed) => Feed;
  live: (message: LiveMessage) => LiveMessage | null;
  answer: (kind: string, answer: AskAnswer) => AskAnswer;
  /** Why a connection is refused or ended. */
  goodbye: (refusal: Refusal) => Refusal;
};

const same = <T>(value: T): T => value;
const present: Tongue = { signIn: same, pull: same, feed: same, live: same, answer: (_kind, answer) => answer, goodbye: same };

const RULES: AskKind = 'rules';
const one: Tongue = {
  signIn: (answer) => downcast('SignInAnswer', answer) as SignInAnswer,
  pull: (answer) => downcast('PullAnswer', answer.status === 'ok' ? { ...answer, feed: feedOf1(answer.feed) } : answer) as PullAnswer,
  feed: feedOf1,
  live: (message) => (TOPICS_OF_1.has(message.topic) ? { ...message, value: downcast(`live.${message.topic}`, message.value) } : null),
  answer: (kind, answer) => {
    if (!answer.ok) return answer;
    if (kind === RULES && isRecord(answer.value)) return { ...answer, value: { ...answer.value, rules: downcast('Rules', answer.value['rules']) } };
    return { ...answer, value: downcast(`answer.${kind}`, answer.value) };
  },
  // It would sign in again by the passphrase that it keeps; this ends its session, and is the only word there that does.
  goodbye: (refusal) => (refusal.code === 'session-ended' ? { code: 'revoked' } : refusal),
};

/** @param protocol what the desktop said it speaks, one of those that the server admits */
export const tongueOf = (protocol: number): Tongue => (protocol === 1 ? one : present);
