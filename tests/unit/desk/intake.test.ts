import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { openDatabase, type Db } from '../../../electron/desk/store/database.ts';
import { StoreError } from '../../../electron/desk/store/store-refusal.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { Intake } from '../../../electron/desk/sync/intake.ts';
import { LinkLost } from '../../../electron/desk/sync/link.ts';
import { handClock, tempFolder } from './test-desk.ts';

let folder: ReturnType<typeof tempFolder>;
let db: Db;
let store: Store;
let stopped = false;
beforeEach(() => {
  folder = tempFolder();
  db = openDatabase(join(folder.path, 'desk.db'), randomBytes(32), null);
  store = storeOf(db, v7());
  stopped = false;
});
afterEach(() => {
  store.close();
  folder.remove();
});

function anIntake() {
  const hand = handClock(0);
  const intake = new Intake(store, hand.environment, () => stopped);
  const outcomes: unknown[] = [];
  const take = (work: () => unknown): void => void intake.take(work).then((value) => outcomes.push(value), (error: unknown) => outcomes.push(error));
  const turn = async (): Promise<void> => {
    hand.advance(0);
    for (let n = 0; n < 10; n += 1) await Promise.resolve();
  };
  return { take, turn, outcomes };
}

describe('what the server told is put on the disk together', () => {
  it('[SY1] in one transaction, in the order of its coming, and counts as stored only after it', async () => {
    const { take, turn, outcomes } = anIntake();
    let wasIn = 0;
    for (const sweep of [1, 2, 3]) take(() => {
      wasIn += db.inTransaction ? 1 : 0;
      store.meta.set('sweep', sweep);
      return sweep;
    });
    await Promise.resolve();
    expect([outcomes, store.meta.get('sweep')]).toEqual([[], null]);
    await turn();
    expect([outcomes, store.meta.get('sweep'), wasIn]).toEqual([[1, 2, 3], 3, 3]);
  });

  it('a part that fails undoes itself and nothing else', async () => {
    const { take, turn, outcomes } = anIntake();
    const broken = new Error('not a feed');
    take(() => store.meta.set('sweep', 1));
    take(() => {
      store.meta.set('sweep', 2);
      store.meta.set('incarnation', 2);
      throw broken;
    });
    await turn();
    expect([outcomes, store.meta.get('sweep'), store.meta.get('incarnation')]).toEqual([[undefined, broken], 1, null]);
  });

  it('[RB2] a disk that is full undoes all of it, and each is told so', async () => {
    const { take, turn, outcomes } = anIntake();
    take(() => store.meta.set('sweep', 1));
    take(() => { throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' }); });
    await turn();
    expect(outcomes).toEqual([expect.any(StoreError), expect.any(StoreError)]);
    expect(store.meta.get('sweep')).toBeNull();
    take(() => store.meta.set('sweep', 4));
    await turn();
    expect(store.meta.get('sweep')).toBe(4);
  });

  it('nothing is written to the file of a session that is over', async () => {
    const { take, turn, outcomes } = anIntake();
    take(() => store.meta.set('sweep', 1));
    stopped = true;
    await turn();
    expect([outcomes, store.meta.get('sweep')]).toEqual([[expect.any(LinkLost)], null]);
  });
});
