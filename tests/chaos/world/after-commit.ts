import type Database from 'better-sqlite3';

type Db = Database.Database;

/** Tells of every commit of a database that was just opened, before whoever wrote hears of it. */
export function afterEachCommit(db: Db, told: () => void): void {
  const committed = (): void => {
    if (!db.inTransaction) told();
  };
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    const statement = prepare(sql);
    if (statement.readonly) return statement;
    for (const method of ['run', 'get', 'all'] as const) {
      const original = statement[method].bind(statement) as (...given: unknown[]) => unknown;
      Object.defineProperty(statement, method, {
        value: (...given: unknown[]) => {
          const result = original(...given);
          committed();
          return result;
        },
      });
    }
    return statement;
  }) as typeof db.prepare;
  const transaction = db.transaction.bind(db);
  db.transaction = ((work: (...given: unknown[]) => unknown) => {
    const made = transaction(work) as unknown as Record<string, (...given: unknown[]) => unknown> & ((...given: unknown[]) => unknown);
    const followed = (run: (...given: unknown[]) => unknown) => (...given: unknown[]) => {
      const result = run(...given);
      committed();
      return result;
    };
    return Object.assign(followed(made), { deferred: followed(made['deferred']!), immediate: followed(made['immediate']!), exclusive: followed(made['exclusive']!) });
  }) as unknown as typeof db.transaction;
}
