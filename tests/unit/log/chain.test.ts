import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { batchLink, commandText, GENESIS_LINK, numberText, type ChainEntry } from '../../../server/log/chain.ts';
import { canonicalText } from '../../../server/log/canonical.ts';

const event = (content: string): ChainEntry => ({ class: 'event', content });
const audit = (content: string): ChainEntry => ({ class: 'audit', content });

describe('[PR5] the link of a batch', () => {
  it('is what the definition says, byte for byte', () => {
    const expected = createHash('sha256')
      .update(Buffer.alloc(32))
      .update('[{"v":1},{"v":2}]')
      .update(createHash('sha256').update('{"a":1}').digest())
      .digest('hex');
    expect(batchLink(GENESIS_LINK, [event('{"v":1}'), audit('{"a":1}'), event('{"v":2}')])).toBe(expected);
  });

  it('differs for another predecessor, content, order, or entry', () => {
    const batch = [event('{"v":1}'), event('{"v":2}'), audit('{"a":1}'), audit('{"a":2}')];
    const links = [
      batchLink(GENESIS_LINK, batch),
      batchLink('1'.repeat(64), batch),
      batchLink(GENESIS_LINK, [event('{"v":9}'), ...batch.slice(1)]),
      batchLink(GENESIS_LINK, [event('{"v":2}'), event('{"v":1}'), ...batch.slice(2)]),
      batchLink(GENESIS_LINK, [...batch.slice(0, 2), audit('{"a":2}'), audit('{"a":1}')]),
      batchLink(GENESIS_LINK, batch.slice(1)),
      batchLink(GENESIS_LINK, batch.slice(0, 3)),
    ];
    expect(new Set(links).size).toBe(links.length);
  });
});

describe('[PR5] rows beside the entries', () => {
  const command = { id: 'c', hash: 'h', kind: 'write note', schema: 1, stream: 's', person: 'p', answer: '{"a":"\u0001\u007f\u2028\ud83d\ude00\\/"\n\b\u000b€"}' };
  const number = { desktop: 'd', incarnation: 2, stream: 's', number: 7, command: 'c' };

  it('are in the link, whatever their order', () => {
    const rows = [commandText(command), numberText(number)];
    const links = [batchLink(GENESIS_LINK, [audit('{}')]), batchLink(GENESIS_LINK, [audit('{}')], rows), batchLink(GENESIS_LINK, [audit('{}')], rows.slice(1))];
    expect(new Set(links).size).toBe(3);
    expect(batchLink(GENESIS_LINK, [audit('{}')], rows.toReversed())).toBe(links[1]);
  });

  it('read the same from the writer and from the file', () => {
    const db = new Database(':memory:');
    const read = (sql: string, ...values: (string | number)[]): unknown => db.prepare(`SELECT json_array(${sql})`).pluck().get(...values);
    expect(read(`'command', ?, ?, ?, cast(? AS INTEGER), ?, ?, ?`, ...Object.values(command))).toBe(commandText(command));
    expect(read(`'number', ?, cast(? AS INTEGER), ?, cast(? AS INTEGER), ?`, ...Object.values(number))).toBe(numberText(number));
    db.close();
  });
});

describe('canonical text', () => {
  it('[TP2] is RFC 8785: keys in code-unit order, no spaces, shortest numbers', () => {
    expect(canonicalText({ b: 1e21, a: [true, null, '\u20ac'], '\u00e9': 0.1 })).toBe('{"a":[true,null,"€"],"b":1e+21,"é":0.1}');
  });

  it('does not exist for what has no JSON form', () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, '\ud800']) expect(() => canonicalText(value)).toThrow();
  });
});
