import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ControlPolicy } from '#shared/review/policy.ts';

/**
 * Reads two-person policy from its file.
 *
 * @throws with file and reason where it does not keep the schema: a server never starts on a policy it cannot read
 */
export function loadControl(file: URL | string): ControlPolicy {
  const parsed = ControlPolicy.safeParse(parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${String(file)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
}
