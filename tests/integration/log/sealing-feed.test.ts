import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { feedContract } from './feed-contract.ts';
import { clock, temporaryFolder } from './log-fixture.ts';

feedContract('SQLite, its bodies sealed', async () => {
  const { folder, dispose } = await temporaryFolder();
  return {
    dispose,
    open: async (options) => {
      const opened = await openSealedLog(folder, { now: clock, ...options });
      if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
      return opened.log;
    },
  };
});
