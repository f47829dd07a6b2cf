import type { Migration } from './migrate.ts';

export const migration0001: Migration = {
  version: 1,
  up(db) {
    db.exec(`
      -- What the server has confirmed, folded. A case starts from a snapshot and takes the events after it (SY5).
      create table confirmed_case (
        id         text primary key,
        version    integer not null check (version >= 0),
        state      text not null,
        heard_at   text not null,
        -- Cases not named again in a pull from the start leave (SY6, SY9).
        sweep      integer not null default 0
      ) strict, without rowid;

      -- Every command of this person on this desktop. Answered ones stay 72 hours (SY9); refused ones stay.
      create table outbox (
        seq          integer primary key,
        id           text not null unique,
        stream       text not null,
        -- Numbers are contiguous within desktop, incarnation and stream (SY2). 0: numbered in a count that is over.
        incarnation  integer not null,
        number       integer not null check (number >= 1),
        kind         text not null,
        schema       integer not null,
        class        text not null check (class in ('local', 'central')),
        urgent       integer not null check (urgent in (0, 1)),
        hash         text not null,
        inner_text   text not null,
        made_at      text not null,
        -- unsent -> accepted (its events have not come yet) -> confirmed, or unsent -> refused
        status       text not null check (status in ('unsent', 'accepted', 'confirmed', 'refused')),
        version      integer,
        refusal      text,
        answered_at  text,
        seen_at      text
      ) strict;
      -- One index for all that is asked of it: each page more is written, encrypted, with every command.
      create index outbox_stream on outbox (stream, incarnation, number, status, urgent);
      create index outbox_refused on outbox (seq) where status = 'refused' and seen_at is null;

      -- The next number of streams whose last rows were cleared away; elsewhere the rows themselves tell.
      create table next_number (
        stream  text primary key,
        number  integer not null check (number >= 1)
      ) strict, without rowid;

      create table draft (
        of_case  text not null,
        field    text not null,
        text     text not null,
        at       text not null,
        primary key (of_case, field)
      ) strict, without rowid;

      -- Last known central truth (agent state, call), so that a restart shows it with its age (CT3).
      create table live (
        topic     text primary key,
        version   integer not null,
        value     text not null,
        heard_at  text not null
      ) strict, without rowid;

      -- Policy, calendar and flows as the server last published them, for deciding offline.
      create table library (
        name     text primary key,
        value    text not null,
        read_at  text not null
      ) strict, without rowid;

      create table meta (
        name   text primary key,
        value  text not null
      ) strict, without rowid;
    `);
  },
};
