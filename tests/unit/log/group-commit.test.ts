import { describe, expect, it } from 'vitest';
import { GroupCommit, type CommitGroup } from '../../../server/log/group-commit.ts';
import { logError } from '../../../server/log/log-errors.ts';
import type { AppendResult } from '../../../server/log/log.ts';
import type { PreparedItem } from '../../../server/log/prepare.ts';

/** An item that can be told apart by a number. */
const item = (n: number): PreparedItem => ({ ok: false, event: `${n}` });
const number = (prepared: PreparedItem): string => (prepared.ok ? '' : prepared.event);
const answer = (prepared: PreparedItem): AppendResult => ({ status: 'rejected', code: 'event-id-taken', event: number(prepared) });
const settled = (result: AppendResult | undefined) => (result?.status === 'rejected' ? result.event : result?.status);

function recording(fail?: (items: PreparedItem[]) => ReturnType<CommitGroup> | undefined) {
  const groups: string[][] = [];
  const queue = new GroupCommit((items) => {
    const outcome = fail?.(items);
    if (outcome !== undefined) return outcome;
    groups.push(items.map(number));
    return { ok: true, results: items.map(answer) };
  });
  return { groups, queue, submit: (n: number) => queue.submit(1, async () => [item(n)]) };
}

describe('group commit', () => {
  it('[SY1] lets calls that arrive together share one transaction, in order', async () => {
    const { groups, submit } = recording();
    const results = await Promise.all([1, 2, 3].map(submit));
    expect(results.map((result) => settled(result[0]))).toEqual(['1', '2', '3']);
    expect(groups).toEqual([['1', '2', '3']]);
  });

  it('bounds a transaction, and splits no call', async () => {
    const { groups, queue } = recording();
    const call = (n: number) => queue.submit(200, async () => Array.from({ length: 200 }, () => item(n)));
    const results = await Promise.all([1, 2, 3, 4].map(call));
    expect(groups.map((group) => group.length)).toEqual([400, 400]);
    expect(results.every((result, index) => result.length === 200 && result.every((each) => settled(each) === `${index + 1}`))).toBe(true);
  });

  it('does not let a call pass one that was made before it and is still being sealed', async () => {
    const { groups, queue, submit } = recording();
    let sealed = (): void => {};
    const first = queue.submit(1, () => new Promise((resolve) => (sealed = () => resolve([item(1)]))));
    const second = submit(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).toEqual([]);
    sealed();
    await Promise.all([first, second]);
    expect(groups).toEqual([['1', '2']]);
  });

  it('[RB1] rejects only the call that makes the transaction throw', async () => {
    const { groups, submit } = recording((items) => {
      if (items.some((each) => number(each) === '2')) throw new Error('bug');
      return undefined;
    });
    const results = await Promise.allSettled([1, 2, 3].map(submit));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([['1'], ['3']]);
  });

  it('goes on after a call whose preparation failed, whatever waits behind it', async () => {
    const { queue, submit } = recording();
    const bad = queue.submit(1, () => Promise.reject(new Error('bad')));
    const good = submit(2);
    await expect(bad).rejects.toThrow('bad');
    expect(settled((await good)[0])).toBe('2');
  });

  it('[RB2] answers every item with the error when nothing was stored', async () => {
    const error = logError('log-disk-full', '/x', 'SQLITE_FULL');
    const { submit } = recording(() => ({ ok: false, error }));
    expect(await Promise.all([submit(1), submit(2)])).toEqual([[{ status: 'failed', error }], [{ status: 'failed', error }]]);
  });

  it('[SY1] answers everything handed in before it closes', async () => {
    const { groups, queue, submit } = recording();
    const pending = [submit(1), submit(2)];
    await queue.close();
    expect(groups).toEqual([['1', '2']]);
    expect((await Promise.all(pending)).flat().map(settled)).toEqual(['1', '2']);
    expect((await submit(3)).map((result) => result.status)).toEqual(['failed']);
    await queue.close();
  });
});

describe('group commit to a database across a network', () => {
  /** Groups are held until they are let go, one by one. */
  function held(fail?: (items: PreparedItem[]) => boolean) {
    const groups: string[][] = [];
    const gates: (() => void)[] = [];
    const queue = new GroupCommit(async (items) => {
      groups.push(items.map(number));
      await new Promise<void>((resolve) => gates.push(resolve));
      if (fail?.(items) === true) throw new Error('bug');
      return { ok: true, results: items.map(answer) };
    });
    const letGo = async (): Promise<void> => {
      while (gates.length === 0) await new Promise((resolve) => setImmediate(resolve));
      gates.shift()?.();
    };
    return { groups, queue, letGo, submit: (n: number) => queue.submit(1, async () => [item(n)]) };
  }

  it('[SY5] has one group under way at a time; what arrives meanwhile shares the next one', async () => {
    const { groups, letGo, submit } = held();
    const first = submit(1);
    while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const more = [submit(2), submit(3)];
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(groups).toEqual([['1']]);
    await letGo();
    expect(settled((await first)[0])).toBe('1');
    await letGo();
    expect((await Promise.all(more)).flat().map(settled)).toEqual(['2', '3']);
    expect(groups).toEqual([['1'], ['2', '3']]);
  });

  it('[RB1] rejects only the call that makes the transaction fail, and keeps their order', async () => {
    const { groups, letGo, submit } = held((items) => items.some((each) => number(each) === '2'));
    const results = Promise.allSettled([1, 2, 3].map(submit));
    for (let n = 0; n < 4; n += 1) await letGo();
    expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([['1', '2', '3'], ['1'], ['2'], ['3']]);
  });

  it('[SY1] closes only after the group that is under way', async () => {
    const { letGo, queue, submit, groups } = held();
    const pending = submit(1);
    while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const order: string[] = [];
    const closed = queue.close().then(() => order.push('closed'));
    void pending.then(() => order.push('answered'));
    await letGo();
    await closed;
    expect(order).toEqual(['answered', 'closed']);
  });
});
