import type { RawDesktop } from '../integration/server/raw-desktop.ts';
import type { DemoBankControl } from '../../server/bank/demo/control.ts';
import type { Evidence } from './judge/evidence.ts';

/** The centre and the bank that the live stories are played on, each a process of its own or several. */
export interface Ground {
  /** Where desktops find it; another one after each kill where there is no door in front. */
  readonly url: string;
  now(): string;
  /** That customer rings to settle early. */
  ring(customerId: string): Promise<void>;
  fault: DemoBankControl['fault'];
  touch: DemoBankControl['touch'];
  /** What the customer on the agent's line knows. */
  answers(customerId: string, agent: RawDesktop): Promise<{ answers: Record<string, readonly string[]> }>;
  /** SIGKILL, to whatever serves; somebody listens at `url` again when it is over. @param chance which of them, where there are several */
  kill(chance: (outOf: number) => number): Promise<void>;
  /** Everybody who was killed is back. @returns whether desktops should now be spread anew */
  whole(): Promise<boolean>;
  /** Nothing is written any more: what there is to be judged. */
  end(): Promise<Omit<Evidence, 'journal'>>;
  dispose(): Promise<void>;
}
