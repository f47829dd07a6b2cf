import './quality.css';
import { Button, Input } from 'antd';
import { useMemo, useState } from 'react';
import { maskNumbers } from '#shared/privacy/mask.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { localMoment } from '../app/local-time.ts';
import { sendCommand } from '../app/send.ts';
import { allCases, useCase, useCases, type TypedCase } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { OutcomeList } from '../operation/outcome-list.tsx';
import { PayloadCard } from '../operation/payload-card.tsx';
import { usePersonName } from '../operation/people.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { quoted } from '../ui/punctuation.ts';
import { qualityTexts } from './texts.ts';

/** What was released by breaking glass, for those who look at it afterwards (TP11). */
export default function QualityView() {
  const t = useTexts(qualityTexts);
  const held = useCases((store) => store.held);
  const cases = useMemo(() => allCases(held).filter(({ state }) => state.quality !== null).sort((a, b) => ((a.state.quality?.at ?? '') < (b.state.quality?.at ?? '') ? -1 : 1)), [held]);
  const open = cases.filter(({ state }) => state.closed === null);
  const closed = cases.filter(({ state }) => state.closed !== null).reverse();
  return (
    <div className="page qa-view" data-testid="quality-view">
      <h1>{t('title')}</h1>
      {cases.length === 0 ? <section className="card"><strong>{t('none')}</strong><p className="tone-muted">{t('noneHint')}</p></section> : null}
      {open.length === 0 ? null : <h2>{t('open')} {open.length}</h2>}
      {open.map((view) => <QualityCase key={view.caseId} view={view} />)}
      {closed.length === 0 ? null : <h2>{t('closed')} {closed.length}</h2>}
      {closed.map((view) => <QualityCase key={view.caseId} view={view} />)}
    </div>
  );
}

function QualityCase({ view }: { view: TypedCase }) {
  const t = useTexts(qualityTexts);
  const lang = useLang();
  const name = usePersonName();
  const quality = view.state.quality!;
  const about = useCase(quality.aboutCase);
  const [look, setLook] = useState(false);
  const [finding, setFinding] = useKept(view.caseId, 'finding');
  const operation = about?.state.operations[quality.operationId] ?? null;
  const review = about === null ? null : (Object.values(about.state.reviews).find((one) => one.operationId === quality.operationId && one.seats.length > 0) ?? null);
  const mark = view.marks.findLast((one) => one.kind === 'close quality case');
  const asked = mark?.look === 'asked' || mark?.look === 'saved-here';
  const close = (): void => {
    if (finding.trim() !== '') void sendCommand(view.caseId, 'close quality case', { finding: maskNumbers(finding.trim()) });
  };
  return (
    <section className="card stack" data-testid={`quality-${view.caseId}`} data-closed={view.state.closed !== null}>
      <header className="row-wrap">
        <strong className="tone-amber">▲ {t('what')}</strong>
        <span>{review?.kindName[lang] ?? ''}{review === null ? '' : ` · ${review.band[lang]}`}</span>
        <span className="grow" />
        <span className="tone-muted tabular small">{t('openedAt', { at: localMoment(quality.at, nowAt()) })}</span>
      </header>
      <dl className="qa-facts">
        <div><dt>{t('by')}</dt><dd>{quality.by.map((one) => name(one)).join(lang === 'zh' ? '、' : ', ')}</dd></div>
        <div><dt>{t('reasons')}</dt><dd>{quality.reasons.map((reason) => quoted(lang, reason)).join(' ')}</dd></div>
        {operation === null ? null : <div><dt>{t('makerIs')}</dt><dd>{name(operation.maker)}</dd></div>}
      </dl>
      <div><Button size="small" aria-expanded={look} onClick={() => setLook(!look)} data-testid="quality-look">{t(look ? 'hideCase' : 'seeCase')}</Button></div>
      {!look ? null : operation === null ? <p className="tone-muted">◔ {t('notHere')}</p> : (
        <div className="stack" data-testid="quality-matter">
          {operation.payload === null ? null : <PayloadCard payload={operation.payload} lang={lang} />}
          {operation.execution === null ? <p className="tone-muted">{t('notExecuted')}</p> : <OutcomeList operation={operation} />}
        </div>
      )}
      {view.state.closed !== null ? <p><span className="tone-muted">{t('closedWith')}</span> {quoted(lang, view.state.closed.outcome)}</p> : (
        <form
          className="row-wrap"
          onSubmit={(event) => {
            event.preventDefault();
            close();
          }}
        >
          {mark?.look === 'refused' && mark.refusal !== null ? <RefusalNotice refusal={mark.refusal} /> : null}
          <Input value={finding} maxLength={500} onChange={(event) => setFinding(event.target.value)} placeholder={t('findingHint')} aria-label={t('finding')} className="qa-finding" data-testid="quality-finding" />
          <Button type="primary" htmlType="submit" disabled={finding.trim() === '' || asked} data-testid="close-quality-case">{t('close')}</Button>
          {asked ? <span role="status">◔ {t('asked')}</span> : null}
        </form>
      )}
    </section>
  );
}
