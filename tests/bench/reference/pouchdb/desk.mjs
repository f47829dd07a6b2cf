/**
 * One desktop of the reference: a database of its own on disk, replicated live with the centre's. Does what its parent says:
 * `make` records, `send` them on, `watch` until so many are here.
 */
import { mkdirSync } from 'node:fs';
import PouchDB from 'pouchdb';

const [, , folder, remote] = process.argv;
mkdirSync(folder, { recursive: true });
const db = new PouchDB(`${folder}/desk`);
const orders = {
  async make({ count, text }) {
    for (let n = 0; n < count; n += 1000) {
      await db.bulkDocs(Array.from({ length: Math.min(1000, count - n) }, (_, k) => ({ _id: String(n + k).padStart(8, '0'), ...JSON.parse(text), n: n + k })));
    }
    process.send({ did: 'make' });
  },
  send({ batch }) {
    db.replicate.to(remote, { live: true, retry: true, back_off_function: () => 40, batch_size: batch, batches_limit: 10 });
  },
  async watch({ count, batch }) {
    db.replicate.from(remote, { live: true, retry: true, back_off_function: () => 40, batch_size: batch, batches_limit: 10 });
    let here = 0;
    db.changes({ live: true, since: 'now' }).on('change', () => {
      here += 1;
      if (here === count) process.send({ did: 'watch', at: Date.now() });
    });
    process.send({ did: 'watching' });
  },
  async count() {
    const { doc_count } = await db.info();
    process.send({ did: 'count', here: doc_count, distinct: doc_count });
  },
};
process.on('message', ({ order, ...what }) => void orders[order](what));
process.on('disconnect', () => process.exit(0));
process.send({ did: 'start' });
