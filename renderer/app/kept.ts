/** What is typed and not yet sent, kept at once in the person's own encrypted file (CT3). */
import { useEffect, useMemo, useState } from 'react';
import { desk } from './desk.ts';

/** The first character goes at once; those that follow quickly go together. */
const TOGETHER_MS = 150;
/** The desk process is being started again: what it did not take is given once more. */
const AGAIN_MS = 1_000;

/** One field on its way to the file. */
class KeptField {
  #typed = false;
  #held = false;
  readonly #caseId: string | null;
  readonly #field: string;
  #waiting: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #savedMs = Number.NEGATIVE_INFINITY;

  constructor(caseId: string | null, field: string) {
    this.#caseId = caseId;
    this.#field = field;
  }

  /** @returns what was kept before; null where nothing was, or something newer has been typed meanwhile */
  async read(): Promise<string | null> {
    const reply = await desk.calls.drafts({ case: this.#caseId });
    const before = (reply.ok ? reply.value.find((one) => one.field === this.#field)?.text : undefined) ?? null;
    this.#held = before !== null;
    return this.#typed ? null : before;
  }

  put(text: string): void {
    this.#typed = true;
    this.#waiting = text;
    const wait = TOGETHER_MS - (performance.now() - this.#savedMs);
    if (wait <= 0 || text === '') return this.save();
    this.#timer ??= setTimeout(() => this.save(), wait);
  }

  /** Nothing is written where nothing was. */
  forget(): void {
    if (this.#typed || this.#held) this.put('');
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#waiting;
    if (text === null) return;
    this.#waiting = null;
    this.#savedMs = performance.now();
    void desk.calls.saveDraft({ case: this.#caseId, field: this.#field, text, kind: 'text', ended: text === '' }).then((reply) => {
      if (reply.ok || this.#waiting !== null || !reply.refusal.code.startsWith('desk-')) return;
      this.#waiting = text;
      this.#timer = setTimeout(() => this.save(), AGAIN_MS);
    });
  }
}

/**
 * As `useState` for a text, but that it is there again after leaving the panel, a reload, a crash and a restart. Setting it to
 * `''` (as after sending) forgets it; `forget` does so and leaves what is shown. Card numbers are masked by the desk; codes
 * and answers do not belong here (PR2).
 *
 * @param caseId null for what belongs to no case @param field names it within the case
 */
export function useKept(caseId: string | null, field: string, start = ''): [text: string, type: (text: string) => void, forget: () => void] {
  const [text, setText] = useState(start);
  const kept = useMemo(() => new KeptField(caseId, field), [caseId, field]);
  useEffect(() => {
    let here = true;
    void kept.read().then((before) => {
      if (here && before !== null) setText(before);
    });
    const save = (): void => kept.save();
    window.addEventListener('pagehide', save);
    return () => {
      here = false;
      window.removeEventListener('pagehide', save);
      kept.save();
    };
  }, [kept]);
  const type = (next: string): void => {
    setText(next);
    kept.put(next);
  };
  return [text, type, () => kept.forget()];
}
