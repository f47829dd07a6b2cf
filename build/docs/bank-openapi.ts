/** Core banking as OpenAPI 3.1: what a bank's integrator implements, and all that they need for it. */
import { BankError, bankCalls, callBounds, CustomerRequest, isRepeated, KeyRequest, PhoneAnswer, PingAnswer, type BankCall } from '#shared/protocol/bank-calls.ts';
import {
  Account, BankId, BankKey, BilingualText, BookDone, BookKind, BookOrder, BookOutcome, BookRefused, Card, CardLine, CardStatus, ChangedFact, Customer, CustomerFacts, FeeMode, Fen, FindAnswer,
  FindQuery, FoundCustomer, Hold, InquiryAnswer, KeysAnswer, KeysRequest, PinnedFact, PlainBooking, Plan, PlanStatus, Posting, PostingsAnswer, PostingsRequest, Ppm, Quote, QuoteAnswer,
  QuoteRequest, ReadFactsRequest, RefusalCode, SettlementLine, SignedFen, TakenKey, Transaction, TransactionsAnswer, TransactionsRequest, VerifyAnswer, VerifyFactor, VerifyRequest,
} from '#shared/protocol/bank.ts';
import { CivilDate, Instant } from '#shared/protocol/ids.ts';
import { bankExamples } from './bank-examples.ts';
import { describeMembers } from './bank-members.ts';
import { about, callWords, errorWords, schemaWords } from './bank-words.ts';
import { closure, components, type Json } from './wire-schemas.ts';

/** A major change of the calls is another path than `/v1`. */
const VERSION = '1.0.0';

const NAMED = {
  PingAnswer, ReadFactsRequest, CustomerFacts, Customer, Account, Card, Plan, Transaction, QuoteRequest, QuoteAnswer, Quote, BookOrder, SettlementLine, CardLine, PlainBooking, PinnedFact,
  BookOutcome, BookDone, BookRefused, ChangedFact, KeyRequest, InquiryAnswer, KeysRequest, KeysAnswer, TakenKey, PostingsRequest, PostingsAnswer, Posting, TransactionsRequest,
  TransactionsAnswer, FindQuery, FindAnswer, FoundCustomer, VerifyRequest, VerifyAnswer, CustomerRequest, PhoneAnswer, BankError, BookKind, RefusalCode, CardStatus, PlanStatus, FeeMode, Hold,
  VerifyFactor, Instant, CivilDate, BilingualText, Fen, SignedFen, Ppm, BankId, BankKey,
} as const;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const nameOf = (schema: unknown): string => {
  const found = Object.entries(NAMED).find(([, one]) => one === schema);
  if (found === undefined) throw new Error('a schema of a call without a name');
  return found[0];
};
const content = (schema: Json, examples?: Record<string, Json>): Json => ({ 'application/json': { schema, ...(examples === undefined ? {} : { examples }) } });
const named = (examples: Record<string, unknown> | undefined): Record<string, Json> | undefined =>
  examples === undefined ? undefined : Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));

/** A paragraph is one line, as a reader of the YAML breaks it again. */
const unwrapped = (text: string): string => text.replaceAll(/(?<!\n)\n(?!\n)/g, ' ');

/** `ping` asks for nothing. */
const bodyOf = (call: BankCall): Json => (call === 'ping' ? { type: 'object', maxProperties: 0 } : ref(nameOf(bankCalls[call].request)));

function operation(call: BankCall): Json {
  const { kind, answer } = bankCalls[call];
  const { wholeMs, attemptMs, mostBytes } = callBounds[kind];
  const { summary, description, errors } = callWords[call];
  const { request: asked, answer: told } = bankExamples[call] ?? {};
  return {
    operationId: call, summary, description, 'x-aidline-repeated': isRepeated(kind), 'x-aidline-waits-ms': { whole: wholeMs, attempt: attemptMs }, 'x-aidline-most-bytes': mostBytes,
    requestBody: { required: true, content: content(bodyOf(call), named(asked)) },
    responses: {
      '200': { description: 'The answer.', content: content(ref(nameOf(answer)), named(told)) },
      ...Object.fromEntries([...errors, '400', '401', '429', '500', '503'].toSorted().map((status) => [status, { description: errorWords[status], content: content(ref('BankError')) }])),
    },
  };
}

/** @returns the document as data */
export function bankOpenApi(): Json {
  const paths = Object.fromEntries((Object.keys(bankCalls) as BankCall[]).map((call) => [`/v1/${call}`, { post: operation(call) }]));
  const schemas = describeMembers(components('input', NAMED), schemaWords);
  return {
    openapi: '3.1.0',
    info: { title: 'Core banking behind Aidline', version: VERSION, description: unwrapped(about), license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: 'https://core.bank.example', description: "The bank's, as --bank names it" }],
    security: [{ secret: [], certificate: [] }, { secret: [] }, { certificate: [] }],
    paths,
    components: {
      securitySchemes: {
        secret: { type: 'http', scheme: 'bearer', description: 'A shared secret of 16 characters or more, compared in constant time. Take the old one and the new one while it is changed.' },
        certificate: { type: 'mutualTLS', description: 'The centre shows a client certificate; the bank lets in those of its own authority. TLS 1.2 or later.' },
      },
      schemas: closure([paths], schemas),
    },
  };
}
