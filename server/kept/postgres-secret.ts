import type { ReadConnections } from '../log/postgres/connections.ts';
import type { SealedSecret, SecretSealer } from '../log/sealing/secret-sealer.ts';
import type { SecretName, SecretPlace } from './secret-place.ts';

type Row = { sealedWith: string | null; sealed: Buffer | null };

/** A secret in a row of the database, sealed. The row is the lock of whoever changes it. */
export class PostgresSecret implements SecretPlace {
  readonly #connections: ReadConnections;
  readonly #sealer: SecretSealer;
  readonly #name: SecretName;

  constructor(connections: ReadConnections, sealer: SecretSealer, name: SecretName) {
    this.#connections = connections;
    this.#sealer = sealer;
    this.#name = name;
  }

  async read(): Promise<Buffer | null> {
    return this.#open((await this.#connections.rows<Row>('read secret', 'SELECT sealed_with AS "sealedWith", sealed FROM secrets WHERE name = $1', [this.#name]))[0]);
  }

  async #open(row: Row | undefined): Promise<Buffer | null> {
    if (row === undefined || row.sealedWith === null || row.sealed === null) return null;
    return this.#sealer.open(this.#name, { sealedWith: row.sealedWith, sealed: row.sealed } satisfies SealedSecret);
  }

  async change(next: Parameters<SecretPlace['change']>[0]): Promise<Buffer> {
    return this.#connections.transaction(async (client) => {
      // Whoever else makes it first waits here until this one is done.
      await client.query('INSERT INTO secrets (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', [this.#name]);
      const { rows: [row] } = await client.query<Row>('SELECT sealed_with AS "sealedWith", sealed FROM secrets WHERE name = $1 FOR UPDATE', [this.#name]);
      const before = await this.#open(row);
      const after = await next(before);
      if (after === before) return after;
      const { sealedWith, sealed } = await this.#sealer.seal(this.#name, after);
      await client.query('UPDATE secrets SET sealed_with = $2, sealed = $3 WHERE name = $1', [this.#name, sealedWith, sealed]);
      return after;
    });
  }
}
