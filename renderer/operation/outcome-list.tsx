import { Button } from 'antd';
import { formatFen } from '#shared/money/fen.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { ApprovedBy } from './approved-by.tsx';
import { outcomeLines, outcomeOf, type LineLook, type OutcomeLine } from './execution-view.ts';
import { OfflineMark } from './offline-mark.tsx';
import { orderedOffline } from './offline-view.ts';
import { remainingLines } from './operation-choice.ts';
import { executeTexts } from './execute-texts.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import { localClock } from '../app/local-time.ts';
import { spokenDate } from './when.ts';
import './operation.css';

const looks: Record<LineLook, { tone: string; shape: string; word: 'accepted' | 'notAccepted' | 'inDoubt' | 'underWay' }> = {
  accepted: { tone: 'green', shape: '✓', word: 'accepted' },
  'not-accepted': { tone: 'amber', shape: '▲', word: 'notAccepted' },
  'in-doubt': { tone: 'red', shape: '✕', word: 'inDoubt' },
  'under-way': { tone: 'muted', shape: '◔', word: 'underWay' },
};

/** What the maker can do about an outcome; without it (the reviewer's and the lead's view) it is only told. */
type Acting = Pick<StepPanelProps, 'view' | 'run' | 'definition' | 'command' | 'newId'>;

/** The result of each line with the sentence to say, staying until the customer has heard it. */
export function OutcomeList({ operation, spokenAbove = false, ...acting }: { operation: OperationState; /** The step's own speech already says the whole. */ spokenAbove?: boolean } & Partial<Acting>) {
  const t = useTexts(executeTexts);
  const worksheetSay = useTexts(worksheetTexts);
  const lang = useLang();
  const lines = outcomeLines(operation, lang);
  const outcome = outcomeOf(lines);
  const accepted = lines.filter((line) => line.look === 'accepted');
  const dueAt = lines.flatMap((line) => line.answerBy ?? []).sort().at(-1);
  const postsOn = accepted.flatMap((line) => line.postsOn ?? []).sort().at(-1);
  const open = lines.filter((line) => line.look === 'in-doubt' || line.look === 'under-way');
  const say = t(`say-${outcome}`, {
    n: lines.length, a: accepted.length, b: lines.length - accepted.length,
    date: postsOn === undefined ? '' : spokenDate(postsOn, lang), time: dueAt === undefined ? '' : localClock(dueAt),
  });
  const { command, view, newId, run, definition } = acting;
  const marked = view === undefined ? null : orderedOffline(view.state, operation);
  const rest = view === undefined ? [] : remainingLines(view.state, operation);
  const allTold = lines.every((line) => line.acknowledged);
  const startRest = async (): Promise<void> => {
    if (command === undefined || newId === undefined || run === undefined) return;
    const drafted = await command('draft worksheet', {
      operationId: newId(), kind: 'early-settlement', accountId: operation.accountId, continues: operation.id, lines: rest.map(({ planId }) => ({ lineId: newId(), planId })),
    });
    const worksheetStep = definition?.steps.find((step) => step.panel === 'worksheet');
    if (drafted.ok && worksheetStep !== undefined && run.steps[worksheetStep.id]?.status === 'passed') await command('go back', { runId: run.runId, toStep: worksheetStep.id });
  };
  return (
    <section className="op-outcome" data-testid="outcome" data-outcome={outcome} aria-label={t('outcome')}>
      {command === undefined || (spokenAbove && outcome !== 'under-way') ? null : <p className={`op-say op-outcome-${outcome}`} role="status" data-testid="outcome-say">{say}</p>}
      {marked === null ? null : <OfflineMark by={marked.by} />}
      {operation.execution?.breakGlass ? <ApprovedBy by={operation.execution.approvedBy} breakGlass /> : null}
      <ul>
        {lines.map((line) => (
          <li key={line.lineId} data-look={line.look} data-testid={`outcome-${line.key}`}>
            <Line line={line} spoken={command !== undefined} />
            {command === undefined ? (line.acknowledged ? <span className="tone-green small nowrap">✓ {t('toldDone')}</span> : null) : (
              <div className="row">
                {line.look === 'in-doubt' ? (
                  <Button onClick={() => void command('order inquiry', { operationId: operation.id, lineId: line.lineId })} data-testid="order-inquiry" title={t('inquireHint')}>{t('inquire')}</Button>
                ) : null}
                {line.look === 'under-way' ? null : line.acknowledged ? <span className="tone-green small nowrap">✓ {t('toldDone')}</span> : (
                  <Button type="primary" ghost onClick={() => void command('acknowledge outcome', { operationId: operation.id, lineId: line.lineId })} data-testid="acknowledge-outcome">{t('told')}</Button>
                )}
              </div>
            )}
          </li>
        ))}
      </ul>
      {command === undefined ? null : rest.length > 0 && open.length === 0 ? (
        <div className="row-wrap">
          <Button disabled={!allTold} onClick={() => void startRest()} data-testid="new-operation-for-rest">{worksheetSay('newOperation', { n: rest.length })}</Button>
          <span className="tone-muted small">{t(allTold ? 'restHint' : 'tellFirst', { n: rest.length })}</span>
        </div>
      ) : allTold ? <p className="tone-green" data-testid="all-told">✓ {t('allTold')}</p> : <p className="tone-muted small">{t('tellFirst')}</p>}
    </section>
  );
}

/** @param spoken with the sentence to say: only the maker speaks to the customer */
function Line({ line, spoken }: { line: OutcomeLine; spoken: boolean }) {
  const t = useTexts(executeTexts);
  const lang = useLang();
  const look = looks[line.look];
  return (
    <div className="grow">
      <p className="row-wrap">
        <strong className={`tone-${look.tone} nowrap`}><span aria-hidden="true">{look.shape}</span> {t(line.settles || look.word !== 'notAccepted' ? look.word : 'notAcceptedPlain')}</strong>
        <span>{line.name}</span>
        <span className="tabular">¥{formatFen(line.dueNowFen)}</span>
        {line.receipt === null ? null : <span className="tone-muted small tabular">{t('receipt', { receipt: line.receipt })}</span>}
        {line.postsOn === null ? null : <span className="tone-muted small tabular">{t('postsOn', { date: line.postsOn })}</span>}
        {line.answerBy === null ? null : <span className="tone-red small tabular">{t('answerBy', { at: localClock(line.answerBy) })}</span>}
        {line.reason === null ? null : <span className="tone-muted small">{line.reason[lang]}</span>}
      </p>
      {spoken ? <p className="op-line-say">{t(line.settles || line.look !== 'not-accepted' ? `line-${line.look}` : 'line-not-accepted-plain', { merchant: line.name, due: formatFen(line.dueNowFen), date: line.postsOn === null ? '' : spokenDate(line.postsOn, lang) })}</p> : null}
    </div>
  );
}
