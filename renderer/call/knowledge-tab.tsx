import { Input, type InputRef } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useLang, useTexts } from '../app/i18n.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { useTools } from '../app/stores/tools.ts';
import { findKnowledge, loadInitials, type Found } from './knowledge-search.ts';
import { PolicyFigures } from './policy-figures.tsx';
import { callTexts } from './texts.ts';

/** F3: articles, phrases and branches by keyboard (type, ↑↓, Enter), then the rule figures of the flow in hand. */
export function KnowledgeTab({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const rules = useRules((held) => held.rules);
  const wanted = useTools((tools) => tools.knowledgeWanted);
  const input = useRef<InputRef>(null);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  // Drawn again when the initials are here: they find more.
  const [, setReady] = useState(false);
  const run = view?.state.currentRun ? view.state.runs[view.state.currentRun] : undefined;
  const flow = run ? flowOf(rules, run.flowId, run.flowVersion)?.definition : undefined;
  const figures = (rules?.flowPolicy.parameters ?? []).filter(({ id }) => flow?.policy.some((path) => id === path || id.startsWith(`${path}.`)));
  const found = findKnowledge(query, flow?.id ?? null);

  useEffect(() => {
    if (wanted > 0) input.current?.focus({ cursor: 'all' });
  }, [wanted]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(found.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = found[at];
      if (chosen !== undefined) setOpen((now) => (now === chosen.id ? null : chosen.id));
    } else if (event.key === 'Escape' && query !== '') {
      event.stopPropagation();
      setQuery('');
    }
  }
  return (
    <div className="stack" data-testid="knowledge">
      <Input
        ref={input} value={query} allowClear placeholder={t('knowledge.search')} aria-label={t('knowledge.search')} autoComplete="off" spellCheck={false} data-testid="knowledge-search" role="combobox" aria-expanded={found.length > 0} aria-controls="knowledge-found"
        onFocus={() => void loadInitials().then(() => setReady(true))} onKeyDown={onKeyDown}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
      />
      <ul id="knowledge-found" className="knowledge-found" aria-label={t('knowledge.found')}>
        {found.map((one, index) => <Entry key={one.id} one={one} here={index === at && query !== ''} open={open === one.id || (query !== '' && found.length === 1)} onPress={() => setOpen(open === one.id ? null : one.id)} />)}
      </ul>
      {query !== '' && found.length === 0 ? <p className="tone-muted" role="status">{t('knowledge.nothing')}</p> : null}
      {query === '' ? <PolicyFigures figures={figures} /> : null}
      {query === '' && found.length === 0 && figures.length === 0 ? <p className="small tone-muted">{t('knowledge.hint')}</p> : null}
    </div>
  );
}

function Entry({ one, here, open, onPress }: { one: Found; here: boolean; open: boolean; onPress: () => void }) {
  const t = useTexts(callTexts);
  const lang = useLang();
  return (
    <li className={here ? 'knowledge-here' : ''} data-testid={`knowledge-${one.id}`}>
      <button type="button" aria-expanded={open} onClick={onPress}><span className="chip">{t(`knowledge.${one.kind}`)}</span> <strong>{one.title[lang]}</strong></button>
      {open || one.kind === 'phrase' ? <p className="speech-small">{one.body[lang]}</p> : null}
      {open && one.source ? <p className="small tone-muted">{t('knowledge.from', { source: one.source, date: one.since ?? '' })}</p> : null}
      {open && one.kind === 'branch' ? <p className="small tone-muted">{one.since === null ? `▲ ${t('knowledge.unchecked')}` : t('knowledge.checked', { date: one.since })}</p> : null}
    </li>
  );
}
