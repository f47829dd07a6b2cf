import type { StreamWrite } from '../log/log.ts';

/** What the rooms of the server ask of duty. */
export type OnDuty = {
  /** Whether this node carries the centre's calls and orders now. */
  readonly holds: boolean;
  /** What every append of the duty demands: that nobody else has taken it. @throws OffDuty */
  guard(): Promise<StreamWrite[]>;
  /** Has the bank asked about a line in doubt, by the node on duty; where that is lost, the next round asks (TP10). */
  inquire(caseId: string, lineId: string): void;
};

/** A centre of one server is on duty as long as it lives. */
export const aloneOnDuty = (inquire: OnDuty['inquire']): OnDuty => ({ holds: true, guard: async () => [], inquire });
