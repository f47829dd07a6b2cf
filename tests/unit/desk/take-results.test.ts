import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { outerOf } from '../../../electron/desk/sync/batch.ts';
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
const inner = JSON.stringify({ madeAt: AT, saidAt: null, dependsOn: [], notAfter: null, body: {} });

it('[SY2] an event that overtakes the answer to its command is progress, not a reason to hang up', () => {
  const row = store.outbox.append({
    id: v7(), stream: v7(), kind: 'write note', schema: 1, class: 'local', urgent: false, hash: 'a'.repeat(64), inner_text: inner, made_at: AT,
  });
  store.outbox.confirm(row.id, AT);
  const taken = takeResults(store, [outerOf(row, store.desktop, 1)], [{ id: row.id, status: 'accepted', version: 3, recordedAt: AT }], AT);
  expect(taken.progressed).toBe(true);
});
