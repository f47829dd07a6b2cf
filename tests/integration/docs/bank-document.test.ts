import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { bankCalls, type BankCall } from '#shared/protocol/bank-calls.ts';
import { makeClock } from '../../../server/bank/demo/clock.ts';
import { makeBankServer } from '../../../server/bank/demo/server.ts';
import { seedOnce } from '../../../server/bank/demo/seed.ts';
import { openStore, type Store } from '../../../server/bank/demo/store.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';

type Content = { content: { 'application/json': { schema: object } } };
type Operation = { requestBody: Content; responses: Record<string, Content> };
const document = parse(readFileSync(resolve(import.meta.dirname, '..', '..', '..', 'docs/protocol/bank-openapi.yaml'), 'utf8')) as { paths: Record<string, { post: Operation }>; components: { schemas: object } };

/** A validator made from the published document, not from the program's own schema. */
function published(schema: object): z.ZodType {
  const text = JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}

const NOW = '2026-11-21T02:00:00.000Z';
const secret = 'a-secret-of-this-test';
const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-document-'));
let store: Store;
let app: ReturnType<typeof makeBankServer>;
beforeAll(() => {
  store = openStore(folder);
  const clock = makeClock(store);
  clock.set(NOW, true);
  seedOnce(store, 7, NOW, 0);
  app = makeBankServer(store, clock, secret);
});
afterAll(async () => {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const { customerId, planIds, cardId } = STORIES.settle;
const lock = { kind: 'card-lock', customerId, line: { cardId, reportedAt: NOW, lostAt: null }, expected: [] };
const settlement = { kind: 'early-settlement', customerId, line: { planId: planIds[0], dueNowFen: 1, remainingFen: 1, feeFen: 0 }, expected: [{ fact: `plan.${planIds[0]}.periodsPosted`, value: 0 }] };
/** Asked in this order, one after another. */
const questions: [BankCall, object, number][] = [
  ['ping', {}, 200], ['read', { customerId }, 200], ['read', { customerId: 'nobody' }, 404], ['quote', { customerId, planIds: [...planIds, 'no-plan'] }, 200], ['quote', { customerId, planIds: [] }, 400],
  ['find', { phone: '138' }, 200], ['find', { name: '王', idLast4: '1234' }, 200], ['verify', { customerId, factor: 'name', answer: 'x' }, 200], ['reserved-phone', { customerId }, 200],
  ['transactions', { customerId, limit: 3 }, 200], ['postings', { customerId, planIds: [...planIds] }, 200], ['postings', { customerId, planIds: ['no-plan'] }, 404],
  ['book', { ...settlement, key: 'key-of-a-refusal' }, 200], ['book', { ...lock, key: 'key-of-a-lock' }, 200], ['book', { ...settlement, key: 'key-of-a-lock' }, 409], ['inquire', { key: 'key-of-a-lock' }, 200],
  ['inquire', { key: 'key-of-a-refusal' }, 200], ['inquire', { key: 'key-never-heard' }, 200], ['close', { key: 'key-never-heard-2' }, 200], ['keys', { since: NOW, after: 0, limit: 10 }, 200],
];

describe('the demo bank fits the published document', () => {
  test('every call: what is asked, what is answered, and every error', async () => {
    const faults: string[] = [];
    for (const [call, body, status] of questions) {
      const { post } = document.paths[`/v1/${call}`]!;
      const response = await app.inject({ method: 'POST', url: `/v1/${call}`, headers: { authorization: `Bearer ${secret}` }, payload: body });
      expect([call, response.statusCode]).toEqual([call, status]);
      const asked = published(post.requestBody.content['application/json'].schema).safeParse(body).success;
      if (asked !== (status !== 400)) faults.push(`${call} ${JSON.stringify(body)}: ${asked ? 'fits' : 'does not fit'}`);
      const told = published(post.responses[String(status)]!.content['application/json'].schema).safeParse(response.json());
      if (!told.success) faults.push(`${call} ${status}: ${JSON.stringify(told.error.issues[0])}`);
    }
    expect(faults).toEqual([]);
    expect(new Set(questions.map(([call]) => call)).size).toBe(Object.keys(bankCalls).length);
  });

  test('without the secret every call is answered 401 in the shape of an error', async () => {
    for (const call of Object.keys(bankCalls)) {
      const response = await app.inject({ method: 'POST', url: `/v1/${call}`, payload: {} });
      expect(response.statusCode).toBe(401);
      expect(published(document.paths[`/v1/${call}`]!.post.responses['401']!.content['application/json'].schema).safeParse(response.json()).success).toBe(true);
    }
  });
});
