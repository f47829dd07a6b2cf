/** Customers whom this desktop knows from its own cases: what can be found with the line down (OF1), and how old it is (SY8). */
import type { FactsReading } from '#shared/case/case-schema.ts';
import { callIdsOf, callOf } from '#shared/operation/call-of.ts';
import { sendCommand } from '../app/send.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { useSession } from '../app/stores/session.ts';
import { useSync } from '../app/stores/sync.ts';

export type HeldCustomer = { customerId: string; /** Where the centre gave this person the reading. */ fromCase: string; reading: FactsReading; numbers: string[] };
/** What somebody says of themselves that can be told from what is held: a name is held as a surname, a card by its first six and last four. */
export type HeldQuery = { name: string } | { phone: string } | { cardNumber: string };

/** Whether the centre cannot be asked now. */
export const isCut = (): boolean => useSync.getState().sync?.connection !== 'online';

const digits = (text: string): string => text.normalize('NFKC').replace(/\D/g, '').replace(/^86(?=1\d{10}$)/, '');
/** `199****0001`: what is masked may be anything. */
const fits = (masked: string, number: string): boolean => {
  const [head = '', tail = ''] = masked.split(/\*+/);
  return head.length + tail.length >= 6 && number.startsWith(head) && number.endsWith(tail);
};

/** Every customer of whom this person holds a reading of their own, with the newest one. */
export function heldOf(cases: readonly TypedCase[], me: string): HeldCustomer[] {
  const found = new Map<string, HeldCustomer>();
  for (const { caseId, state } of cases) {
    const reading = state.facts[me];
    // What was itself taken over from another case is found there: the centre checks it against the reading it gave.
    if (state.customerId === null || reading === undefined || state.identifiedHow === 'by-hand' || reading.facts.customer.id !== state.customerId) continue;
    const numbers = [state.opened?.number, ...callIdsOf(state).map((id) => callOf(state, id)?.number)].flatMap((number) => (number == null ? [] : [digits(number)]));
    const known = found.get(state.customerId);
    const newer = known === undefined || known.reading.at < reading.at ? { fromCase: caseId, reading } : known;
    found.set(state.customerId, { customerId: state.customerId, fromCase: newer.fromCase, reading: newer.reading, numbers: [...new Set([...(known?.numbers ?? []), ...numbers])] });
  }
  return [...found.values()];
}

/** @returns those of them that the query does not rule out, the newest reading first */
export function searchHeld(held: readonly HeldCustomer[], query: HeldQuery): HeldCustomer[] {
  const match = ({ reading, numbers }: HeldCustomer): boolean => {
    const { customer, cards } = reading.facts;
    if ('name' in query) return query.name.trim() !== '' && customer.surname !== '' && query.name.normalize('NFKC').trim().startsWith(customer.surname);
    if ('phone' in query) return digits(query.phone).length >= 7 && (numbers.includes(digits(query.phone)) || fits(customer.reservedPhoneMasked, digits(query.phone)));
    const card = digits(query.cardNumber);
    return card.length >= 12 && cards.some((one) => card.startsWith(one.first6) && card.endsWith(one.lastFour));
  };
  return held.filter(match).toSorted((a, b) => (a.reading.at > b.reading.at ? -1 : 1));
}

const mine = (): string | null => {
  const { session } = useSession.getState();
  return session?.status === 'signed-in' ? session.person.id : null;
};

/** Searches what this desktop holds. Nothing of the query is kept (PR2). */
export function findHeld(query: HeldQuery): HeldCustomer[] {
  const me = mine();
  return me === null ? [] : searchHeld(heldOf(allCases(useCases.getState().held), me), query);
}

/** What is held of one customer; null where nothing is. */
export function heldCustomer(customerId: string): HeldCustomer | null {
  const me = mine();
  return me === null ? null : (heldOf(allCases(useCases.getState().held), me).find((one) => one.customerId === customerId) ?? null);
}

/** The case is this customer's from now on, with the facts as old as they are; the centre checks and reads them anew when it can. */
export const takeHeldFacts = (caseId: string, { customerId, fromCase, reading }: HeldCustomer): Promise<{ ok: boolean }> =>
  sendCommand(caseId, 'use held facts', { customerId, fromCase, reading });
