import { Button, Input } from 'antd';
import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react';
import { useLang, useTexts } from '../app/i18n.ts';
import { useKept } from './kept.ts';
import type { Read } from './policy-text.ts';
import { administrationTexts } from './texts.ts';

const MOST_BYTES = 512 * 1024;

/** The text of a policy or a flow as it is typed, and what it reads as; kept while the person sits there. */
export function useRead<T>(name: string, read: (text: string) => Read<T>): { text: string; setText: (text: string) => void; result: Read<T> | null } {
  const [text, setText] = useKept(name, '');
  const late = useDeferredValue(text);
  const result = useMemo(() => (late.trim() === '' ? null : read(late)), [late, read]);
  return { text, setText, result: late === text ? result : null };
}

/** A text pasted, typed or read from a file, and every mistake in it with its line, its path and the reason. */
export function TextBox({ label, text, onText, result, testId, children }: { label: string; text: string; onText: (text: string) => void; result: Read<unknown> | null; testId: string; children?: ReactNode }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const file = useRef<HTMLInputElement>(null);
  const [tooLong, setTooLong] = useState(false);
  const read = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    setTooLong(chosen.size > MOST_BYTES);
    if (chosen.size <= MOST_BYTES) onText(await chosen.text());
  };
  return (
    <div className="stack-tight">
      <div className="row-wrap">
        <input ref={file} type="file" accept=".yaml,.yml,.json,text/yaml,application/json" hidden data-testid={`${testId}-file`} onChange={(event) => void read(event.target.files?.[0])} />
        <Button size="small" onClick={() => file.current?.click()}>{t('policy.file')}</Button>
        {children}
      </div>
      {tooLong ? <p role="alert" className="tone-amber">▲ {t('text.tooLong')}</p> : null}
      <Input.TextArea value={text} rows={12} className="ad-mono" spellCheck={false} onChange={(event) => onText(event.target.value)} aria-label={label} placeholder={label} data-testid={testId} />
      {result === null ? <p className="tone-muted small">{t('text.empty')}</p> : result.value !== null ? <p role="status" className="tone-green" data-testid={`${testId}-ok`}>✓ {t('policy.ok')}</p> : (
        <div role="alert" className="notice notice-red" data-testid={`${testId}-problems`}>
          <span className="notice-shape" aria-hidden="true">✕</span>
          <div className="notice-words"><strong>{t('text.problems', { n: result.problems.length })}</strong>
            <ul className="ad-problems">{result.problems.map((problem, index) => <li key={index}><span className="tabular nowrap">{t('text.line', { line: problem.line })}</span> {problem.path === '' ? null : <code className="ad-mono">{problem.path}</code>} <span>{problem[lang]}</span></li>)}</ul>
          </div>
        </div>
      )}
    </div>
  );
}
