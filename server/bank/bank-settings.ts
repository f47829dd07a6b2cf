/** The connector as the options and the environment describe it, checked before anything is opened. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { isLoopback } from '../http/listen.ts';
import type { Options } from '../options.ts';
import { StartError } from '../start-error.ts';
import type { LineTls } from './bank-line.ts';
import type { HttpBankOptions } from './http-bank.ts';

const LEAST_SECRET = 16;

export type BankEnvironment = { secret: string; keyPassphrase: string | undefined };

function pem(option: string, file: string | null): string | undefined {
  if (file === null) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${option} ${file}: 读不出 / cannot be read (${error instanceof Error ? error.message : ''})`);
  }
}

/** PR9: secret and customers' facts travel this line, so in clear it may not leave the machine. */
function address(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new StartError(`--bank ${given}: 不是 http(s) 地址 / not an http(s) address`);
  if (url.username !== '' || url.password !== '') throw new StartError('--bank: 地址里不能带密码，请用 AIDLINE_BANK_SECRET / no password in the address: use AIDLINE_BANK_SECRET');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    throw new StartError(`--bank ${given}: 本机以外必须用 https / beyond loopback https is required`);
  }
  return url;
}

function tlsOf(options: Options['bankTls'], passphrase: string | undefined): LineTls {
  if ((options.cert === null) !== (options.key === null)) throw new StartError('--bank-cert, --bank-key: 要一起给 / go together');
  const tls: LineTls = { ca: pem('--bank-ca', options.ca), cert: pem('--bank-cert', options.cert), key: pem('--bank-key', options.key), passphrase, serverName: options.serverName ?? undefined };
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key, passphrase });
  } catch (error) {
    throw new StartError(`--bank-ca, --bank-cert, --bank-key: 证书和私钥不能用 / certificate and key cannot be used (${error instanceof Error ? error.message : ''})`);
  }
  return tls;
}

/** @throws StartError where the address is plain beyond loopback, there is no secret, a file cannot be read, or certificate and key do not fit */
export function bankSettings(given: string, options: Options['bankTls'], { secret, keyPassphrase }: BankEnvironment): HttpBankOptions {
  const { protocol } = address(given);
  // A secret that can be guessed is none; a certificate says who asks without one.
  if (secret.length < LEAST_SECRET && !(secret === '' && options.cert !== null)) {
    throw new StartError('AIDLINE_BANK_SECRET: 缺少，或短于 16 个字符 / missing, or shorter than 16 characters');
  }
  const named = options.ca ?? options.cert ?? options.key ?? options.serverName;
  if (protocol === 'http:' && named !== null) throw new StartError(`--bank ${given}: --bank-ca, --bank-cert, --bank-key, --bank-name 只用于 https / need https`);
  return { url: given, secret, ...(protocol === 'https:' ? { tls: tlsOf(options, keyPassphrase) } : {}) };
}
