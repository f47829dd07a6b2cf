import type { EventLog } from '../log/log.ts';
import type { Metrics } from './metrics.ts';

/** From here on every append of this log is timed, whoever makes it. */
export function timeAppends(log: EventLog, metrics: Pick<Metrics, 'appended'>): void {
  const append = log.append.bind(log);
  log.append = async (items) => {
    const began = performance.now();
    const results = await append(items);
    metrics.appended(results, (performance.now() - began) / 1_000);
    return results;
  };
}
