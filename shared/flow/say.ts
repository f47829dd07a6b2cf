import { formatFen } from '../money/fen.ts';
import type { Bilingual, FlowDefinition, FlowStep, Lang, SayLine } from './definition.ts';
import { compiledFlow } from './flow-compile.ts';
import { typeAt } from './flow-scope.ts';
import { factAt, type FactShape, type FactTree, type FactType } from './facts.ts';
import { runGround } from './run-ground.ts';
import type { RunState } from './run.ts';

/**
 * What is said aloud: `{{x}}` is filled from the facts, never typed. `{{path}}` is shown by its kind
 * (fen as yuan, dates and times in words); `{{list|count}}` is how many; `{{path|dateTime}}` names the day too;
 * `{{fen|abs}}` drops the sign.
 */

export interface SpokenLine {
  readonly text: string;
  readonly cue: string | null;
  /** Facts that were not there: the text has a blank in their place and must not be read out as it is. */
  readonly missing: readonly string[];
  /** The item it is said for, when it is said once for each. */
  readonly item: string | null;
}

export interface Placeholder { readonly path: string; readonly filter: string | null; readonly whole: string }
export const sayFilters: ReadonlySet<string> = new Set(['count', 'date', 'time', 'dateTime', 'yuan', 'abs']);
const placeholder = /\{\{([^{}|]*)(?:\|([^{}|]*))?\}\}/g;
const blank = '＿＿';
/** The centre's zone; it has no summer time. */
const zoneOffset = 8 * 3_600_000;

/** Every `{{…}}` of a text, for publication to check. */
export function placeholdersIn(text: string): Placeholder[] {
  return [...text.matchAll(placeholder)].map(([whole, path = '', filter]) => ({ whole, path: path.trim(), filter: filter?.trim() ?? null }));
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

function spokenDate(date: string, lang: Lang): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return lang === 'zh' ? `${year}年${Number(month)}月${Number(day)}日` : `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year}`;
}

function spokenTime(at: string, today: unknown, filter: string | null, lang: Lang): string | null {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return null;
  const local = (ms: number) => new Date(ms + zoneOffset).toISOString();
  const [date, clock] = [local(time).slice(0, 10), local(time).slice(11, 16)];
  const isToday = typeof today === 'string' && local(Date.parse(today)).startsWith(date);
  if (filter === 'date') return spokenDate(date, lang);
  return filter === 'time' || (filter === null && isToday) ? clock : `${spokenDate(date, lang)} ${clock}`;
}

function spoken(value: unknown, type: FactType | undefined, name: string, filter: string | null, today: unknown, lang: Lang): string | null {
  if (filter === 'count') return Array.isArray(value) ? String(value.length) : null;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return null;
  if (typeof value === 'number') return name.endsWith('Fen') || filter === 'yuan' ? formatFen(filter === 'abs' ? Math.abs(value) : value).replace(/\.00$/, '') : String(value);
  if (typeof value === 'string' && value !== '') {
    if (type === 'timestamp') return spokenTime(value, today, filter, lang);
    return type === 'date' ? spokenDate(value, lang) : value;
  }
  if (typeof value === 'object' && value !== null && lang in value) return String((value as Bilingual)[lang]);
  return null;
}

interface Item { readonly as: string; readonly value: unknown; readonly type: FactType | undefined }

/**
 * Fills one text.
 * @param ground facts with the run's answers over them
 * @param scope types of the facts, `compiledFlow(definition).scope`
 */
export function fillText(text: string, ground: unknown, scope: FactShape, lang: Lang, item: Item | null = null): { text: string; missing: string[] } {
  const missing: string[] = [];
  const filled = text.replace(placeholder, (_whole, rawPath: string, rawFilter: string | undefined) => {
    const path = rawPath.trim();
    const ofItem = item !== null && path.startsWith(`${item.as}.`);
    const inner = ofItem ? path.slice(item.as.length + 1) : path;
    const value = factAt(ofItem ? item.value : ground, inner);
    const itemShape = ofItem && typeof item.type === 'object' && 'object' in item.type ? item.type.object : {};
    const type = typeAt(ofItem ? itemShape : scope, inner);
    const words = spoken(value, type, inner, rawFilter?.trim() ?? null, factAt(ground, 'now'), lang);
    if (words === null) missing.push(path);
    return words ?? blank;
  });
  return { text: filled, missing };
}

/** An item whose field is not known is not spoken of. */
function isMeant(only: SayLine['only'], item: unknown): boolean {
  if (only === undefined) return true;
  const value = factAt(item, only.field);
  if (value === undefined) return false;
  if (only.in !== undefined && !(typeof value === 'string' && only.in.includes(value))) return false;
  if (only.below === undefined && only.atLeast === undefined) return true;
  return typeof value === 'number' && value < (only.below ?? Infinity) && value >= (only.atLeast ?? -Infinity);
}

/**
 * The lines of a step as they are to be said now; a line whose `when` does not clearly hold is left out.
 * @param run null before the run has started
 */
export function renderSay(definition: FlowDefinition, step: FlowStep, facts: FactTree, lang: Lang, run: RunState | null = null): SpokenLine[] {
  const flow = compiledFlow(definition);
  const ground = run === null ? facts : runGround(flow, run, facts);
  const lines: SpokenLine[] = [];
  for (const line of step.say) {
    if (line.when !== undefined && flow.condition(line.when).evaluate(ground).verdict !== 'pass') continue;
    const cue = line.cue?.[lang] ?? null;
    if (line.forEach === undefined) {
      lines.push({ ...fillText(line[lang], ground, flow.scope, lang), cue, item: null });
      continue;
    }
    const list = factAt(ground, line.forEach);
    const type = typeAt(flow.scope, line.forEach);
    const itemType = typeof type === 'object' && 'list' in type ? type.list : undefined;
    for (const value of Array.isArray(list) ? (list as unknown[]) : []) {
      if (!isMeant(line.only, value)) continue;
      const id = factAt(value, 'id');
      lines.push({ ...fillText(line[lang], ground, flow.scope, lang, { as: line.as, value, type: itemType }), cue, item: typeof id === 'string' ? id : null });
    }
  }
  return lines;
}

/** One bilingual text of a flow (what to tell when a step fails, a prerequisite's words) in one language. */
export function renderWords(definition: FlowDefinition, words: Bilingual, facts: FactTree, lang: Lang, run: RunState | null = null): { text: string; missing: string[] } {
  const flow = compiledFlow(definition);
  return fillText(words[lang], run === null ? facts : runGround(flow, run, facts), flow.scope, lang);
}
