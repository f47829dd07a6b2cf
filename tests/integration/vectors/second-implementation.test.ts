import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { vectors } from '../../../build/docs/vectors.ts';
import { publicKeyOf } from '../../../electron/desk/signing/ed25519.ts';
import { openPersonKey } from '../../../electron/desk/signing/person-key.ts';
import { KeptKey } from '../../../shared/protocol/wire.ts';

const project = resolve(import.meta.dirname, '..', '..', '..');
const published = join(project, 'docs', 'protocol', 'vectors.json');
/** The system's own, whose libraries are the system's packages; another Python may stand before it in PATH. */
const PYTHON = '/usr/bin/python3';
const folder = mkdtempSync(join(tmpdir(), 'aidline-vectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the second implementation; without it there is nothing to say, so that is a failure with what to do. */
function check(file: string): { code: number | null; said: string } {
  const result = spawnSync(PYTHON, [join(project, 'tests', 'vectors', 'check_vectors.py'), file], { encoding: 'utf8' });
  if (result.error !== undefined || result.status === 3) {
    throw new Error(`The second implementation needs Python and two libraries: node build/setup.mjs --need tests, or apt-get install python3 python3-cryptography python3-argon2. 第二份实现需要 Python 和两个库。\n${result.error?.message ?? result.stderr}`);
  }
  return { code: result.status, said: `${result.stdout}${result.stderr}`.trim() };
}

type Json = { [name: string]: unknown };
function checkChanged(name: string, change: (vectors: Json) => void): { code: number | null; said: string } {
  const changed = JSON.parse(readFileSync(published, 'utf8')) as Json;
  change(changed);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(changed));
  return check(file);
}

/** Sets what lies at this path. */
function set(path: readonly (string | number)[], to: (before: string) => unknown): (vectors: Json) => void {
  return (of) => {
    let at: Record<string | number, unknown> = of;
    for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
    const last = path.at(-1) ?? '';
    if (at[last] === undefined) throw new Error(`nothing at ${path.join('.')}`);
    at[last] = to(String(at[last]));
  };
}
const otherByte = (text: string): string => {
  const bytes = Buffer.from(text, 'base64');
  bytes[5] = bytes[5]! ^ 1;
  return bytes.toString('base64');
};
const otherDigit = (text: string): string => (text.startsWith('0') ? '1' : '0') + text.slice(1);

describe('[TP2] [TP8] the published vectors, computed by a second implementation in Python', () => {
  it('agree in every value: canonical JSON, digests, signed bytes, keys, signatures, a wrapped key', () => {
    const { code, said } = check(published);
    expect(said).toMatch(/^\{"agreed"/);
    expect(code).toBe(0);
    const { agreed } = z.object({ agreed: z.record(z.string(), z.int()) }).parse(JSON.parse(said));
    expect(Object.keys(agreed).sort()).toEqual(['canonicalJson', 'changeDigest', 'eventIds', 'hello', 'innerHash', 'keys', 'operationDigest', 'signatures', 'wrappedKeys']);
  });

  it('agree as the program makes them now', () => {
    const file = join(folder, 'now.json');
    writeFileSync(file, JSON.stringify(vectors()));
    expect(check(file).code).toBe(0);
  });

  it.each([
    ['a signature of the person', ['signatures', 1, 'signed', 'personSignature'], otherByte],
    ['a signature of the workstation', ['signatures', 2, 'signed', 'workstationSignature'], otherByte],
    ['a purpose', ['signatures', 0, 'signed', 'purpose'], () => 'order'],
    ['a digest that is signed', ['signatures', 0, 'signed', 'digest'], otherDigit],
    ['the proof of a workstation', ['hello', 0, 'proof'], otherByte],
    ['the token of a proof', ['hello', 0, 'token'], (token: string) => `${token}x`],
    ['a figure of a payload', ['operationDigest', 0, 'payload', 'totalDueFen'], () => 412_001],
    ['a change', ['changeDigest', 0, 'change', 'customerId'], () => 'customer-2'],
    ['a public key', ['keys', 0, 'publicKey'], otherByte],
    ['a wrapped key', ['wrappedKeys', 0, 'kept', 'wrapped', 'sealed'], otherByte],
  ] as const)('are rejected with %s changed', (name, path, to) => {
    expect(checkChanged(name.replaceAll(' ', '-'), set(path, to))).toMatchObject({ code: 1, said: expect.stringMatching(/\S/) });
  });

  it('are rejected where a part is missing or is no JSON', () => {
    expect(checkChanged('no-signatures', (of) => delete of['signatures']).code).toBe(1);
    const file = join(folder, 'none.json');
    writeFileSync(file, 'not json');
    expect(check(file).code).toBe(1);
  });

  it('hold a wrapped key that the desk itself opens', async () => {
    const parsed = z.object({ wrappedKeys: z.array(z.object({ passphrase: z.string(), belongsTo: z.string(), kept: KeptKey })).min(1) }).parse(JSON.parse(readFileSync(published, 'utf8')));
    for (const { passphrase, belongsTo, kept } of parsed.wrappedKeys) {
      const opened = await openPersonKey(kept, belongsTo.replace('person-key:', ''), passphrase);
      expect(opened === null ? null : publicKeyOf(opened).toString('base64')).toBe(kept.publicKey);
    }
  });
});
