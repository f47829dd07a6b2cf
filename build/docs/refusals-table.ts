/** Every refusal code with its English and Chinese words, as a table. */
import { REFUSALS } from '#shared/protocol/refusals.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** @returns the content of docs/protocol/refusals.md */
export function refusalsTable(): string {
  const rows = Object.entries(REFUSALS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { zh, en }]) => `| \`${code}\` | ${cell(en.what)} *${cell(en.todo)}* | ${cell(zh.what)}*${cell(zh.todo)}* | ${cell(en.money)} |`);
  return [
    '# Refusal codes', '', 'Generated from `shared/protocol/refusals.ts` by `npm run docs:protocol`; do not edit.', '',
    'A refusal on the wire is `{ "code": …, "detail"?: { … } }`. A client shows its own words for a code it knows and must',
    'live with one it does not: nothing is certain then about what was booked, and the recorded outcome counts.', '',
    '| code | what happened, *what to do* | 中文 | for the customer’s money |', '|---|---|---|---|', ...rows, '',
  ].join('\n');
}
