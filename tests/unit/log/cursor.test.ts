import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Cursor } from '#shared/protocol/wire.ts';
import { decodeCursor, encodeCursor } from '../../../server/log/cursor.ts';

const epoch = '01950000-0000-7000-8000-000000000001';

it('[SY5] a cursor comes back as it went out, and fits the wire', () => {
  const positions = fc.maxSafeNat();
  fc.assert(
    fc.property(positions, fc.option(positions, { nil: undefined }), (position, start) => {
      const cursor = { epoch, positions: [position], ...(start === undefined ? {} : { start }) };
      const text = encodeCursor(cursor);
      expect(Cursor.parse(text)).toBe(text);
      expect(decodeCursor(text)).toEqual({ ok: true, cursor });
    }),
    { seed: 1 },
  );
});

it('[RB1] anything else is a refusal, never an exception', () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong = [
    '', 'ä', '=', json(null), json({ epoch, positions: [] }), json({ epoch, positions: [-1] }), json({ epoch, positions: [1.5] }),
    json({ epoch, positions: [1, 2] }), json({ epoch: 'x', positions: [1] }), json({ epoch, positions: [1], more: 1 }), json({ epoch, positions: ['1'] }),
  ];
  for (const text of wrong) expect(decodeCursor(text)).toEqual({ ok: false, refusal: { code: 'bad-cursor' } });
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(decodeCursor(text).ok).toBe(false);
    }),
    { seed: 1 },
  );
});
