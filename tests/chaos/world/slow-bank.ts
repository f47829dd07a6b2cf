import type { Bank } from '../../../server/bank/bank.ts';
import type { MemoryBank } from '../../control/memory-bank.ts';
import type { Chance } from './chance.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

const USUAL_MS = 40;

/** The bank as one server process reaches it: an order is on its way, is done, and its answer is on its way; a server may die at each. */
export function bankSeenBy(process: Process, bank: MemoryBank, time: VirtualTime, chance: Chance): Bank {
  return new Proxy<Bank>(bank, {
    get: (_bank, method) => {
      const ask = Reflect.get(bank, method) as unknown;
      if (typeof ask !== 'function') return ask;
      return async (...given: unknown[]): Promise<unknown> => {
        await time.sleep(chance.wait(USUAL_MS), process);
        const answer: unknown = await (ask as (...given: unknown[]) => unknown).apply(bank, given);
        await time.sleep(chance.wait(USUAL_MS), process);
        return answer;
      };
    },
  });
}
