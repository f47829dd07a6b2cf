/** Certificates of this very run, made with the openssl program: two authorities, a bank, a centre, and what is wrong with them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Pair = { cert: string; key: string };
export type Certificates = {
  /** The authority that both sides trust, and one that nobody does. */
  ca: Pair;
  strange: Pair;
  /** The bank's, for {@link BANK_NAME} and 127.0.0.1. */
  bank: Pair;
  expired: Pair;
  ofStrange: Pair;
  /** Of the right authority for another name. */
  otherName: Pair;
  /** The centre's own. */
  centre: Pair;
  strangeCentre: Pair;
};

export const BANK_NAME = 'core.bank.test';
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args: string[]): void {
  try {
    execFileSync('openssl', args, { stdio: 'pipe' });
  } catch (error) {
    throw new Error('these tests make their certificates with the openssl program, which is missing or too old', { cause: error });
  }
}

/** Files of certificates and keys in a folder. */
export function makeCertificates(folder: string): Certificates {
  const pair = (name: string): Pair => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) });
  const authority = (name: string): Pair => {
    const made = pair(name);
    openssl('req', '-x509', ...CURVE, '-days', '2', '-subj', `/CN=${name}`, '-keyout', made.key, '-out', made.cert);
    return made;
  };
  const signed = (name: string, by: Pair, names: string, days = 2): Pair => {
    const made = pair(name);
    const request = join(folder, `${name}.csr`);
    openssl('req', ...CURVE, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-keyout', made.key, '-out', request);
    openssl('x509', '-req', '-in', request, '-CA', by.cert, '-CAkey', by.key, '-copy_extensions', 'copy', '-days', String(days), '-out', made.cert);
    return made;
  };
  const [ca, strange] = [authority('authority'), authority('strange')];
  const here = `DNS:${BANK_NAME},IP:127.0.0.1`;
  return {
    ca, strange, bank: signed('bank', ca, here), expired: signed('expired', ca, here, -1), ofStrange: signed('of-strange', strange, here),
    otherName: signed('other-name', ca, 'DNS:elsewhere.test'), centre: signed('centre', ca, 'DNS:centre.test'), strangeCentre: signed('strange-centre', strange, 'DNS:centre.test'),
  };
}

/** What the connector is given. */
export const lineTls = (ca: Pair, own: Pair | null, serverName?: string): { ca: string; cert?: string; key?: string; serverName?: string } => ({
  ca: readFileSync(ca.cert, 'utf8'), ...(own === null ? {} : { cert: readFileSync(own.cert, 'utf8'), key: readFileSync(own.key, 'utf8') }), ...(serverName === undefined ? {} : { serverName }),
});
