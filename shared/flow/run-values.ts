import type { FlowDefinition, FlowField } from './definition.ts';
import type { FieldValue, RunState } from './run.ts';

/** Answers: what fits which kind of field, and what goes along into another run. */

const civilDate = /^\d{4}-\d{2}-\d{2}$/;
const isText = (value: FieldValue): value is string => typeof value === 'string';
const isTexts = (value: FieldValue): value is string[] => Array.isArray(value);

function fits(field: FlowField, value: FieldValue): boolean {
  const options = (field.options ?? []).map((option) => option.id);
  switch (field.type) {
    case 'text': return isText(value);
    case 'choice': return isText(value) && options.includes(value);
    case 'multi': return isTexts(value) && new Set(value).size === value.length && value.every((each) => options.includes(each));
    case 'date': return isText(value) && civilDate.test(value) && !Number.isNaN(Date.parse(value));
    case 'dateTime': return isText(value) && !Number.isNaN(Date.parse(value)) && value.endsWith('Z');
    case 'money': return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'number': return typeof value === 'number' && Number.isSafeInteger(value);
    case 'digits': return isText(value) && /^[0-9]+$/.test(value) && (field.length === undefined || value.length === field.length);
    case 'boolean': return typeof value === 'boolean';
    case 'window': return typeof value === 'object' && !Array.isArray(value) && 'from' in value && 'to' in value && String(value.from) < String(value.to);
    case 'planRefs': case 'cardRefs': return isTexts(value) && new Set(value).size === value.length;
    case 'branchRef': return isText(value);
    case 'perItem': return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((answer) => options.includes(String(answer)));
  }
}

/** Twelve digits or more may be a card or an identity number: such text must have been masked (PR2). */
function hasLongNumber(value: FieldValue): boolean {
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join('\n') : '';
  return /\d(?:[ -]?\d){11,}/.test(text.normalize('NFKC'));
}

export type ValueProblem = 'flow-field-unknown' | 'flow-field-never-stored' | 'flow-answer-unfit' | 'flow-answer-unmasked';

/**
 * @param value null clears the answer
 * @returns why the answer cannot be stored, or null when it can
 */
export function valueProblem(field: FlowField | undefined, value: FieldValue | null): ValueProblem | null {
  if (field === undefined) return 'flow-field-unknown';
  if (field.secret || field.searchOnly) return 'flow-field-never-stored';
  if (value === null) return null;
  if (!fits(field, value)) return 'flow-answer-unfit';
  if (field.type === 'text' && hasLongNumber(value)) return 'flow-answer-unmasked';
  return field.type === 'digits' && isText(value) && value.length >= 12 ? 'flow-answer-unmasked' : null;
}

/** Two answers are the same when they would be stored the same. */
export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, i) => each === b[i]);
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length && left.every(([key, each]) => Object.hasOwn(b, key) && (b as Record<string, unknown>)[key] === each);
}

const fieldsOf = (definition: FlowDefinition): FlowField[] => definition.steps.flatMap((step) => step.fields);

/**
 * The answers a new run takes over from the one it replaces: same field, same kind, still fitting.
 * Proofs typed by hand never go along.
 */
export function carriedValues(from: FlowDefinition, to: FlowDefinition, run: RunState): Record<string, FieldValue> {
  const before = new Map(fieldsOf(from).map((field) => [field.id, field]));
  const carried: Record<string, FieldValue> = {};
  for (const field of fieldsOf(to)) {
    const value = run.values[field.id];
    if (value === undefined || field.noPaste || before.get(field.id)?.type !== field.type) continue;
    if (valueProblem(field, value) === null) carried[field.id] = value;
  }
  return carried;
}
