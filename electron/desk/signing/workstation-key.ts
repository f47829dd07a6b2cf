import { createCipheriv, createDecipheriv, createHash, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { PublicKey } from '#shared/protocol/signature.ts';
import { writeWhole } from '../store/write-whole.ts';
import { onDisk } from '../store/store-refusal.ts';
import { privateKeyOf, publicKeyOf, signWith } from './ed25519.ts';
import type { Signer } from './signer.ts';

const SECRET_BYTES = 32;
const Base64 = z.base64().max(200);

/**
 * This machine's key at one server, as it lies on the disk: the private half is sealed (AES-256-GCM) under a secret that
 * the server keeps and tells to those who sign in, so that the disk alone opens nothing (PR1, PR9).
 */
export const WorkstationFile = z.strictObject({
  format: z.literal(1),
  server: z.string(),
  /** Null until the server has answered for the first time. */
  workstation: Uuid7.nullable(),
  publicKey: PublicKey,
  iv: Base64,
  sealed: Base64,
  tag: Base64,
});
export type WorkstationFile = z.infer<typeof WorkstationFile>;

const plain = (server: string): string => server.replace(/\/+$/, '');
const boundTo = (file: Pick<WorkstationFile, 'server' | 'publicKey'>): Buffer => Buffer.from(`aidline/workstation-key/1/${file.server}/${file.publicKey}`);

/** @param root folder of all profiles: the key is the machine's, not a person's */
export const workstationPath = (root: string, server: string): string =>
  join(root, `workstation-${createHash('sha256').update(plain(server)).digest('hex').slice(0, 24)}.json`);

/** @returns `none` where there is no file, `unreadable` where it is damaged or of another program */
export function readWorkstationFile(root: string, server: string): WorkstationFile | 'none' | 'unreadable' {
  return onDisk(() => {
    const path = workstationPath(root, server);
    if (!existsSync(path)) return 'none';
    try {
      return WorkstationFile.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? 'unreadable';
    } catch (error) {
      if (error instanceof SyntaxError) return 'unreadable';
      throw error;
    }
  });
}

export const writeWorkstationFile = (root: string, file: WorkstationFile): void => writeWhole(workstationPath(root, file.server), JSON.stringify(file));

/** RB2: out of the way, never deleted. */
export function moveWorkstationFileAside(root: string, server: string): void {
  onDisk(() => {
    const path = workstationPath(root, server);
    if (!existsSync(path)) return;
    let n = 1;
    while (existsSync(`${path}.aside-${n}`)) n += 1;
    renameSync(path, `${path}.aside-${n}`);
  });
}

/** A new key pair, sealed; `secret` (base64) goes to the server and is written nowhere here. */
export function makeWorkstationKey(server: string): { file: WorkstationFile; secret: string } {
  const seed = randomBytes(SECRET_BYTES);
  const secret = randomBytes(SECRET_BYTES);
  const iv = randomBytes(12);
  const head = { format: 1, server: plain(server), workstation: null, publicKey: publicKeyOf(privateKeyOf(seed)).toString('base64') } as const;
  const cipher = createCipheriv('aes-256-gcm', secret, iv);
  cipher.setAAD(boundTo(head));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final()]);
  seed.fill(0);
  const text = (bytes: Buffer): string => bytes.toString('base64');
  return { file: { ...head, iv: text(iv), sealed: text(sealed), tag: text(cipher.getAuthTag()) }, secret: text(secret) };
}

/** @param secret base64, as the server told it @returns null where it does not open the file */
export function openWorkstationKey(file: WorkstationFile, secret: string): Signer | null {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const key = bytes(secret);
  if (key.length !== SECRET_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(file.iv), { authTagLength: 16 });
    decipher.setAAD(boundTo(file));
    decipher.setAuthTag(bytes(file.tag));
    const seed = Buffer.concat([decipher.update(bytes(file.sealed)), decipher.final()]);
    const opened = privateKeyOf(seed);
    seed.fill(0);
    return publicKeyOf(opened).toString('base64') === file.publicKey ? signerOf(opened) : null;
  } catch {
    return null;
  } finally {
    key.fill(0);
  }
}

function signerOf(opened: KeyObject): Signer {
  return {
    publicKey: () => Promise.resolve(new Uint8Array(publicKeyOf(opened))),
    sign: (bytes) => Promise.resolve({ ok: true, signature: signWith(opened, bytes) }),
  };
}
