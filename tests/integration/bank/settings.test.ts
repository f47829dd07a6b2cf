import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { watchBankClock } from '../../../server/bank/bank-clock.ts';
import { bankSettings } from '../../../server/bank/bank-settings.ts';
import { OptionsError, readOptions } from '../../../server/options.ts';
import { makeCertificates, type Certificates } from '../../proof/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-settings-'));
let made: Certificates;
beforeAll(() => {
  made = makeCertificates(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const none = { ca: null, cert: null, key: null, serverName: null };
const secret = 'long-enough-secret';
const settings = (url: string, tls: Partial<typeof none | Record<keyof typeof none, string>> = {}, environment: { secret: string; keyPassphrase?: string } = { secret }) =>
  bankSettings(url, { ...none, ...tls }, { keyPassphrase: undefined, ...environment });

describe('[PR9] the connector as the options describe it', () => {
  test('plain on loopback, TLS with what is given elsewhere', () => {
    expect(settings('http://127.0.0.1:4100')).toEqual({ url: 'http://127.0.0.1:4100', secret });
    expect(settings('http://[::1]:4100').tls).toBeUndefined();
    const given = settings('https://core.example', { ca: made.ca.cert, cert: made.centre.cert, key: made.centre.key, serverName: 'core.bank.test' });
    expect(given.tls).toMatchObject({ serverName: 'core.bank.test', ca: expect.stringContaining('CERTIFICATE') as string, key: expect.stringContaining('PRIVATE KEY') as string });
  });

  test('a certificate of ours is enough without a secret', () => {
    expect(settings('https://core.example', { cert: made.centre.cert, key: made.centre.key }, { secret: '' }).secret).toBe('');
  });

  test.each<[string, () => unknown, RegExp]>([
    ['plain beyond loopback', () => settings('http://core.example'), /必须用 https \/ beyond loopback https/],
    ['no address', () => settings('core.example'), /not an http\(s\) address/],
    ['another protocol', () => settings('ftp://core.example'), /not an http\(s\) address/],
    ['a password in the address', () => settings('https://me:secret-word@core.example'), /no password in the address/],
    ['no secret', () => settings('https://core.example', {}, { secret: '' }), /AIDLINE_BANK_SECRET.*缺少/],
    ['a short secret', () => settings('https://core.example', {}, { secret: 'short' }), /shorter than 16/],
    ['TLS files for a plain line', () => settings('http://127.0.0.1:1', { ca: made.ca.cert }), /need https/],
    ['a certificate without its key', () => settings('https://core.example', { cert: made.centre.cert }), /go together/],
    ['a key of another certificate', () => settings('https://core.example', { cert: made.centre.cert, key: made.bank.key }), /cannot be used/],
    ['a file that is not there', () => settings('https://core.example', { ca: join(folder, 'nowhere.pem') }), /--bank-ca .*nowhere\.pem: 读不出/],
    ['a file that is no certificate', () => {
      writeFileSync(join(folder, 'words.pem'), 'words');
      return settings('https://core.example', { cert: join(folder, 'words.pem'), key: made.centre.key });
    }, /cannot be used/],
  ])('%s is told in both languages, before anything is opened', (_, ask, words) => {
    expect(ask).toThrow(words);
    try {
      ask();
    } catch (error) {
      expect(String(error)).not.toMatch(/secret-word|long-enough-secret|PRIVATE KEY/);
    }
  });

  test('the options belong to a bank, and the demo has one of its own', () => {
    expect(() => readOptions(['--bank-ca', 'x.pem'])).toThrow(OptionsError);
    expect(() => readOptions(['--demo', '--bank', 'https://core.example'])).toThrow(/--demo 自带银行/);
    expect(readOptions(['--bank', 'https://core.example', '--bank-ca', 'a', '--bank-cert', 'b', '--bank-key', 'c', '--bank-name', 'd']).bankTls).toEqual({ ca: 'a', cert: 'b', key: 'c', serverName: 'd' });
  });
});

describe("a bank's clock that differs", () => {
  test('is told once when it begins to, and once when it no longer does', () => {
    const warn = vi.fn<Logger['warn']>();
    const skew = watchBankClock({ warn });
    for (const ms of [0, 59_000, -59_000]) skew(1_000_000 + ms, 1_000_000);
    expect(warn).not.toHaveBeenCalled();
    for (const ms of [61_000, 70_000]) skew(1_000_000 + ms, 1_000_000);
    skew(1_000_000, 1_000_000);
    expect(warn.mock.calls.map(([detail]) => detail)).toEqual([{ skewMs: 61_000 }, { skewMs: 0 }]);
  });
});
