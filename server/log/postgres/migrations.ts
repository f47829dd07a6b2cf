/**
 * Numbered, contiguous from 1, never edited after a release: a change of the tables is a new one at the end (RB3).
 * `minimumCode` is the number that a program must know to work on the tables after it: one that only adds lets the
 * servers of the version before go on beside it while they are replaced one by one (SY7).
 */
export type Migration = { number: number; name: string; minimumCode: number; sql: string };

/** Everything of the log stands in this schema of the database. */
export const SCHEMA = 'aidline';

/**
 * The same rows as on SQLite, so that a log can be moved with every position and link as it is. Text is compared byte by
 * byte (`COLLATE "C"`), as JavaScript and SQLite do. No foreign keys: each would lock and write the row that it names,
 * at every append, and all of it is written by one piece of code under one lock; the verifier draws it again.
 */
export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: 'the log',
    minimumCode: 1,
    sql: `
      -- 'epoch'
      CREATE TABLE facts (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);

      -- Whoever appends holds the partition's row until the commit is over: positions are gapless and in commit order (SY5).
      CREATE TABLE partitions (partition int PRIMARY KEY);
      INSERT INTO partitions (partition) VALUES (0);

      -- Which database this is, as the last start found it: another one means that it was restored or failed over (SY9).
      CREATE TABLE origin (
        one boolean PRIMARY KEY CHECK (one),
        system text NOT NULL, timeline text NOT NULL, database oid NOT NULL, entries oid NOT NULL
      );

      CREATE TABLE streams (
        id bigint PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        version bigint NOT NULL CHECK (version >= 0)
      ) WITH (fillfactor = 70);

      -- One commit, one link (PR5). attempt: by which a server whose commit got no answer finds out whether it was stored.
      CREATE TABLE batches (
        batch bigint PRIMARY KEY CHECK (batch >= 1),
        first_position bigint NOT NULL,
        last_position bigint NOT NULL UNIQUE,
        recorded_at text NOT NULL,
        link bytea NOT NULL CHECK (length(link) = 32),
        attempt text,
        CHECK (first_position <= last_position)
      );

      -- content: the envelope without link, or the audit entry, as RFC 8785 JSON.
      CREATE TABLE entries (
        position bigint PRIMARY KEY CHECK (position >= 1),
        batch bigint NOT NULL,
        class text NOT NULL CHECK (class IN ('event', 'audit')),
        stream bigint,
        version bigint CHECK (version >= 1),
        event_id text COLLATE "C" UNIQUE,
        content text NOT NULL,
        hash bytea NOT NULL CHECK (length(hash) = 32),
        CHECK ((class = 'event') = (stream IS NOT NULL AND version IS NOT NULL AND event_id IS NOT NULL))
      );
      CREATE UNIQUE INDEX entries_by_stream ON entries (stream, version) WHERE class = 'event';
      CREATE INDEX entries_audit ON entries (position) WHERE class = 'audit';

      -- Apart from the envelopes, so that sealing and erasure change no row of theirs (PR7). Sealed bytes do not compress.
      CREATE TABLE bodies (event_id text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL, key_id text NOT NULL);
      ALTER TABLE bodies ALTER COLUMN bytes SET STORAGE EXTERNAL;

      CREATE TABLE commands (
        id text COLLATE "C" PRIMARY KEY,
        hash text NOT NULL,
        kind text NOT NULL,
        schema bigint NOT NULL,
        stream text NOT NULL,
        person text NOT NULL,
        answer text NOT NULL,
        batch bigint
      );

      -- Which command took which number (SY2). One command may hold a number in several incarnations of its desktop.
      CREATE TABLE numbers (
        desktop text COLLATE "C" NOT NULL,
        incarnation bigint NOT NULL,
        stream text COLLATE "C" NOT NULL,
        number bigint NOT NULL CHECK (number >= 1),
        command text COLLATE "C" NOT NULL,
        batch bigint,
        PRIMARY KEY (desktop, incarnation, stream, number)
      );

      -- From here on: drawn from the events, in the same transaction as they are stored.
      CREATE TABLE readers (id bigint PRIMARY KEY, person text COLLATE "C" NOT NULL UNIQUE);

      CREATE TABLE access (
        reader bigint NOT NULL,
        stream bigint NOT NULL,
        from_position bigint NOT NULL,
        to_position bigint CHECK (to_position > from_position),
        PRIMARY KEY (reader, stream, from_position)
      );
      -- A person holds a case at most once at a time.
      CREATE UNIQUE INDEX access_open ON access (stream, reader) WHERE to_position IS NULL;
      CREATE INDEX access_open_by_reader ON access (reader, from_position) WHERE to_position IS NULL;

      -- Each person's feed, written with the event: a page of it is one range of one index, however long the log.
      CREATE TABLE feed (
        reader bigint NOT NULL,
        position bigint NOT NULL,
        what text NOT NULL CHECK (what IN ('event', 'granted', 'revoked')),
        PRIMARY KEY (reader, position)
      );
      -- By which another server learns whom a commit of this one concerns.
      CREATE INDEX feed_by_position ON feed (position);
    `,
  },
  {
    number: 2,
    name: 'the keys of sealed bodies',
    minimumCode: 2,
    sql: `
      CREATE TABLE key_facts (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);
      CREATE TABLE keys (
        id text COLLATE "C" PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN ('index', 'customer', 'stream')),
        slot text COLLATE "C" NOT NULL,
        ring_version bigint,
        wrapped bytea,
        retired boolean NOT NULL DEFAULT false,
        made_at text NOT NULL,
        destroyed_at text,
        -- The chain names it as destroyed.
        recorded boolean NOT NULL DEFAULT false,
        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
        CHECK ((wrapped IS NULL) = (ring_version IS NULL))
      );
      CREATE UNIQUE INDEX keys_active ON keys (slot) WHERE NOT retired AND destroyed_at IS NULL;
      CREATE INDEX keys_by_slot ON keys (slot);
      CREATE INDEX keys_by_ring ON keys (ring_version, id) WHERE ring_version IS NOT NULL;
      CREATE INDEX keys_unrecorded ON keys (id) WHERE destroyed_at IS NOT NULL AND NOT recorded;
      CREATE TABLE ties (tag text COLLATE "C" NOT NULL, stream text COLLATE "C" NOT NULL, PRIMARY KEY (tag, stream));
      CREATE INDEX ties_by_stream ON ties (stream);
      CREATE TABLE holds (tag text COLLATE "C" NOT NULL, matter text COLLATE "C" NOT NULL, PRIMARY KEY (tag, matter));
    `,
  },
  {
    number: 3,
    name: 'what a centre keeps beside its log',
    // Added only; but a server of before would check passphrases against a file of its own.
    minimumCode: 3,
    sql: `
      CREATE TABLE credentials (
        person text COLLATE "C" PRIMARY KEY,
        password_hash text COLLATE "C" NOT NULL,
        failures int NOT NULL DEFAULT 0,
        locked_until text COLLATE "C",
        must_change boolean NOT NULL DEFAULT false
      );
      CREATE TABLE carried_out (change_id text COLLATE "C" PRIMARY KEY, outcome text NOT NULL, at text NOT NULL);
      CREATE TABLE codes (
        change_id text COLLATE "C" PRIMARY KEY,
        person text COLLATE "C" NOT NULL,
        proposer text COLLATE "C" NOT NULL,
        approver text COLLATE "C" NOT NULL,
        -- Null: both halves were told, or none may be told any more.
        secret bytea,
        until text COLLATE "C" NOT NULL,
        proposer_took boolean NOT NULL DEFAULT false,
        approver_took boolean NOT NULL DEFAULT false
      );
      CREATE INDEX codes_by_person ON codes (person);
      CREATE TABLE kept_keys (person text COLLATE "C" PRIMARY KEY, content text NOT NULL);

      CREATE TABLE enrolments (
        key_id text COLLATE "C" PRIMARY KEY,
        id text COLLATE "C" NOT NULL UNIQUE,
        name text NOT NULL,
        site text NOT NULL,
        public_key text NOT NULL,
        sealed_with text COLLATE "C" NOT NULL,
        sealed bytea NOT NULL,
        asked_at text COLLATE "C" NOT NULL
      );
      CREATE TABLE first_code (one boolean PRIMARY KEY CHECK (one), hash bytea NOT NULL, until text NOT NULL, used_by text COLLATE "C");
      CREATE TABLE desktops (desktop text COLLATE "C" PRIMARY KEY, person text COLLATE "C" NOT NULL);

      CREATE TABLE recoveries (epoch text COLLATE "C" PRIMARY KEY, since text NOT NULL, finished_at text);
      CREATE TABLE lost_bookings (key text COLLATE "C" PRIMARY KEY, customer text NOT NULL);

      -- Sealed under a data key of \`keys\`; without either: being made, by whoever holds the row.
      CREATE TABLE secrets (name text COLLATE "C" PRIMARY KEY, sealed_with text COLLATE "C", sealed bytea, CHECK ((sealed_with IS NULL) = (sealed IS NULL)));
    `,
  },
  {
    number: 4,
    name: 'ends of sessions',
    minimumCode: 3,
    sql: `
      -- noted_at: by which the other servers find what is new, whatever their clocks say.
      CREATE TABLE session_ends (key text COLLATE "C" PRIMARY KEY, at text COLLATE "C" NOT NULL, noted_at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE INDEX session_ends_by_noted ON session_ends (noted_at);
      CREATE TABLE used_once (name text COLLATE "C" PRIMARY KEY, until text COLLATE "C" NOT NULL);
      CREATE INDEX used_once_by_until ON used_once (until);
    `,
  },
  {
    number: 5,
    name: 'closed cases',
    minimumCode: 3,
    sql: `
      -- By which a start tells what is open without reading what is not. The content is RFC 8785 JSON: inside a text of it the quotes are escaped.
      CREATE INDEX entries_closing ON entries (stream, position) WHERE class = 'event' AND strpos(content, '"kind":"case closed"') > 0;
    `,
  },
  {
    number: 6,
    name: 'sessions of everybody, for themselves to look at',
    minimumCode: 3,
    sql: `
      CREATE TABLE sessions (
        person text COLLATE "C" NOT NULL, workstation text COLLATE "C" NOT NULL,
        session text COLLATE "C" NOT NULL, content text NOT NULL, until text COLLATE "C" NOT NULL,
        PRIMARY KEY (person, workstation)
      );
      CREATE INDEX sessions_by_until ON sessions (until);
    `,
  },
];
