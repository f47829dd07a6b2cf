import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { feedContract } from './feed-contract.ts';
import { logContract } from './log-contract.ts';
import { clock, temporaryFolder, type MakeStorage } from './log-fixture.ts';

const sqlite: MakeStorage = async () => {
  const { folder, dispose } = await temporaryFolder();
  return {
    dispose,
    open: async (options) => {
      const opened = await openSqliteLog(folder, { now: clock, ...options });
      if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
      return opened.log;
    },
  };
};

logContract('SQLite', sqlite);
feedContract('SQLite', sqlite);
