/**
 * Numbered, contiguous from 1, never edited after a release: a change of the tables is a new one at the end (RB3).
 * `user_version` is the number of the last one that ran; all pending ones run in one transaction.
 */
export type Migration = { number: number; name: string; sql: string };

export const migrations: Migration[] = [
  {
    number: 1,
    name: 'the log',
    sql: `
      -- 'epoch', 'copied' (set in a back-up, so that the first start on it begins a new epoch, SY9)
      CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL CHECK (version >= 0)
      ) STRICT;

      -- One commit, one link (PR5).
      CREATE TABLE batches (
        batch INTEGER PRIMARY KEY CHECK (batch >= 1),
        first_position INTEGER NOT NULL UNIQUE,
        last_position INTEGER NOT NULL UNIQUE,
        recorded_at TEXT NOT NULL,
        link BLOB NOT NULL CHECK (length(link) = 32),
        CHECK (first_position <= last_position)
      ) STRICT;

      -- Positions are gapless and in commit order. content: the envelope without link, or the audit entry, as RFC 8785 JSON.
      CREATE TABLE entries (
        position INTEGER PRIMARY KEY CHECK (position >= 1),
        -- No foreign key: the batch's row comes last, and a deferred key makes SQLite walk all entries at each commit.
        batch INTEGER NOT NULL,
        class TEXT NOT NULL CHECK (class IN ('event', 'audit')),
        stream INTEGER REFERENCES streams (id),
        version INTEGER CHECK (version >= 1),
        event_id TEXT UNIQUE,
        content TEXT NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        CHECK ((class = 'event') = (stream IS NOT NULL AND version IS NOT NULL AND event_id IS NOT NULL))
      ) STRICT;
      CREATE UNIQUE INDEX entries_by_stream ON entries (stream, version) WHERE class = 'event';
      CREATE INDEX entries_audit ON entries (position) WHERE class = 'audit';

      -- Apart from the envelopes, so that sealing and erasure change no row of theirs (PR7).
      CREATE TABLE bodies (
        event_id TEXT PRIMARY KEY REFERENCES entries (event_id),
        bytes BLOB NOT NULL,
        key_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE commands (
        id TEXT PRIMARY KEY,
        hash TEXT NOT NULL,
        kind TEXT NOT NULL,
        schema INTEGER NOT NULL,
        stream TEXT NOT NULL,
        person TEXT NOT NULL,
        answer TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Which command took which number (SY2). One command may hold a number in several incarnations of its desktop.
      CREATE TABLE numbers (
        desktop TEXT NOT NULL,
        incarnation INTEGER NOT NULL,
        stream TEXT NOT NULL,
        number INTEGER NOT NULL CHECK (number >= 1),
        command TEXT NOT NULL REFERENCES commands (id),
        PRIMARY KEY (desktop, incarnation, stream, number)
      ) STRICT, WITHOUT ROWID;

      -- From here on: drawn from the events, in the same transaction as they are stored.
      CREATE TABLE readers (id INTEGER PRIMARY KEY, person TEXT NOT NULL UNIQUE) STRICT;

      CREATE TABLE access (
        reader INTEGER NOT NULL REFERENCES readers (id),
        stream INTEGER NOT NULL REFERENCES streams (id),
        from_position INTEGER NOT NULL,
        to_position INTEGER CHECK (to_position > from_position),
        PRIMARY KEY (reader, stream, from_position)
      ) STRICT, WITHOUT ROWID;
      -- A person holds a case at most once at a time.
      CREATE UNIQUE INDEX access_open ON access (stream, reader) WHERE to_position IS NULL;
      CREATE INDEX access_open_by_reader ON access (reader, from_position) WHERE to_position IS NULL;

      -- Each person's feed, written with the event: a page of it is one range of one index, however long the log.
      CREATE TABLE feed (
        reader INTEGER NOT NULL REFERENCES readers (id),
        position INTEGER NOT NULL REFERENCES entries (position),
        what TEXT NOT NULL CHECK (what IN ('event', 'granted', 'revoked')),
        PRIMARY KEY (reader, position)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 2,
    name: 'commands in the chain',
    sql: `
      -- The batch whose link covers the row; null for those from before, whose digest the first start puts into the chain.
      ALTER TABLE commands ADD COLUMN batch INTEGER;
      ALTER TABLE numbers ADD COLUMN batch INTEGER;
      INSERT INTO facts (name, value) SELECT 'unlinked', '1' WHERE EXISTS (SELECT 1 FROM commands);
    `,
  },
  {
    number: 3,
    name: 'closed cases',
    sql: `
      -- By which a start tells what is open without reading what is not. The content is RFC 8785 JSON: inside a text of it the quotes are escaped.
      CREATE INDEX entries_closing ON entries (stream, position) WHERE class = 'event' AND instr(content, '"kind":"case closed"') > 0;
    `,
  },
];
