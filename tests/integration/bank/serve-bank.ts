import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { bankCalls, BankCall } from '#shared/protocol/bank-calls.ts';
import type { Bank } from '../../../server/bank/bank.ts';
import type { Pair } from '../../proof/certificates.ts';

/** What goes wrong with the next call of a kind; everything after it is well again. */
export type Mischief = { call: BankCall; /** Before anything is done: what is done instead. */ before?: (response: ServerResponse) => void; /** It was done: what is said instead of its answer. */ after?: (response: ServerResponse, answer: unknown) => void };
export type Served = { port: number; url: string; count: (call: BankCall) => number; next: Mischief | null; close: () => Promise<void> };

async function ask(bank: Bank, call: BankCall, body: unknown): Promise<unknown> {
  const parsed = bankCalls[call].request.parse(body);
  const { key = '', customerId = '' } = parsed as { key?: string; customerId?: string };
  const answer = await (async () => {
    switch (call) {
      case 'book': {
        const { key: _, expected, ...operation } = bankCalls.book.request.parse(body);
        return bank.book(key, operation, expected);
      }
      case 'inquire': return bank.inquire(key);
      case 'close': return bank.close(key);
      case 'read': return bank.read({ customerId });
      case 'quote': return bank.quote(bankCalls.quote.request.parse(body));
      case 'keys': return bank.keysSince(bankCalls.keys.request.parse(body));
      case 'ping': return bank.ping();
      default: throw new Error(`nobody asks for ${call} here`);
    }
  })();
  if (answer.kind !== 'answer') throw new Error(`the bank behind the line says ${answer.kind}`);
  return answer.value;
}

const say = (response: ServerResponse, status: number, body: string): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

/** Any bank over the API of core banking, for callers with a certificate of `clients`, with mischief on demand. */
export async function serveBank(bank: Bank, own: Pair, clients: Pair): Promise<Served> {
  const counts = new Map<BankCall, number>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const call = BankCall.parse(request.url?.replace('/v1/', ''));
    counts.set(call, (counts.get(call) ?? 0) + 1);
    const mischief = served.next?.call === call ? served.next : null;
    if (mischief !== null) served.next = null;
    if (mischief?.before !== undefined) return mischief.before(response);
    const answer = await ask(bank, call, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (mischief?.after !== undefined) return mischief.after(response, answer);
    say(response, 200, JSON.stringify(answer));
  };
  const server = createServer({ cert: readFileSync(own.cert), key: readFileSync(own.key), ca: readFileSync(clients.cert), requestCert: true, rejectUnauthorized: true }, (request, response) => {
    take(request, response).catch((error: unknown) => say(response, 400, JSON.stringify({ code: 'bad-request', text: { zh: String(error), en: String(error) } })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const served: Served = {
    port, url: `https://127.0.0.1:${port}`, count: (call) => counts.get(call) ?? 0, next: null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return served;
}
