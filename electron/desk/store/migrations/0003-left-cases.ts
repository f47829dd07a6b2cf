import type { Migration } from './migrate.ts';

export const migration0003: Migration = {
  version: 3,
  up(db) {
    db.exec(`
      -- Cases that left this desktop because nobody here had anything to do with them any more (PR6). The version keeps
      -- their place in the feed; nothing of the customer stays.
      create table left_case (
        id       text primary key,
        version  integer not null check (version >= 1),
        -- Something happened in it since: it is to be fetched anew.
        wanted   integer not null default 0 check (wanted in (0, 1))
      ) strict, without rowid;
    `);
  },
};
