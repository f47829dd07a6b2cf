import { join } from 'node:path';
import { openSqliteKeyStore } from '../../../server/log/sealing/sqlite-key-store.ts';
import { keyStoreContract } from './key-store-contract.ts';
import { temporaryFolder } from './log-fixture.ts';

keyStoreContract('SQLite', async () => {
  const { folder, dispose } = await temporaryFolder();
  return {
    dispose,
    open: async () => {
      const opened = openSqliteKeyStore(join(folder, 'keys.sqlite'));
      if (!opened.ok) throw new Error(opened.error.cause);
      return opened.store;
    },
  };
});
