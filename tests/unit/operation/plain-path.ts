import type { CommandBody } from '#shared/case/commands.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { PlainKind } from '#shared/operation/payload.ts';
import { CustomerFacts } from '#shared/protocol/bank.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { approve, CALL, proof, putThrough, readFacts, REVIEW, submit, verify } from '../case/path.ts';
import { control, id, MAKER, OPERATION, REVIEWER, World } from '../case/world.ts';

/** The bank's own name of a purchase; as long as a card number, and no card number. */
export const PURCHASE = 'T-2026112100000045';

/** A customer with a credit balance, a purchase and a second card; what a test lays over them is what the bank tells next. */
export class PlainWorld extends World {
  account: Partial<CustomerFacts['accounts'][number]> = {};
  card: Partial<CustomerFacts['cards'][number]> = {};

  override facts(): CustomerFacts {
    const facts = super.facts();
    const [account, card] = [facts.accounts[0]!, facts.cards[0]!];
    return CustomerFacts.parse({
      ...facts, plans: [],
      accounts: [{ ...account, creditBalanceFen: 2_345_678, billUnpaidFen: 0, nextBillFen: 0, ...this.account }],
      cards: [{ ...card, ...this.card }, { ...card, id: 'card-2', lastFour: '0013' }],
      recentTransactions: [{ id: PURCHASE, card: 'card-1', at: '2026-11-20T16:30:00.000Z', amountFen: 880_000, merchant: '样例百货', channel: 'pos', status: 'posted' }],
    });
  }
}

export type Asked = Partial<CommandBody<'draft operation'>>;

/** What a customer asks for, of each kind: above the sum from which two people check it. */
export const GOOD: Record<PlainKind, { amountFen: number; reference: string }> = {
  'limit-change': { amountFen: 8_000_000, reference: '' },
  'card-cancellation': { amountFen: 2_345_678, reference: '8864' },
  refund: { amountFen: 880_000, reference: PURCHASE },
  'emergency-payment': { amountFen: 12_000_000, reference: '4321' },
  'loss-reissue-abroad': { amountFen: 30_000, reference: '日本东京' },
};

export const draftPlain = (world: World, kind: PlainKind, asked: Asked = {}, by = MAKER): string | null =>
  world.do(by, 'draft operation', {
    operationId: OPERATION, kind, lineId: id(200), accountId: 'acct-1', cardId: 'card-1', customerWords: '就是这个数', recordingOffset: 42, continues: null, ...GOOD[kind], ...asked,
  });

const need = (...codes: (string | null)[]): void => {
  const refused = codes.filter((one) => one !== null);
  if (refused.length > 0) throw new Error(`refused: ${refused.join(', ')}`);
};

export const tickPlain = (world: World, kind: PlainKind): void =>
  need(...control.kinds[kind].selfCheck.map((item) => world.do(MAKER, 'tick self-check', { operationId: OPERATION, item: item.id, on: true })));

/** A call on which the customer is verified, and the facts read. */
export function onTheLine(world: World = new PlainWorld()): World {
  putThrough(world, CALL);
  readFacts(world, MAKER, 'worksheet');
  verify(world, CALL);
  return world;
}

/** As far as the submission; whether it waits for a reviewer is the policy's matter. */
export function submitted(kind: PlainKind, asked: Asked = {}, world: World = new PlainWorld()): World {
  onTheLine(world);
  need(draftPlain(world, kind, asked));
  tickPlain(world, kind);
  need(submit(world, REVIEW));
  return world;
}

/** What the reviewer hears and reads: the key figures of the kind. */
export function entryOf(kind: PlainKind, more: Partial<BlindEntry> = {}): BlindEntry {
  const figures = control.kinds[kind].keyFigures;
  return {
    totalDueFen: GOOD[kind].amountFen, lines: 1, dueDate: '2026-11-23', principals: {},
    ...(figures.includes('last-four') ? { lastFour: '0005' } : {}), ...(figures.includes('reference') ? { reference: GOOD[kind].reference } : {}), ...more,
  };
}

export function taken(kind: PlainKind, world: World = submitted(kind)): World {
  world.must(REVIEWER, 'take review', { reviewId: REVIEW });
  readFacts(world, REVIEWER, 'review');
  return world;
}

export const enter = (world: World, entry: BlindEntry): string | null => world.do(REVIEWER, 'store blind entry', { reviewId: REVIEW, entry });

export function approvedPlain(kind: PlainKind, world: World = taken(kind)): World {
  need(enter(world, entryOf(kind)), approve(world, REVIEW));
  return world;
}

/** 眼到, 心到, 手到. */
export function confirmPlain(world: World): World {
  const operation = world.operation();
  for (const key of confirmationItems(operation, control.kinds[operation.kind])) {
    const [part, ...item] = key.split(':');
    need(world.do(MAKER, 'confirm item', { operationId: OPERATION, part: part as 'eye', item: item.join(':'), agrees: true, callId: CALL, customerWords: '是的', recordingOffset: 60 }));
  }
  need(proof(world, CALL));
  return world;
}

export const confirmedPlain = (kind: PlainKind): World => confirmPlain(approvedPlain(kind));
