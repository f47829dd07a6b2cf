import './call.css';
import { Tabs } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { useCase } from '../app/stores/cases.ts';
import { usePlace } from '../app/stores/place.ts';
import { useTools } from '../app/stores/tools.ts';
import { CallbackForm } from './callback-form.tsx';
import { HistoryTab } from './history-tab.tsx';
import { LogCallForm } from './log-call.tsx';
import { KnowledgeTab } from './knowledge-tab.tsx';
import { MentorList } from './mentor-list.tsx';
import { NotePad } from './note-pad.tsx';
import { RiskPanel } from './risk-panel.tsx';
import { SpeechTab } from './speech-tab.tsx';
import { callTexts } from './texts.ts';
import { Voice } from './voice.tsx';

/** At hand: risk pinned on top, then what is said, known and was; the note is always there. */
export function AtHand() {
  const t = useTexts(callTexts);
  const view = useCase(usePlace((place) => place.caseId));
  const { tab, callback, mentor, logCall } = useTools();
  return (
    <aside className="at-hand" aria-label={t('hand.label')} data-testid="at-hand">
      <RiskPanel view={view} />
      {logCall ? <LogCallForm view={view} /> : null}
      {callback && view ? <CallbackForm view={view} key={`callback ${view.caseId}`} /> : null}
      {mentor ? <MentorList /> : null}
      <Voice />
      <Tabs
        className="at-hand-tabs" size="small" activeKey={tab} onChange={(key) => useTools.setState({ tab: key as typeof tab })}
        items={[
          { key: 'speech', label: t('hand.speech'), children: <SpeechTab view={view} /> },
          { key: 'knowledge', label: <>{t('hand.knowledge')}<kbd className="hotkey">F3</kbd></>, children: <KnowledgeTab view={view} /> },
          { key: 'history', label: <>{t('hand.history')}<kbd className="hotkey">F4</kbd></>, children: <HistoryTab view={view} /> },
        ]}
      />
      <NotePad view={view} key={`note ${view?.caseId ?? 'none'}`} />
    </aside>
  );
}
