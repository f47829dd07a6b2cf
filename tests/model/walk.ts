/** A simulated walk of the model, as it prints it, in the words of the code. */

/** What the model says after one action. `lines` is `none` where a line is not in this operation or not started; `can` holds what may be done next, all else may not. */
export type Told = { alive: boolean; operation: number; status: string; lines: string[]; bookings: number[]; can: ReadonlySet<string> };
/** `fates`: what becomes of each line of an order, in turn; only in walks whose steps are joined. */
export type Step = { act: string; args: string[]; fates: string[]; told: Told };

const status = (word: string): string => (word === 'voided' ? 'void' : word.replaceAll('_', '-'));
const line = (word: string): string => word.replace(/^l_/, '').replaceAll('_', '-');
const listed = (text: string): string[] => text.split(',').filter((part) => part !== '');

function toldBy(state: string, can: string): Told {
  const found = /^STATE alive=(\d) operation=(\d+) status=(\w+) lines=([\w,]+) bookings=([\d,]+)$/.exec(state);
  if (found === null) throw new Error(`not a state: ${state}`);
  const [, alive, operation, word, lines, bookings] = found as unknown as [string, string, string, string, string, string];
  const may = can.split(' ').slice(1).map((pair) => pair.split('=') as [string, string]);
  return {
    alive: alive === '1', operation: Number(operation), status: status(word), lines: listed(lines).map(line), bookings: listed(bookings).map(Number),
    can: new Set(may.flatMap(([what, value]) => (value === '0' ? [] : [what]))),
  };
}

/** @param printed by `spin -T -DWALK`; @returns the actions in turn, each with what holds after it */
export function parseWalk(printed: string): Step[] {
  const steps: Step[] = [];
  let [act, state, fates]: [string[] | null, string | null, string[]] = [null, null, []];
  for (const text of printed.split('\n')) {
    const [word, ...rest] = text.trim().split(' ');
    if (word === 'ACT') act = rest;
    if (word === 'FATE') fates = [...fates, rest[1]!];
    if (word === 'STATE') state = text.trim();
    if (word === 'CAN') {
      if (act === null || state === null) throw new Error(`nothing was done before: ${text}`);
      steps.push({ act: act[0]!, args: act.slice(1), fates, told: toldBy(state, text.trim()) });
      [act, state, fates] = [null, null, []];
    }
  }
  return steps;
}

/** One line a step, for messages and for recorded walks. */
export const show = (step: Step): string => [step.act, ...step.args, ...step.fates].join(' ');
