import { Button } from 'antd';
import { useLang, useTexts } from '../app/i18n.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { openCase } from '../app/stores/place.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { isOnCall } from '../call/current-call.ts';
import { openAnotherMatter } from '../call/start-run.ts';
import { lookOf, SavedMark } from '../ui/saved-mark.tsx';
import { flowTexts } from './texts.ts';

/** The matters of one call side by side; [+另一件事] parks the first and loses nothing. */
export function CaseTabs({ view, callId }: { view: TypedCase; callId: string | null }) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const rules = useRules((held) => held.rules);
  const held = useCases((store) => store.held);
  const of = callId ?? view.state.opened?.callId ?? null;
  const mine = of === null ? [view] : allCases(held).filter((one) => one.caseId === view.caseId || (isOnCall(one, of) && one.state.closed === null));
  const titleOf = (one: TypedCase): string => {
    const run = one.state.currentRun === null ? undefined : one.state.runs[one.state.currentRun];
    const flow = run === undefined ? undefined : flowOf(rules, run.flowId, run.flowVersion)?.definition;
    return flow?.title[lang] ?? t('intent.title');
  };
  const look = lookOf(view.marks);
  return (
    <div className="case-tabs" data-testid="case-tabs">
      <div role="tablist" aria-label={t('cases')}>
      {mine.toSorted((a, b) => (a.caseId < b.caseId ? -1 : 1)).map((one) => (
        <button key={one.caseId} type="button" role="tab" aria-selected={one.caseId === view.caseId} onClick={() => openCase(one.caseId)} data-testid={`case-tab-${one.caseId}`}>
          {titleOf(one)}
        </button>
      ))}
      </div>
      {view.state.closed === null ? <Button size="small" type="text" onClick={() => void openAnotherMatter(view)} data-testid="another-matter">+ {t('another')}</Button> : null}
      <span className="grow" />
      {look ? <span data-testid="saved"><SavedMark look={look} quiet={look === 'confirmed'} /></span> : null}
    </div>
  );
}
