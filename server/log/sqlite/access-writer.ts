/**
 * Who may see which case, and each person's feed: both follow from the events alone, are written with them, and could
 * be drawn again from the log.
 */
import type Database from 'better-sqlite3';
import type { PreparedEvent } from '../prepare.ts';

type Reader = { id: number; person: string };
/** Who may see which stream, by its key, as far as one transaction has asked: only that transaction changes it meanwhile. */
export type OpenAccess = Map<number, Reader[]>;

export class AccessWriter {
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(db: Database.Database) {
    this.#statements = prepareStatements(db);
  }

  /**
   * Puts one event into the feeds of those who may see its case at that position.
   * A grant to someone who has the case already begins no second interval, but is a grant in their feed: it may come
   * with another role, and a snapshot is always right.
   * @param group `readers` collects who got something
   */
  write(stream: number, position: number, change: PreparedEvent['access'], { readers, access }: { readers: Set<string>; access: OpenAccess }): void {
    const { openReaders, grant, revoke, feed } = this.#statements;
    const open = access.get(stream) ?? openReaders.all(stream);
    access.set(stream, open);
    for (const reader of open) {
      if (change?.person === reader.person) continue;
      feed.run(reader.id, position, 'event');
      readers.add(reader.person);
    }
    if (change === null) return;
    access.delete(stream);
    const held = open.find((reader) => reader.person === change.person);
    if (change.what === 'granted') {
      const id = held?.id ?? this.#readerId(change.person);
      if (held === undefined) grant.run(id, stream, position);
      feed.run(id, position, 'granted');
      readers.add(change.person);
    } else if (held !== undefined) {
      revoke.run(position, held.id, stream);
      feed.run(held.id, position, 'revoked');
      readers.add(change.person);
    }
  }

  #readerId(person: string): number {
    const { reader, addReader } = this.#statements;
    return reader.get(person) ?? Number(addReader.run(person).lastInsertRowid);
  }
}

function prepareStatements(db: Database.Database) {
  return {
    openReaders: db.prepare<[number], Reader>(
      'SELECT r.id, r.person FROM access a JOIN readers r ON r.id = a.reader WHERE a.stream = ? AND a.to_position IS NULL',
    ),
    reader: db.prepare<[string], number>('SELECT id FROM readers WHERE person = ?').pluck(),
    addReader: db.prepare('INSERT INTO readers (person) VALUES (?)'),
    grant: db.prepare('INSERT INTO access (reader, stream, from_position) VALUES (?, ?, ?)'),
    revoke: db.prepare('UPDATE access SET to_position = ? WHERE reader = ? AND stream = ? AND to_position IS NULL'),
    feed: db.prepare('INSERT INTO feed (reader, position, what) VALUES (?, ?, ?)'),
  };
}
