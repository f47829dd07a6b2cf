/**
 * One desktop of the reference: a database of its own on disk, replicated live with the centre's. Does what its parent says:
 * `make` records, `send` them on, `watch` until so many are here.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import PouchDB from 'pouchdb';

const [, , folder, url] = process.argv;
const BACK_OFF_MS = 40;
mkdirSync(folder, { recursive: true });
const db = new PouchDB(`${folder}/desk`);
const live = (batch) => ({ live: true, retry: true, back_off_function: () => BACK_OFF_MS, batch_size: batch, batches_limit: 10 });

/** `retry` covers a replication but not the first request to the other side: a line cut under that one would end the process. */
async function opened() {
  for (;;) {
    const remote = new PouchDB(url);
    try {
      await remote.info();
      return remote;
    } catch {
      await wait(BACK_OFF_MS);
    }
  }
}
const remote = await opened();
const orders = {
  async make({ count, text }) {
    for (let n = 0; n < count; n += 1000) {
      await db.bulkDocs(Array.from({ length: Math.min(1000, count - n) }, (_, k) => ({ _id: String(n + k).padStart(8, '0'), ...JSON.parse(text), n: n + k })));
    }
    process.send({ did: 'make' });
  },
  send({ batch }) {
    db.replicate.to(remote, live(batch));
  },
  async watch({ count, batch }) {
    db.replicate.from(remote, live(batch));
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
/**
 * After each batch PouchDB asks the other side how much is left and lets go of the answer: where the line was cut under that
 * question nobody hears of it, which ends a process of Node and no window of a browser. The replication itself tries again.
 */
process.on('unhandledRejection', (error) => {
  if (error?.name !== 'FetchError') throw error;
});
process.send({ did: 'start' });
