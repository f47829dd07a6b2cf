/** One argon2id in a thread of its own, which ends with it: what it worked in goes with the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { argon2id } from 'hash-wasm';

// From `argon2-wasm.ts`, of this very program.
const asked = workerData as Parameters<typeof argon2id>[0];
const bytes = await argon2id({ ...asked, outputType: 'binary' });
parentPort?.postMessage(bytes);
