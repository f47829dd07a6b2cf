import { loadControl } from '../../../server/policy/load-control.ts';
import type { DemoBankControl } from '../../../server/bank/demo/control.ts';
import type { RawDesktop } from './raw-desktop.ts';
import type { Stage } from './story.ts';

/**
 * A stage whose centre is another process, or several: everything goes over its doors.
 *
 * @param bank what its customers know, and its faults @param call has a customer ring
 */
export async function farStage(
  url: string, people: { agent: RawDesktop; mentor: RawDesktop }, bank: Pick<DemoBankControl, 'answers' | 'fault'>, call: (order: object) => Promise<void>, data = '',
): Promise<Stage> {
  // How far the centre's clock is from this machine's: it runs at the same pace.
  const { serverAt } = (await (await fetch(`${url}/health`)).json()) as { serverAt: string };
  const aheadMs = Date.parse(serverAt) - Date.now();
  const clock = { now: (): string => new Date(Date.now() + aheadMs).toISOString() };
  const control = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
  const running = { url, centre: { rules: { control }, clock }, demo: { simulator: { call }, bank } };
  return { running: running as unknown as Stage['running'], data, ...people, others: [] };
}
