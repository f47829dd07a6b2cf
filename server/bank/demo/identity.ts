/** Finding a customer and comparing what they said. What was searched for or answered is compared and forgotten. */
import { parseYuan } from '#shared/money/fen.ts';
import type { FindAnswer, FindQuery, VerifyFactor } from '#shared/protocol/bank.ts';
import { bareNumber, found, recentPurchases } from './facts.ts';
import { AccountRow, CustomerRow, row, rows } from './rows.ts';
import type { Store } from './store.ts';

const MOST = 5;

/** Full-width to plain, no blanks, upper case: how a person types is no ground for 不符. */
const plain = (text: string): string => text.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
const digits = (text: string): string => plain(text).replaceAll(/\D/g, '');
const district = (text: string): string => plain(text).replace(/区$/, '');

export function find(store: Store, query: FindQuery): FindAnswer {
  const matches = search(store, query);
  return { matches: matches.slice(0, MOST).map(found), more: matches.length > MOST };
}

function search(store: Store, query: FindQuery): CustomerRow[] {
  if ('phone' in query) return rows(store, CustomerRow, 'SELECT * FROM customer WHERE phone = ?', bareNumber(plain(query.phone)));
  if ('cardNumber' in query) {
    return rows(store, CustomerRow, 'SELECT c.* FROM customer c JOIN account a ON a.customer = c.id JOIN card d ON d.account = a.id WHERE d.number = ?', digits(query.cardNumber));
  }
  const byDistrict = (one: CustomerRow): boolean => query.district === undefined || district(one.branch_district) === district(query.district);
  if ('idNumber' in query) {
    const byNumber = rows(store, CustomerRow, 'SELECT * FROM customer WHERE id_number = ?', plain(query.idNumber));
    return byNumber.filter((one) => query.name === undefined || plain(query.name) === plain(one.surname + one.given)).filter(byDistrict);
  }
  return rows(store, CustomerRow, 'SELECT * FROM customer WHERE surname || given = ? AND substr(id_number, -4) = ? ORDER BY id', plain(query.name), plain(query.idLast4)).filter(byDistrict);
}

/** What the bank would accept for each factor. Leaves this process only to the demo's simulated callers. */
export function acceptedAnswers(store: Store, customer: CustomerRow, now: string): Record<VerifyFactor, string[]> {
  const accounts = rows(store, AccountRow, 'SELECT * FROM account WHERE customer = ? ORDER BY id', customer.id);
  const recent = recentPurchases(store, customer.id, now, 5).filter((one) => one.amount_fen > 0);
  const credit = accounts.find((one) => one.kind === 'credit');
  return {
    name: [customer.surname + customer.given],
    idLast4: [customer.id_number.slice(-4)],
    birthDate: [customer.birth_date],
    recentTransaction: recent.flatMap((one) => [(one.amount_fen / 100).toFixed(2), one.merchant]),
    addressDistrict: [customer.address_district],
    branchDistrict: [customer.branch_district],
    statementDay: credit ? [String(credit.statement_day)] : [],
    autoDebitLastFour: accounts.flatMap((one) => (one.auto_debit_last_four === null ? [] : [one.auto_debit_last_four])),
    servicePassword: [customer.service_password],
  };
}

/** @returns whether the answer fits; null when there is no such customer */
export function verify(store: Store, customerId: string, factor: VerifyFactor, answer: string, now: string): boolean | null {
  const customer = row(store, CustomerRow, 'SELECT * FROM customer WHERE id = ?', customerId);
  if (!customer) return null;
  const accepted = acceptedAnswers(store, customer, now)[factor];
  switch (factor) {
    case 'birthDate': return accepted.some((one) => digits(one) === digits(answer));
    case 'statementDay': return /\d/.test(answer) && accepted.some((one) => one === String(Number(digits(answer))));
    case 'addressDistrict':
    case 'branchDistrict': return accepted.some((one) => district(one) === district(answer));
    case 'recentTransaction': {
      const amount = parseYuan(answer);
      const text = 'fen' in amount ? (amount.fen / 100).toFixed(2) : plain(answer);
      return accepted.some((one) => plain(one) === text);
    }
    default: return accepted.some((one) => plain(one) === plain(answer));
  }
}
