import type { Migration } from './migrate.ts';

export const migration0002: Migration = {
  version: 2,
  up(db) {
    db.exec(`
      -- Cases that a colleague handed over at this screen (OF1), as that colleague's desktop showed them, until the server
      -- has taken the hand-over in and sends the case itself, or has refused it.
      create table taken_over (
        id            text primary key,
        hand_over_id  text not null,
        -- The leaver's command: what is done to the case here builds on it (SY3).
        command       text not null,
        hash          text not null,
        from_person   text not null,
        from_name     text not null,
        note          text not null,
        at            text not null,
        -- Null once it was refused: the customer leaves, the reason stays until it was read (SY6).
        state         text,
        version       integer not null check (version >= 0),
        heard_at      text,
        refusal       text
      ) strict, without rowid;
    `);
  },
};
