import { Button, Radio } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Age } from '../ui/age.tsx';
import { Money } from '../ui/money.tsx';
import { stopTexts } from './texts.ts';

/** 看交易: item by item, theirs or not. What is not theirs is carried into a dispute work order; no promise is made. */
export function Transactions({ view, me, run, step, lang, readOnly, command, newId, now }: StepPanelProps) {
  const t = useTexts(stopTexts);
  const reading = view.state.facts[me.id];
  const items = reading?.facts.recentTransactions ?? [];
  const cards = reading?.facts.cards ?? [];
  const field = step.fields.find((one) => one.id === 'marks');
  const value = run.values['marks'];
  const marks: Record<string, string> = typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, string>) : {};
  const put = (id: string, mark: string): void => void command('fill fields', { runId: run.runId, stepId: step.id, values: { marks: { ...marks, [id]: mark } } });
  const foreign = items.filter((one) => marks[one.id] === 'notMine');
  const disputed = view.state.workOrders.find((one) => one.kind === 'dispute');
  const dispute = (): void => void command('open work order', {
    workOrderId: newId(), kind: 'dispute', urgency: 'important', text: foreign.map((one) => `${localMoment(one.at, now())} ${one.merchant} ${(one.amountFen / 100).toFixed(2)}`).join('; ').slice(0, 2000),
  });
  if (items.length === 0) return <p className="tone-muted">{t('tx.none')}</p>;
  return (
    <section className="panel" data-testid="transactions">
      <div className="row"><h3 className="grow">{t('tx.say')}</h3><Age at={reading?.at ?? null} /></div>
      <table className="plain">
        <tbody>
          {items.map((one) => (
            <tr key={one.id} className={marks[one.id] === 'notMine' ? 'row-red' : marks[one.id] === 'unsure' ? 'row-amber' : ''} data-testid={`transaction-${one.id}`}>
              <td className="tabular nowrap">{localMoment(one.at, now())}</td>
              <td>{one.merchant} <span className="small tone-muted">{t(`tx.channel.${one.channel}`)}{one.status === 'posted' ? '' : ` · ${t(`tx.${one.status}`)}`} · {t('card', { four: cards.find((card) => card.id === one.card)?.lastFour ?? '' })}</span></td>
              <td className="amount"><Money fen={one.amountFen} /></td>
              <td>
                <Radio.Group size="small" value={marks[one.id] ?? null} disabled={readOnly} onChange={(event) => put(one.id, event.target.value as string)} aria-label={`${one.merchant} ${localMoment(one.at, now())}`}>
                  {(field?.options ?? []).map((option) => <Radio key={option.id} value={option.id} data-testid={`mark-${one.id}-${option.id}`}>{option.label[lang]}</Radio>)}
                </Radio.Group>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {foreign.length > 0 ? <p className="row tone-amber">▲ {t('tx.dispute')}{disputed ? <span className="tone-green">✓ {t('tx.disputeDone')}</span> : <Button size="small" disabled={readOnly} onClick={dispute} data-testid="open-dispute">{t('tx.openDispute')}</Button>}</p> : null}
    </section>
  );
}
