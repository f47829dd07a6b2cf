import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { Diagnostics } from '#shared/protocol/diagnostics.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import { diagnose, Happenings, type ToDiagnose } from '../../../electron/desk/session/diagnose.ts';

const AT = '2026-11-23T03:00:00.000Z';
const sync = (more: Partial<SyncView> = {}): SyncView => ({
  connection: 'offline', refusal: null, unsent: 0, unsentOf: 0, inFlight: 0, catchingUp: false, behind: null, setAside: [], spooled: 0, lastContactAt: AT,
  clockOffsetMs: 12, clockIsOff: false, refused: [], incarnation: 1, renumberedAt: null, ...more,
});
const row = (more: Partial<ToDiagnose['rows'][number]> = {}): ToDiagnose['rows'][number] =>
  ({ kind: 'write note', status: 'unsent', urgent: false, made_at: AT, refusal: null, answered_at: null, ...more });
const of = (more: Partial<ToDiagnose> = {}): ToDiagnose => ({
  now: AT, commandSchema: 1, desktop: v7(), workstation: v7(), person: { id: v7(), role: 'agent' }, checkedBy: 'server', key: 'ready', sync: sync(),
  cases: 0, drafts: 0, rows: [], doubtful: [], happenings: new Happenings(), ...more,
});

describe('[SY8] [PR4] the diagnostic file', () => {
  it('counts what waits and names what was refused, by code', () => {
    const told = diagnose(of({
      rows: [row(), row({ urgent: true, kind: 'stop card' }), row({ status: 'refused', refusal: { code: 'not-your-case', detail: { name: '王芳' } }, answered_at: AT })],
      doubtful: ['es-not-told'],
    }));
    expect(told.outbox).toMatchObject({
      unsent: 2, urgent: 1, oldestUnsentAt: AT, refusals: [{ code: 'not-your-case', count: 1, lastAt: AT }], doubtful: [{ code: 'es-not-told', count: 1 }],
    });
    expect(told.outbox.kinds).toContainEqual({ kind: 'write note', unsent: 1, accepted: 0, confirmed: 0, refused: 1 });
    expect(JSON.stringify(told)).not.toContain('王芳');
  });

  /** What a person may have typed or the bank told, wherever a text can stand in what the file is made from. */
  const secret = fc.oneof(
    fc.constantFrom('王芳', '6225 8801 2345 6789', '13800138000', '她在医院，声音小', 'Wang Fang, card 6225'),
    fc.string({ minLength: 6, maxLength: 40 }).filter((text) => !/^[A-Za-z0-9_ -]*$/.test(text)),
    fc.stringMatching(/^[0-9]{11,19}$/),
  );

  it('holds nothing that was said, typed or read of a customer, wherever it may stand', () => {
    fc.assert(fc.property(secret, (text) => {
      const happenings = new Happenings();
      happenings.connection(AT, text, text);
      happenings.error(AT, Object.assign(new Error(text), { name: text }));
      const aside = { stream: `customer:${text}`, command: v7(), kind: text, code: text, at: AT, tries: 1, tryAt: AT };
      const told = diagnose(of({
        happenings, rows: [row({ kind: text }), row({ status: 'refused', refusal: { code: text, detail: { text } } })], doubtful: [text], workstation: text,
        person: { id: text, role: text }, checkedBy: text, key: text, sync: sync({ refusal: { code: text, detail: { text } }, setAside: [aside] }),
      }));
      expect(() => Diagnostics.parse(told)).not.toThrow();
      expect(JSON.stringify(told)).not.toContain(JSON.stringify(text).slice(1, -1));
    }), { seed: 4, numRuns: 300 });
  });

  it('keeps the newest of what happened, each change once', () => {
    const happenings = new Happenings();
    for (let n = 0; n < 200; n += 1) {
      happenings.connection(AT, n % 2 === 0 ? 'online' : 'offline', null);
      happenings.connection(AT, n % 2 === 0 ? 'online' : 'offline', null);
    }
    expect(happenings.line.length).toBe(60);
    expect(happenings.line.at(-1)).toEqual({ at: AT, what: 'offline', code: null });
    expect(happenings.line.at(-2)?.what).toBe('online');
  });
});
