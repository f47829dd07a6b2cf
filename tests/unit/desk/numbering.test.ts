import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { nextBatch } from '../../../electron/desk/sync/batch.ts';
import { enterNewEpoch } from '../../../electron/desk/sync/new-epoch.ts';
import { takeResults } from '../../../electron/desk/sync/take-results.ts';
import { tempFolder } from './test-desk.ts';

let folder: ReturnType<typeof tempFolder>;
let store: Store;
beforeEach(() => {
  folder = tempFolder();
  store = storeOf(openDatabase(join(folder.path, 'desk.db'), randomBytes(32), null), v7());
});
afterEach(() => {
  store.close();
  folder.remove();
});

const AT = '2026-03-02T01:00:00.000Z';
function give(stream: string, dependsOn: string[] = []): string {
  const inner = JSON.stringify({ madeAt: AT, saidAt: null, dependsOn, notAfter: null, body: {} });
  return store.outbox.append({ id: v7(), stream, kind: 'write note', schema: 1, class: 'local', urgent: false, hash: 'a'.repeat(64), inner_text: inner, made_at: AT }).id;
}
const batch = () => nextBatch(store.outbox, store.desktop, store.meta.get('incarnation') ?? 1);

it('[SY3] [SY9] what builds on another stays behind it when both are sent again from different incarnations', () => {
  const stream = v7();
  for (let n = 0; n < 4; n += 1) give(stream);
  const first = batch();
  takeResults(store, first, first.map(({ id }) => ({ id, status: 'accepted', version: 1, recordedAt: AT })), AT);
  const base = give(stream);
  // The server has seen this number of another copy of the file: everything unsent counts from 1.
  takeResults(store, batch(), [{ id: base, status: 'forked' }], AT);
  const leaning = give(stream, [base]);
  const second = batch();
  expect(second.map(({ id, number, incarnation }) => [id, number, incarnation])).toEqual([[base, 1, 2], [leaning, 2, 2]]);
  takeResults(store, second, second.map(({ id }) => ({ id, status: 'accepted', version: 3, recordedAt: AT })), AT);

  // The log was restored: the four of the first incarnation come before the two of the second, as they were given.
  enterNewEpoch(store, Date.parse(AT) + 3_600_000);
  expect(batch().map(({ id, number, incarnation }) => [id, number, incarnation])).toEqual([...first.map(({ id }) => id), base, leaning].map((id, n) => [id, n + 1, 3]));
});
