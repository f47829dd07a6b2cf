/** What set-up found and made, for launchers, tests and benchmarks. Written by `build/setup/stamp.mjs`. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const file = join(resolve(import.meta.dirname, '..'), 'node_modules', '.cache', 'aidline', 'runtime.json');

const runtimeFileSchema = z.object({
  format: z.literal(1),
  cache: z.string(),
  electron: z.object({
    executable: z.string(),
    version: z.string(),
    /** An older runtime stands in because the current one could not be fetched. */
    fallback: z.boolean(),
    /** Why, where it does. */
    reason: z.string().nullable(),
  }),
  /** SQLite addon for this runtime, or null where the package's own fits. */
  nativeBinding: z.string().nullable(),
  /** The ordinary user that end-to-end tests of a root shell run as. */
  testUser: z.object({ name: z.string(), uid: z.number(), gid: z.number(), home: z.string() }).nullable(),
});

export type RuntimeFile = z.infer<typeof runtimeFileSchema>;

/** Reads it, or throws an error that says what to run. */
export function readRuntime(): RuntimeFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error('The desktop runtime is not set up: run node build/setup.mjs. 桌面运行时尚未准备：请运行 node build/setup.mjs。');
  }
  return runtimeFileSchema.parse(JSON.parse(text));
}
