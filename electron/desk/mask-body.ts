import { maskNumbers } from '#shared/privacy/mask.ts';

/** Where people write freely in a command's body. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  'text', 'note', 'what', 'result', 'reason', 'noteToReviewer', 'customerWords', 'goal', 'branch', 'mood', 'words', 'whatToDo', 'question', 'answer',
]);
/** Receipts are long numbers by nature and no card's. */
const RECEIPT = /receipt/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const looksTyped = (value: string): boolean => !UUID.test(value) && (!/[A-Za-z]/.test(value) || /[\s\u3000-\u9fff]/.test(value));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function maskValues(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([field, value]) =>
    [field, typeof value === 'string' && !RECEIPT.test(field) && looksTyped(value) ? maskNumbers(value) : value]));
}

/**
 * A command's body as it may be stored and sent (PR2): long runs of digits in free text and in a flow's answers are
 * masked before the first write, so that no full card number ever lies in an outbox. Ids stay as they are.
 */
export function maskBody(body: unknown): unknown {
  if (!isRecord(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => {
    if (typeof value === 'string' && FREE_TEXT.has(key)) return [key, maskNumbers(value)];
    if (key === 'values' && isRecord(value)) return [key, maskValues(value)];
    return [key, value];
  }));
}
