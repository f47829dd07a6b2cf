import { z } from 'zod';
import { SignedInPerson } from '#shared/protocol/session-view.ts';
import { SetAsideStream } from '#shared/protocol/sync-view.ts';
import { Instant, Uuid7 } from '#shared/protocol/ids.ts';
import { Cursor, KeptKey } from '#shared/protocol/wire.ts';
import type { Db } from './database.ts';

/** The file's own facts, one row each. */
const metaSchemas = {
  person: SignedInPerson,
  cursor: Cursor,
  epoch: Uuid7,
  incarnation: z.int().min(1),
  renumberedAt: Instant,
  /** Last time the server itself checked this person (OF3). */
  lastOnlineAt: Instant,
  /** The latest time this file has ever seen: a clock set back wins no grace (OF3). */
  latestSeenAt: Instant,
  /** The server knows no passphrase of this person's: they come by single sign-on. */
  comesBySignOn: z.literal(true),
  lastContactAt: Instant,
  /** The server's clock minus this machine's. */
  clockOffsetMs: z.int(),
  /** Number of the last pull from the start. */
  sweep: z.int().min(0),
  /** That pull has not reached the end yet. */
  sweeping: z.boolean(),
  /**
   * The person's own key, wrapped (TP8): `unsent` says what the server has still to be told. `next` is the same key under
   * a passphrase that the server may have taken already.
   */
  personKey: z.strictObject({ kept: KeptKey, unsent: z.enum(['new', 'rewrapped']).nullable(), next: KeptKey.nullable() }),
  /** What opens this machine's key, as the server told it: for signing in without the server. */
  workstationSecret: z.base64(),
  /** Cases whose commands made the server fail: not sent until they are tried again (SY3). */
  setAside: z.array(SetAsideStream),
  /** Wrong passphrases in a row at the person's key, and when the last was tried. */
  guesses: z.strictObject({ count: z.int().min(0), at: Instant }),
} as const;

type MetaName = keyof typeof metaSchemas;
type MetaValue<N extends MetaName> = z.infer<(typeof metaSchemas)[N]>;

export type Meta = {
  get<N extends MetaName>(name: N): MetaValue<N> | null;
  set<N extends MetaName>(name: N, value: MetaValue<N>): void;
  clear(name: MetaName): void;
};

export function metaOf(db: Db): Meta {
  const read = db.prepare('select value from meta where name = ?').pluck();
  const write = db.prepare('insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value');
  const remove = db.prepare('delete from meta where name = ?');
  return {
    get: (name) => {
      const held = read.get(name);
      return held === undefined ? null : (metaSchemas[name].parse(JSON.parse(String(held))) as MetaValue<typeof name>);
    },
    set: (name, value) => void write.run(name, JSON.stringify(value)),
    clear: (name) => void remove.run(name),
  };
}

/** Counts `at` into the latest time this file has seen. */
export function see(meta: Meta, at: string): void {
  const held = meta.get('latestSeenAt');
  if (held === null || held < at) meta.set('latestSeenAt', at);
}
