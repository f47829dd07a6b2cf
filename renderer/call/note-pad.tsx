import { Button, Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import { useEffect, useRef, useState } from 'react';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { useTools } from '../app/stores/tools.ts';
import { SavedMark, lookOf } from '../ui/saved-mark.tsx';
import { newId } from './start-run.ts';
import { callTexts } from './texts.ts';

const field = 'note';
/** What is typed quickly goes together. */
const TOGETHER_MS = 150;

/** 记事: always there. What is typed is kept as a draft at every pause; [记入案卷] makes it part of the case. */
export function NotePad({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const wanted = useTools((tools) => tools.noteWanted);
  const [text, setText] = useState('');
  const [draft, setDraft] = useState(false);
  const area = useRef<TextAreaRef>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** What is in the field now: an answer to a save of less than that says nothing of the rest. */
  const typed = useRef('');
  const caseId = view?.caseId ?? null;

  useEffect(() => {
    if (wanted > 0) area.current?.focus();
  }, [wanted]);

  useEffect(() => {
    if (caseId === null) return;
    let here = true;
    void desk.calls.drafts({ case: caseId }).then((reply) => {
      const kept = reply.ok ? reply.value.find((one) => one.field === field) : undefined;
      if (!here || kept === undefined) return;
      setText((now) => (now === '' ? kept.text : now));
      setDraft(true);
    });
    return () => {
      here = false;
    };
  }, [caseId]);

  // The last characters too: a reload or a crash does not wait for a pause (CT3).
  const waiting = useRef<string | null>(null);
  const savedMs = useRef(Number.NEGATIVE_INFINITY);
  function keep(next: string, ended: boolean): void {
    clearTimeout(timer.current);
    typed.current = next;
    waiting.current = null;
    if (caseId === null) return;
    savedMs.current = performance.now();
    void desk.calls.saveDraft({ case: caseId, field, text: next, kind: 'text', ended }).then((reply) => {
      if (next === typed.current) setDraft(reply.ok && next !== '');
    });
  }
  const flush = useRef(() => {});
  useEffect(() => {
    flush.current = () => {
      if (waiting.current !== null) keep(waiting.current, false);
    };
  });
  useEffect(() => {
    const leave = (): void => flush.current();
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
  function type(next: string): void {
    typed.current = next;
    setText(next);
    setDraft(false);
    clearTimeout(timer.current);
    waiting.current = next;
    timer.current = setTimeout(() => flush.current(), Math.max(0, TOGETHER_MS - (performance.now() - savedMs.current)));
  }
  async function add(): Promise<void> {
    if (caseId === null || text.trim() === '') return;
    const reply = await sendCommand(caseId, 'write note', { noteId: newId(), text: text.trim() });
    if (!reply.ok) return;
    setText('');
    keep('', true);
  }
  const look = lookOf((view?.marks ?? []).filter((mark) => mark.kind === 'write note').slice(-1));
  return (
    <section className="note" aria-label={t('note.title')} data-testid="note">
      <div className="row">
        <h2>{t('note.title')}<kbd className="hotkey">F7</kbd></h2>
        <span className="grow" />
        {draft ? <span className="small tone-muted" data-testid="note-draft">{t('note.draft')} <SavedMark look="saved-here" /></span> : look ? <SavedMark look={look} /> : null}
      </div>
      <Input.TextArea
        ref={area} value={text} onChange={(event) => type(event.target.value)} onBlur={() => (text === '' ? undefined : keep(text, true))} disabled={caseId === null}
        placeholder={caseId === null ? t('note.none') : t('note.placeholder')} aria-label={t('note.title')} data-testid="note-text" maxLength={4000} style={{ height: 120, resize: 'none' }}
      />
      <Button size="small" onClick={() => void add()} disabled={caseId === null || text.trim() === ''} data-testid="note-add">{t('note.add')}</Button>
    </section>
  );
}
