import type { Migration } from './migrate.ts';

export const migration0004: Migration = {
  version: 4,
  up(db) {
    db.exec(`
      -- With rows of its own instead of rows in the index: a case is some kilobytes, of which an index keeps a few hundred bytes
      -- in its page and the rest in pages that are filled by no other. A fifth fewer pages to encrypt and write.
      create table case_by_row (
        id         text not null primary key,
        version    integer not null check (version >= 0),
        state      text not null,
        heard_at   text not null,
        sweep      integer not null default 0
      ) strict;
      insert into case_by_row (id, version, state, heard_at, sweep) select id, version, state, heard_at, sweep from confirmed_case order by id;
      drop table confirmed_case;
      alter table case_by_row rename to confirmed_case;
    `);
  },
};
