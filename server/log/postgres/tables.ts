/** The tables that a log has in both databases, as rows go from one to the other. */

export type Column = { name: string; type: 'bigint' | 'text' | 'bytea' };
/** `by`: columns that tell a row from every other. */
export type Table = { name: string; columns: readonly Column[]; by: readonly string[] };

const of = (type: Column['type'], ...names: string[]): Column[] => names.map((name) => ({ name, type }));

/** In the order in which they are written. `facts` is apart: each database has some of its own. */
export const logTables: readonly Table[] = [
  { name: 'streams', columns: [...of('bigint', 'id'), ...of('text', 'name'), ...of('bigint', 'version')], by: ['id'] },
  { name: 'batches', columns: [...of('bigint', 'batch', 'first_position', 'last_position'), ...of('text', 'recorded_at'), ...of('bytea', 'link')], by: ['batch'] },
  {
    name: 'entries',
    columns: [...of('bigint', 'position', 'batch'), ...of('text', 'class'), ...of('bigint', 'stream', 'version'), ...of('text', 'event_id', 'content'), ...of('bytea', 'hash')],
    by: ['position'],
  },
  { name: 'bodies', columns: [...of('text', 'event_id'), ...of('bytea', 'bytes'), ...of('text', 'key_id')], by: ['event_id'] },
  { name: 'commands', columns: [...of('text', 'id', 'hash', 'kind'), ...of('bigint', 'schema'), ...of('text', 'stream', 'person', 'answer'), ...of('bigint', 'batch')], by: ['id'] },
  {
    name: 'numbers',
    columns: [...of('text', 'desktop'), ...of('bigint', 'incarnation'), ...of('text', 'stream'), ...of('bigint', 'number'), ...of('text', 'command'), ...of('bigint', 'batch')],
    by: ['desktop', 'incarnation', 'stream', 'number'],
  },
  { name: 'readers', columns: [...of('bigint', 'id'), ...of('text', 'person')], by: ['id'] },
  { name: 'access', columns: of('bigint', 'reader', 'stream', 'from_position', 'to_position'), by: ['reader', 'stream', 'from_position'] },
  { name: 'feed', columns: [...of('bigint', 'reader', 'position'), ...of('text', 'what')], by: ['reader', 'position'] },
];

export const namesOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(', ');
