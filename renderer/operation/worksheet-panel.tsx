import { Button } from 'antd';
import { useState } from 'react';
import { formatFen } from '#shared/money/fen.ts';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Age } from '../ui/age.tsx';
import { Money } from '../ui/money.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { lookOf, SavedMark } from '../ui/saved-mark.tsx';
import { useNow } from '../app/stores/clock.ts';
import { hasLapsed } from './confirmation-view.ts';
import { useControl } from './control.ts';
import { plainLines, planIdsOf, settlementLines } from './line-words.ts';
import { operationOnScreen, remainingLines } from './operation-choice.ts';
import { OutcomeList } from './outcome-list.tsx';
import { PlainLineCard } from './plain-line.tsx';
import { PlanPicker } from './plan-picker.tsx';
import { SelfCheck } from './self-check.tsx';
import { StoppedKind } from './stopped-kind.tsx';
import { worksheetTexts } from './worksheet-texts.ts';
import { localMoment, localSeconds } from '../app/local-time.ts';
import { WorksheetTable } from './worksheet-table.tsx';
import { factsOf, planChoices, worksheetView } from './worksheet-view.ts';
import './operation.css';

const kinds = ['draft worksheet', 'tick self-check'];

/** 逐笔核对: first which plans, then every plan to the fen, what locks it, and the self-check below. */
export function WorksheetPanel(props: StepPanelProps) {
  const { view, run, lang, me, now, readOnly } = props;
  const t = useTexts(worksheetTexts);
  const control = useControl();
  useNow();
  const [reading, setReading] = useState(false);
  const [refused, setRefused] = useState<{ code: string } | null>(null);
  const operation = operationOnScreen(view.state, props.definition.operationKind);
  const facts = factsOf(view.state, me.id);
  const executed = operation?.execution != null;
  const rest = operation === null ? [] : remainingLines(view.state, operation);
  const choosing = operation === null || operation.status === 'withdrawn' || (executed && rest.length > 0);

  const readFacts = async (planIds: string[]): Promise<void> => {
    setReading(true);
    const reply = await props.ask('read facts', { case: view.caseId, purpose: 'worksheet', planIds });
    setReading(false);
    setRefused(reply.ok ? null : reply.refusal);
  };
  const draft = async (planIds: readonly string[], accountId: string, again: string | null, continues: string | null): Promise<void> => {
    const before = again === null ? null : view.state.operations[again];
    const lineIdOf = (planId: string): string => settlementLines(before?.worksheet.lines ?? []).find((line) => line.planId === planId)?.lineId ?? props.newId();
    await props.command('draft worksheet', {
      operationId: again ?? props.newId(), kind: 'early-settlement', accountId, continues, lines: planIds.map((planId) => ({ lineId: lineIdOf(planId), planId })),
    });
  };

  if (choosing) {
    const continues = executed ? operation : null;
    const choices = planChoices(view.state, me.id, run, continues === null ? null : rest.map((line) => line.planId));
    return (
      <section className="op-panel" data-testid="worksheet" aria-label={t('worksheet')}>
        {continues === null ? null : <OutcomeList {...props} operation={continues} />}
        {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
        <PlanPicker
          choices={choices} lang={lang} readOnly={readOnly} continuing={continues !== null} hasFacts={facts !== null} reading={reading}
          onRead={(planIds) => void readFacts(planIds)}
          onDraft={(planIds, accountId) => void draft(planIds, accountId, continues === null && operation?.status === 'withdrawn' ? operation.id : null, continues?.id ?? null)}
        />
      </section>
    );
  }

  const sheet = worksheetView(view.state, operation, run);
  const planIds = planIdsOf(operation.worksheet.lines);
  const plain = plainLines(operation.worksheet.lines);
  const settles = plain.length === 0;
  const editable = !readOnly && ['draft', 'returned', 'void'].includes(operation.status);
  // TP9: an approval that ran out stands in nobody's way: the worksheet is made anew, and what stood falls with it.
  const lapsed = hasLapsed(operation, now());
  const accountOf = (): string => facts?.facts.plans.find((plan) => plan.id === planIds[0])?.account ?? operation.accountId;
  const look = lookOf(view.marks.filter((mark) => kinds.includes(mark.kind)));
  const wanted = planChoices(view.state, me.id, run).map((choice) => choice.plan.id);
  return (
    <section className="op-panel" data-testid="worksheet" aria-label={t('worksheet')}>
      <header className="row-wrap">
        <span>{t('total', { n: operation.worksheet.lines.length })}</span>
        <Money fen={operation.worksheet.totals.dueNowFen} big />
        {!settles ? null : <span className="tone-muted">{t('dueDate')} <span className="tabular">{operation.worksheet.dueDate}</span></span>}
        <Age at={operation.worksheet.factsReadAt} />
        {look === null ? null : <SavedMark look={look} quiet />}
        <span className="grow" />
        {editable || (lapsed && !readOnly) ? (
          <Button size="small" loading={reading} data-testid="worksheet-read" onClick={() => void readFacts(planIds)}>{t('readFactsAgain')}</Button>
        ) : null}
      </header>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
      {lapsed && sheet.locked === null ? (
        <>
          <RefusalNotice refusal={{ code: 'tp9-expired' }} testId="worksheet-lapsed" />
          {readOnly || !settles ? null : <div><Button danger data-testid="worksheet-redraft" onClick={() => void draft(planIds, accountOf(), operation.id, operation.continues)}>{t('draftAgain')}</Button></div>}
        </>
      ) : null}
      {sheet.locked === null || operation.execution !== null ? null : (
        <div className="notice notice-red" role="alert" data-testid={`worksheet-locked-${sheet.locked}`}>
          <span className="notice-shape" aria-hidden="true">✕</span>
          <div className="notice-words">
            <strong>{t(`locked-${sheet.locked}`, { n: operation.worksheet.mismatches.length })}</strong>
            {sheet.changed.map((change) => (
              <p key={change.fact} className="tabular small">{change.fact}　{t('old')} {String(change.old)} → {t('now')} {String(change.now)}</p>
            ))}
          </div>
          {!(editable || (lapsed && !readOnly)) || !settles ? null : sheet.locked === 'bank-differs' ? (
            <ToProduct {...props} rows={sheet.rows} />
          ) : (
            <Button
              danger data-testid="worksheet-redraft"
              onClick={() => void draft(sheet.locked === 'selection-changed' ? wanted : planIds, accountOf(), operation.id, operation.continues)}
            >{t('draftAgain')}</Button>
          )}
        </div>
      )}
      <StoppedKind kind={operation.kind} />
      {sheet.rows.length === 0 ? null : <WorksheetTable operation={operation} view={sheet} lang={lang} spoken={props.callId !== null} />}
      {plain.map((line) => <PlainLineCard key={line.lineId} line={line} lang={lang} spoken={props.callId !== null} />)}
      <dl className="op-beside" data-testid="worksheet-beside">
        <div className="op-beside-title">{t('beside')}<small className="tone-muted">{t('sourceBank')} {localSeconds(operation.worksheet.factsReadAt)}</small></div>
        <div><dt>{t('billUnpaid')}</dt><dd><Money fen={operation.worksheet.totals.billUnpaidFen} /></dd></div>
        <div><dt>{t('creditBalance')}</dt><dd><Money fen={operation.worksheet.totals.creditBalanceFen} /></dd></div>
        <div><dt>{t('nextBill')}</dt><dd><Money fen={operation.worksheet.totals.nextBillFen} /></dd></div>
        {settles ? <div className="op-beside-strong"><dt>{t('dueDate')}</dt><dd>{operation.worksheet.dueDate}</dd></div> : null}
        <div><dt>{t('statementDate')}</dt><dd>{operation.worksheet.statementDate}</dd></div>
        <div><dt>{t('quoteEnds')}</dt><dd>{localMoment(operation.worksheet.quoteExpiresAt, now())}</dd></div>
        <div><dt>{t('cutoff')}</dt><dd>{localMoment(operation.worksheet.cutoffAt, now())}</dd></div>
      </dl>
      {control === null || operation.execution !== null ? null : (
        <SelfCheck operation={operation} control={control} lang={lang} editable={editable && !lapsed} onToggle={(item, on) => void props.command('tick self-check', { operationId: operation.id, item, on })} />
      )}
    </section>
  );
}

/** The bank's figure is never just taken: the difference goes to the product owner in writing (FLOWS ES-9). */
function ToProduct({ view, command, newId, rows }: StepPanelProps & { rows: ReturnType<typeof worksheetView>['rows'] }) {
  const t = useTexts(worksheetTexts);
  const sent = view.state.workOrders.some((order) => order.kind === 'product');
  const lines = rows.filter((row) => row.mismatch !== null).map((row) => t('productLine', {
    merchant: row.merchant, signedOn: row.signedOn, ours: formatFen(row.mismatch!.oursFen), bank: row.mismatch!.bankFen === null ? t('bankNone') : formatFen(row.mismatch!.bankFen),
  }));
  return sent ? (
    <span className="tone-green small" data-testid="worksheet-product-sent">✓ {t('toProductDone')}</span>
  ) : (
    <Button
      danger data-testid="worksheet-product"
      onClick={() => void command('open work order', { workOrderId: newId(), kind: 'product', urgency: 'important', text: t('productText', { lines: lines.join(';') }) })}
    >{t('toProduct')}</Button>
  );
}

