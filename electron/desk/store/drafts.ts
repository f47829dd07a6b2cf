import { Draft } from '#shared/protocol/draft.ts';
import { z } from 'zod';
import type { Db } from './database.ts';

const Row = z.object({ of_case: z.string(), field: z.string(), text: z.string(), at: z.string() });
/** A draft of no case: a caller not yet in any. */
const NO_CASE = '';

export type Drafts = ReturnType<typeof draftsOf>;

/** Typed and not yet sent (CT3). What may be kept of it was decided before (PR2). */
export function draftsOf(db: Db) {
  const put = db.prepare(`insert into draft (of_case, field, text, at) values (?, ?, ?, ?)
    on conflict (of_case, field) do update set text = excluded.text, at = excluded.at`);
  const remove = db.prepare('delete from draft where of_case = ? and field = ?');
  const removeCase = db.prepare('delete from draft where of_case = ?');
  const ofCase = db.prepare('select of_case, field, text, at from draft where of_case = ? order by field');
  const all = db.prepare('select of_case, field, text, at from draft order by of_case, field');
  const read = (found: unknown[]): Draft[] =>
    found.map((row) => {
      const { of_case, field, text, at } = Row.parse(row);
      return Draft.parse({ case: of_case === NO_CASE ? null : of_case, field, text, at });
    });
  return {
    put: (ofCaseId: string | null, field: string, text: string, at: string): void => void put.run(ofCaseId ?? NO_CASE, field, text, at),
    remove: (ofCaseId: string | null, field: string): void => void remove.run(ofCaseId ?? NO_CASE, field),
    removeCase: (ofCaseId: string): void => void removeCase.run(ofCaseId),
    /** Of one case, of no case (`null`), or all (`undefined`). */
    list: (ofCaseId: string | null | undefined): Draft[] =>
      read(ofCaseId === undefined ? all.all() : ofCase.all(ofCaseId ?? NO_CASE)),
  };
}
