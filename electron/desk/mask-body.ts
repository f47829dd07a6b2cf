import { maskNumbers } from '#shared/privacy/mask.ts';

/** Where people write freely in a command's body. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  'text', 'note', 'what', 'result', 'reason', 'noteToReviewer', 'customerWords', 'cardWords', 'goal', 'branch', 'mood', 'words', 'whatToDo', 'question', 'answer',
  'outcome', 'finding', 'system', 'person',
]);
/** Receipts are long numbers by nature and no card's. */
const RECEIPT = /receipt/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

const looksTyped = (value: string): boolean => !UUID.test(value) && !INSTANT.test(value) && (!/[A-Za-z]/.test(value) || hasWords(value));
const hasWords = (value: string): boolean => /[\s\u3000-\u9fff]/u.test(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** In a flow's answers and in free text whatever looks typed; elsewhere only what holds words beside its digits. */
function maskAt(key: string, value: unknown, answers: boolean): unknown {
  if (typeof value === 'string') {
    if (FREE_TEXT.has(key) && !UUID.test(value)) return maskNumbers(value);
    if (RECEIPT.test(key)) return value;
    return (answers ? looksTyped(value) : hasWords(value)) ? maskNumbers(value) : value;
  }
  if (Array.isArray(value)) return value.map((one) => maskAt(key, one, answers));
  if (isRecord(value)) return maskIn(value, answers || key === 'values');
  return value;
}

const maskIn = (body: Record<string, unknown>, answers: boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [key, maskAt(key, value, answers)]));

/**
 * A command's body as it may be stored and sent (PR2): long runs of digits in free text and in a flow's answers, however
 * deep they lie, are masked before the first write, so that no full card number ever lies in an outbox. Ids stay as they are.
 */
export function maskBody(body: unknown): unknown {
  return isRecord(body) ? maskIn(body, false) : body;
}
