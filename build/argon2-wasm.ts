/// <reference types="electron-vite/node" />
/**
 * Argon2 for the desktop's bundle, in place of the package `argon2`: that package's prebuilt addon
 * ends the process when Electron 33 loads it, and has no build for two of the platforms we package
 * for. This one is WebAssembly: the same function, the same bytes, no addon. As with the package,
 * each runs in a thread of its own: two go at once, and the process answers meanwhile. The server
 * keeps the native package.
 */
import { Worker } from 'node:worker_threads';
import type { IArgon2Options } from 'hash-wasm';
// The bundler's: where it puts the worker.
// oxlint-disable-next-line import/default
import workerFile from './argon2-worker.ts?modulePath';

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
  const asked: IArgon2Options = {
    password,
    salt: options.salt,
    parallelism: options.parallelism,
    iterations: options.timeCost,
    memorySize: options.memoryCost,
    hashLength: options.hashLength,
  };
  return new Promise((done, fail) => {
    const worker = new Worker(workerFile, { workerData: asked });
    worker.once('message', (bytes: Uint8Array) => done(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    worker.once('error', fail);
    // After a message or an error this says nothing more.
    worker.once('exit', (code) => fail(new Error(`the thread of argon2 ended with ${code} and no answer`)));
  });
}

export default { argon2id: 2 as const, hash };
