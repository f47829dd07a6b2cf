import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { bankExamples } from '../../../build/docs/bank-examples.ts';
import { idleWords } from '../../../build/docs/bank-members.ts';
import { bankCalls, callBounds, isRepeated, type BankCall } from '#shared/protocol/bank-calls.ts';

type Operation = { 'x-aidline-repeated': boolean; 'x-aidline-waits-ms': { whole: number }; responses: Record<string, unknown> };
type Document = { info: { description: string }; security: object[]; paths: Record<string, { post: Operation }>; components: { schemas: Record<string, { description: string }>; securitySchemes: Record<string, unknown> } };
const text = readFileSync(resolve(import.meta.dirname, '..', '..', '..', 'docs/protocol/bank-openapi.yaml'), 'utf8');
const document = parse(text) as Document;
const calls = Object.keys(bankCalls) as BankCall[];

describe('the document for a bank', () => {
  test('has every call of the table and no other, with how long it is waited for and whether it is repeated', () => {
    expect(Object.keys(document.paths)).toEqual(calls.map((call) => `/v1/${call}`));
    for (const call of calls) {
      const { post } = document.paths[`/v1/${call}`]!;
      const { kind } = bankCalls[call];
      expect([post['x-aidline-repeated'], post['x-aidline-waits-ms'].whole]).toEqual([isRepeated(kind), callBounds[kind].wholeMs]);
    }
  });

  test('[TP4] an order is never repeated, an inquiry is; the key used twice has an answer of its own', () => {
    expect(calls.filter((call) => !document.paths[`/v1/${call}`]!.post['x-aidline-repeated'])).toEqual(['book', 'verify']);
    expect(Object.keys(document.paths['/v1/book']!.post.responses)).toContain('409');
  });

  test.each(calls)('the examples of %s are what the program sends and takes', (call) => {
    const { request = {}, answer = {} } = bankExamples[call] ?? {};
    for (const example of Object.values(request)) expect(bankCalls[call].request.parse(example)).toEqual(example);
    for (const example of Object.values(answer)) expect(bankCalls[call].answer.parse(example)).toEqual(example);
  });

  test('says something of every schema, and nothing of what is not there', () => {
    expect(Object.entries(document.components.schemas).filter(([, schema]) => !schema.description).map(([name]) => name)).toEqual([]);
    expect(idleWords(document.components.schemas)).toEqual([]);
  });

  test('[PR9] asks for a secret, a certificate or both, and is read alike by older parsers of YAML', () => {
    expect(Object.keys(document.components.securitySchemes)).toEqual(['secret', 'certificate']);
    expect(document.security).toEqual([{ secret: [], certificate: [] }, { secret: [] }, { certificate: [] }]);
    expect(parse(text, { version: '1.1' })).toEqual(document);
  });
});
