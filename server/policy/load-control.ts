import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ControlPolicy } from '#shared/review/policy.ts';

/** The two-person policy cannot be used: file and reason, for the person at the shell. */
export class ControlError extends Error {}

/**
 * Reads two-person policy from its file.
 *
 * @throws ControlError with file and reason where it does not keep the schema: a server never starts on a policy it cannot read
 */
export function loadControl(file: URL | string): ControlPolicy {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ControlError(`${String(file)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = ControlPolicy.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ControlError(`${String(file)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
}
