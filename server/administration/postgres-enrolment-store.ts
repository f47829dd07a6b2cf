import type { ReadConnections } from '../log/postgres/connections.ts';
import type { SecretSealer } from '../log/sealing/secret-sealer.ts';
import type { AskedEnrolment, EnrolmentStore, FirstCode } from './enrolment-store.ts';

type PlainRow = Omit<AskedEnrolment, 'secret'>;
type Row = PlainRow & { sealedWith: string; sealed: Buffer };
const PLAIN = 'key_id AS "keyId", id, name, site, public_key AS "publicKey", asked_at AS "askedAt"';

/** What a machine's secret is bound to: another machine's row does not open with it. */
export const enrolmentSecretName = (keyId: string): string => `enrolment/${keyId}`;

/** For all servers of a centre. Machines' secrets are sealed, as the centre's own are. */
export class PostgresEnrolmentStore implements EnrolmentStore {
  readonly #connections: ReadConnections;
  readonly #sealer: SecretSealer;

  constructor(connections: ReadConnections, sealer: SecretSealer) {
    this.#connections = connections;
    this.#sealer = sealer;
  }

  async byKey(keyId: string): Promise<AskedEnrolment | null> {
    const [row] = await this.#connections.rows<Row>('enrolment', `SELECT ${PLAIN}, sealed_with AS "sealedWith", sealed FROM enrolments WHERE key_id = $1`, [keyId]);
    if (row === undefined) return null;
    const { sealedWith, sealed, ...asked } = row;
    return { ...asked, secret: (await this.#sealer.open(enrolmentSecretName(keyId), { sealedWith, sealed })).toString('utf8') };
  }

  async add({ keyId, id, name, site, publicKey, secret, askedAt }: AskedEnrolment): Promise<void> {
    const { sealedWith, sealed } = await this.#sealer.seal(enrolmentSecretName(keyId), Buffer.from(secret, 'utf8'));
    await this.#connections.rows(
      'add enrolment', 'INSERT INTO enrolments (key_id, id, name, site, public_key, sealed_with, sealed, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key_id) DO NOTHING',
      [keyId, id, name, site, publicKey, sealedWith, sealed, askedAt],
    );
  }

  async newest(limit: number): Promise<PlainRow[]> {
    return this.#connections.rows<PlainRow>('newest enrolments', `SELECT ${PLAIN} FROM enrolments ORDER BY asked_at DESC LIMIT $1`, [limit]);
  }

  async askedBefore(at: string): Promise<{ keyId: string; id: string }[]> {
    return this.#connections.rows<{ keyId: string; id: string }>('old enrolments', 'SELECT key_id AS "keyId", id FROM enrolments WHERE asked_at < $1', [at]);
  }

  async forget(keyIds: readonly string[]): Promise<void> {
    await this.#connections.rows('forget enrolments', 'DELETE FROM enrolments WHERE key_id = ANY($1)', [keyIds]);
  }

  async setFirstCode(hash: Uint8Array, until: string): Promise<void> {
    await this.#connections.rows(
      'set first code', 'INSERT INTO first_code (one, hash, until) VALUES (true, $1, $2) ON CONFLICT (one) DO UPDATE SET hash = excluded.hash, until = excluded.until, used_by = NULL', [Buffer.from(hash), until],
    );
  }

  async firstCode(): Promise<FirstCode | null> {
    const [row] = await this.#connections.rows<FirstCode & { hash: Buffer }>('first code', 'SELECT hash, until, used_by AS "usedBy" FROM first_code', []);
    return row ?? null;
  }

  async useFirstCode(hash: Uint8Array, keyId: string): Promise<boolean> {
    const done = await this.#connections.rows('use first code', 'UPDATE first_code SET used_by = $2 WHERE hash = $1 AND (used_by IS NULL OR used_by = $2) RETURNING one', [Buffer.from(hash), keyId]);
    return done.length === 1;
  }
}
