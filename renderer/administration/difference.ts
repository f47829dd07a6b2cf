import { may, mayDo, type Act } from '#shared/people/may.ts';
import { Role } from '#shared/people/roles.ts';

export type Words = { readonly zh: string; readonly en: string };
export type Leaf = string | number | boolean | null | Words;
/** What a change does to two-person control: shown with a shape and a word, never by colour alone. */
export type Effect = 'weakens' | 'strengthens' | 'other';
export type Difference = { readonly path: readonly string[]; readonly before: Leaf | undefined; readonly after: Leaf | undefined; readonly effect: Effect };
/** Judges one difference. */
export type Judge = (path: readonly string[], before: Leaf | undefined, after: Leaf | undefined) => Effect;

const isWords = (value: object): value is Words => Object.keys(value).sort().join() === 'en,zh';
export const isLeafWords = (leaf: Leaf | undefined): leaf is Words => typeof leaf === 'object' && leaf !== null;

/** Things of a list are known by their id where they have one, so that one put in front does not change all the rest. */
function* leavesOf(value: unknown, path: readonly string[]): Generator<[readonly string[], Leaf]> {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    const ids = value.map((item: unknown) => (typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id : null));
    if (ids.length > 0 && ids.every((id) => id !== null) && new Set(ids).size === ids.length) {
      yield [[...path, ORDER], ids.join(' · ')];
      for (const [index, id] of ids.entries()) {
        const { id: _id, ...rest } = value[index] as { id: string };
        yield* leavesOf(rest, [...path, id]);
      }
    } else if (value.every((item) => typeof item !== 'object')) for (const item of value) yield [[...path, String(item)], true];
    else for (const [index, item] of value.entries()) yield* leavesOf(item, [...path, String(index + 1)]);
    return;
  }
  if (typeof value !== 'object' || value === null) return void (yield [path, value as Leaf]);
  if (isWords(value)) return void (yield [path, value]);
  for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, key]);
}

/** The last part of the path of a list's order. */
export const ORDER = '#';
const SEPARATOR = '\u0000';
const told = (leaf: Leaf | undefined): string => JSON.stringify(leaf) ?? '';

/** @returns every leaf of a value with its path, in the order in which it is written */
export const fieldsOf = (value: unknown): { path: readonly string[]; value: Leaf }[] => [...leavesOf(value, [])].filter(([path]) => path.at(-1) !== ORDER).map(([path, leaf]) => ({ path, value: leaf }));

/**
 * Field by field, what is different between two values of one shape.
 *
 * @param before what is in force; undefined where there is nothing
 */
export function differencesOf(before: unknown, after: unknown, judge: Judge): Difference[] {
  const was = new Map([...leavesOf(before, [])].map(([path, leaf]) => [path.join(SEPARATOR), leaf]));
  const is = new Map([...leavesOf(after, [])].map(([path, leaf]) => [path.join(SEPARATOR), leaf]));
  return [...new Set([...is.keys(), ...was.keys()])]
    .filter((key) => told(was.get(key)) !== told(is.get(key)))
    .map((key) => {
      const path = key.split(SEPARATOR);
      return { path, before: was.get(key), after: is.get(key), effect: judge(path, was.get(key), is.get(key)) };
    });
}

const raised = (before: Leaf | undefined, after: Leaf | undefined): boolean => Number(after ?? 0) > Number(before ?? 0);
const MORE_WEAKENS: ReadonlySet<string> = new Set(['highValueFromFen', 'highValueFromLines', 'validMinutesOnLine', 'validMinutesAfterPromise', 'confirmationMinutes', 'maxBlindEntries', 'capFen', 'perDay']);
const LESS_WEAKENS: ReadonlySet<string> = new Set(['principalsUpToLines', 'afterMinutes']);
/** Lists of what is asked: one thing fewer asks less. */
const ASKED: ReadonlySet<string> = new Set(['keyFigures', 'pinned', 'selfCheck', 'consent']);

/** Of a two-person policy (TP1–TP16): who may do more, or has to do less, weakens it. */
export const judgePolicy: Judge = (path, before, after) => {
  const last = path.at(-1) ?? '';
  if (last === ORDER) return 'other';
  const list = path.find((part) => ASKED.has(part));
  if (list !== undefined) return after === undefined ? 'weakens' : before === undefined ? 'strengthens' : 'other';
  if (path[0] === 'equivalentTo') return before === undefined ? 'weakens' : 'strengthens';
  if (last === 'recordingRequired') return after === true ? 'strengthens' : 'weakens';
  if (path.includes('reviewLimitFen') || MORE_WEAKENS.has(last)) return raised(before, after) ? 'weakens' : 'strengthens';
  if (LESS_WEAKENS.has(last)) return raised(before, after) ? 'strengthens' : 'weakens';
  return 'other';
};

const acts = Object.keys(may) as Act[];
function judgeRole(before: Leaf | undefined, after: Leaf | undefined): Effect {
  const [was, is] = [Role.safeParse(before), Role.safeParse(after)];
  if (!is.success) return 'other';
  if (acts.some((act) => mayDo(is.data, act) && !(was.success && mayDo(was.data, act)))) return 'weakens';
  return 'strengthens';
}

/** Of a person: who may do or review more weakens control; a declared customer taken off as well (TP14). */
export const judgePerson: Judge = (path, before, after) => {
  switch (path[0]) {
    case 'role': return judgeRole(before, after);
    case 'entitlements': return raised(before, after) ? 'weakens' : 'strengthens';
    case 'relatedCustomers': return after === undefined ? 'weakens' : 'strengthens';
    // Who comes in as this person: whoever agrees looks twice.
    case 'signOn': return 'weakens';
    case 'active': return after === true ? 'weakens' : 'strengthens';
    default: return 'other';
  }
};

/** Of a flow: a prerequisite or a tick fewer, or a field that need not be filled, weakens it (FL2, FL5). */
export const judgeFlow: Judge = (path, before, after) => {
  if (path.at(-1) === ORDER) return 'other';
  if (path.includes('prerequisites') || path.includes('ticks')) return after === undefined ? 'weakens' : before === undefined ? 'strengthens' : 'other';
  if (path.at(-1) === 'required') return after === true ? 'strengthens' : 'weakens';
  if (path.at(-1) === 'endsInHighValue') return after === true ? 'strengthens' : 'weakens';
  return 'other';
};
