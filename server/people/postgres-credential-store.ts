import type { ReadConnections } from '../log/postgres/connections.ts';
import type { CredentialStore, OpenCode, Side, StoredCode, StoredCredential } from './credential-store.ts';

type CodeRow = StoredCode & { secret: Buffer; proposerTook: boolean; approverTook: boolean };
const CODE = 'SELECT change_id AS "changeId", person, proposer, approver, secret, until, proposer_took AS "proposerTook", approver_took AS "approverTook" FROM codes';

/**
 * For all servers of a centre. A statement is a transaction, and the row it changes is its lock. Whatever gets no answer is
 * done again: a guess may then count twice, and a half may be taken and not told, which are the safe sides to err on.
 */
export class PostgresCredentialStore implements CredentialStore {
  readonly #connections: ReadConnections;

  constructor(connections: ReadConnections) {
    this.#connections = connections;
  }

  async find(person: string): Promise<StoredCredential | null> {
    const [row] = await this.#connections.rows<StoredCredential>(
      'find credential',
      `SELECT password_hash AS hash, locked_until AS "lockedUntil", must_change AS "mustChange", (SELECT max(until) FROM codes WHERE codes.person = credentials.person) AS "codeUntil" FROM credentials WHERE person = $1`,
      [person],
    );
    return row ?? null;
  }

  async put(person: string, hash: string, mustChange: boolean): Promise<void> {
    await this.#connections.rows(
      'put credential',
      `INSERT INTO credentials (person, password_hash, must_change) VALUES ($1, $2, $3)
       ON CONFLICT (person) DO UPDATE SET password_hash = excluded.password_hash, must_change = excluded.must_change, failures = 0, locked_until = NULL`,
      [person, hash, mustChange],
    );
  }

  async replace(person: string, expected: string, hash: string): Promise<boolean> {
    // The new hash counts as well: it is there already where the first answer was lost.
    const done = await this.#connections.rows(
      'replace credential',
      `WITH mine AS (UPDATE credentials SET password_hash = $3, must_change = false, failures = 0, locked_until = NULL WHERE person = $1 AND password_hash IN ($2, $3) RETURNING person),
         gone AS (UPDATE codes SET secret = NULL WHERE person IN (SELECT person FROM mine))
       SELECT person FROM mine`,
      [person, expected, hash],
    );
    return done.length === 1;
  }

  async failed(person: string, { now, most, until }: Parameters<CredentialStore['failed']>[1]): Promise<string | null> {
    const [row] = await this.#connections.rows<{ until: string | null }>(
      'wrong guess',
      `UPDATE credentials SET
         failures = CASE WHEN locked_until > $2 THEN failures WHEN failures + 1 >= $3::int THEN 0 ELSE failures + 1 END,
         locked_until = CASE WHEN locked_until > $2 THEN locked_until WHEN failures + 1 >= $3::int THEN $4 END
       WHERE person = $1 RETURNING locked_until AS until`,
      [person, now, most, until],
    );
    return row?.until ?? null;
  }

  async succeeded(person: string, hash: string, now: string): Promise<boolean> {
    const done = await this.#connections.rows(
      'right guess', 'UPDATE credentials SET failures = 0, locked_until = NULL WHERE person = $1 AND password_hash = $2 AND (locked_until IS NULL OR locked_until <= $3) RETURNING person', [person, hash, now],
    );
    return done.length === 1;
  }

  async putByCode({ changeId, person, proposer, approver, secret, until }: StoredCode, hash: string, at: string): Promise<boolean> {
    return this.#connections.transaction(async (client) => {
      const { rowCount } = await client.query(`INSERT INTO carried_out (change_id, outcome, at) VALUES ($1, 'done', $2) ON CONFLICT DO NOTHING`, [changeId, at]);
      if (rowCount !== 1) return false;
      // First: of two changes of one person that are carried out at once, the second finds the code of the first.
      await client.query(
        `INSERT INTO credentials (person, password_hash, must_change) VALUES ($1, $2, true)
         ON CONFLICT (person) DO UPDATE SET password_hash = excluded.password_hash, must_change = true, failures = 0, locked_until = NULL`,
        [person, hash],
      );
      await client.query('UPDATE codes SET secret = NULL WHERE person = $1 AND secret IS NOT NULL', [person]);
      await client.query('INSERT INTO codes (change_id, person, proposer, approver, secret, until) VALUES ($1, $2, $3, $4, $5, $6)', [changeId, person, proposer, approver, Buffer.from(secret), until]);
      await client.query('DELETE FROM kept_keys WHERE person = $1', [person]);
      return true;
    });
  }

  async forgetKeyBy(changeId: string, person: string, at: string): Promise<boolean> {
    const done = await this.#connections.rows(
      'forget a key by a change',
      `WITH mine AS (INSERT INTO carried_out (change_id, outcome, at) VALUES ($1, 'done', $3) ON CONFLICT DO NOTHING RETURNING change_id),
         gone AS (DELETE FROM kept_keys WHERE person = $2 AND EXISTS (SELECT 1 FROM mine))
       SELECT change_id FROM mine`,
      [changeId, person, at],
    );
    return done.length === 1;
  }

  async openCodes(now: string): Promise<OpenCode[]> {
    await this.#connections.rows('end codes', 'UPDATE codes SET secret = NULL WHERE until <= $1 AND secret IS NOT NULL', [now]);
    const rows = await this.#connections.rows<CodeRow>('open codes', `${CODE} WHERE secret IS NOT NULL ORDER BY change_id`, []);
    return rows.map(({ changeId, proposer, approver, proposerTook, approverTook }) =>
      ({ changeId, proposer, approver, untold: [...(proposerTook ? [] : ['proposer' as const]), ...(approverTook ? [] : ['approver' as const])] }));
  }

  async takeHalf(changeId: string, person: string, now: string): Promise<{ code: StoredCode; side: Side } | null> {
    return this.#connections.transaction(async (client) => {
      const { rows: [found] } = await client.query<CodeRow>(`${CODE} WHERE change_id = $1 AND secret IS NOT NULL AND until > $2 FOR UPDATE`, [changeId, now]);
      if (found === undefined) return null;
      const { proposerTook, approverTook, ...code } = found;
      const side = code.proposer === person && !proposerTook ? 'proposer' : code.approver === person && !approverTook ? 'approver' : null;
      if (side === null) return null;
      const isLast = side === 'proposer' ? approverTook : proposerTook;
      await client.query(`UPDATE codes SET ${side}_took = true, secret = CASE WHEN $2 THEN NULL ELSE secret END WHERE change_id = $1`, [changeId, isLast]);
      return { code, side } as const;
    });
  }

  async carryOut(changeId: string, outcome: string, at: string): Promise<boolean> {
    const done = await this.#connections.rows('carry out', 'INSERT INTO carried_out (change_id, outcome, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING change_id', [changeId, outcome, at]);
    return done.length === 1;
  }

  async isCarriedOut(changeId: string): Promise<boolean> {
    return (await this.#connections.rows('is carried out', 'SELECT 1 FROM carried_out WHERE change_id = $1', [changeId])).length === 1;
  }

  async keptKey(person: string): Promise<string | null> {
    const [row] = await this.#connections.rows<{ content: string }>('kept key', 'SELECT content FROM kept_keys WHERE person = $1', [person]);
    return row?.content ?? null;
  }

  async keepKey(person: string, content: string): Promise<void> {
    await this.#connections.rows('keep key', 'INSERT INTO kept_keys (person, content) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET content = excluded.content', [person, content]);
  }
}
