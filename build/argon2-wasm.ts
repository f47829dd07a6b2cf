/**
 * Argon2 for the desktop's bundle, in place of the package `argon2`: that package's prebuilt addon
 * ends the process when Electron 33 loads it, and has no build for two of the platforms we package
 * for. This one is WebAssembly: the same function, the same bytes, no addon. The server keeps the
 * native package.
 */
import { argon2id } from 'hash-wasm';

interface RawHash {
  raw: true;
  type: 2;
  hashLength: number;
  salt: Uint8Array;
  /** KiB */
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** The part of `argon2.hash` that the desk uses: raw bytes of argon2id. Anything else throws. */
async function hash(password: string | Uint8Array, options: RawHash): Promise<Buffer> {
  if (!options.raw || options.type !== 2) throw new Error('only raw argon2id is carried by the desktop');
  const bytes = await argon2id({
    password,
    salt: options.salt,
    parallelism: options.parallelism,
    iterations: options.timeCost,
    memorySize: options.memoryCost,
    hashLength: options.hashLength,
    outputType: 'binary',
  });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export default { argon2id: 2 as const, hash };
