import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { china } from '#shared/calendar/china-2026.ts';
import type { PublishedRules } from '../centre.ts';
import { flowsDirectory, loadFlows } from '../flows/load-flows.ts';
import { ControlError, loadControl } from './load-control.ts';

const site = { bank: { zh: '海石银行', en: 'Haishi Bank' }, officialNumber: '400-000-0000', ivrKey: '1', dutyPhone: '021-0000-0000' };
/** PR6, ASVS 7.3.1. */
const KEEP_DAYS = 7;
export const LOCK_MINUTES = 15;

/** What is wrong with the flows that should be published: file, line and reason each. */
export class PublicationError extends Error {}

const notPublished = (where: string, error: unknown): PublicationError =>
  new PublicationError(`不能发布 / cannot be published: ${where}${error instanceof Error ? error.message : String(error)}`);

function readFlows(folder: string): ReturnType<typeof loadFlows> {
  try {
    return loadFlows(folder);
  } catch (error) {
    throw notPublished(`--flows ${folder}: `, error);
  }
}

function readControl(file: URL | string): ReturnType<typeof loadControl> {
  try {
    return loadControl(file);
  } catch (error) {
    throw error instanceof ControlError ? notPublished('', error) : error;
  }
}

/**
 * Publishes flows, flow policy, two-person policy and calendar as one version.
 *
 * @param lockMinutes after which desktops lock themselves
 * @throws PublicationError where anything does not pass its checks: nothing is published in part (FL1)
 */
export function publishRules(flowsFolder: string | null, controlFile: string | null, lockMinutes = LOCK_MINUTES): PublishedRules {
  const loaded = readFlows(flowsFolder ?? flowsDirectory);
  if (loaded.problems.length > 0 || loaded.policy === null) {
    throw new PublicationError(loaded.problems.map(({ file, line, reason }) => `${file}:${line}: ${reason}`).join('\n'));
  }
  const control = readControl(controlFile ?? new URL('control.yaml', import.meta.url));
  const newest = new Map<string, number>();
  for (const { id, version } of loaded.definitions) newest.set(id, Math.max(version, newest.get(id) ?? 0));
  const flows = loaded.definitions.map((definition) => ({ definition, publication: newest.get(definition.id) === definition.version ? ('inForce' as const) : ('retired' as const) }));
  const published = { flows, flowPolicy: loaded.policy, control, calendar: china, site, desk: { keepDays: KEEP_DAYS, lockMinutes } };
  const version = createHash('sha256').update(canonicalize(published) ?? '').digest('hex').slice(0, 16);
  return { version, ...published };
}
