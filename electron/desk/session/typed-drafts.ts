import type { Drafts } from '../store/drafts.ts';
import { storableText } from '../draft-text.ts';

export type Typed = { case: string | null; field: string; text: string; kind: 'text' | 'card-number' | 'code' | 'answer'; ended?: boolean | undefined };

/** What is being typed now, and what of it may be stored (PR2). */
export class TypedDrafts {
  readonly #drafts: Pick<Drafts, 'put' | 'remove' | 'list'>;
  readonly #now: () => string;
  /** What is in each field, so that a number that still grows is known: in memory only. */
  readonly #before = new Map<string, string>();

  constructor(drafts: Pick<Drafts, 'put' | 'remove' | 'list'>, now: () => string) {
    this.#drafts = drafts;
    this.#now = now;
  }

  /** Of one case, of no case, or of all. */
  list(ofCase: string | null | undefined): ReturnType<Drafts['list']> {
    return this.#drafts.list(ofCase);
  }

  /** @returns whether anything of such a field is kept at all */
  save(typed: Typed): boolean {
    if (typed.kind !== 'text') return false;
    const ended = typed.ended ?? false;
    const field = `${typed.case ?? ''}/${typed.field}`;
    const before = this.#before.get(field) ?? null;
    if (ended) this.#before.delete(field);
    else this.#before.set(field, typed.text);
    // Nothing has changed: what was decided about it stands.
    if (!ended && typed.text === before) return true;
    const text = storableText(typed.text, ended, before);
    if (text === '') this.#drafts.remove(typed.case, typed.field);
    else this.#drafts.put(typed.case, typed.field, text, this.#now());
    return true;
  }
}
