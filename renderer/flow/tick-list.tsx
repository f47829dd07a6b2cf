import { AutoComplete, Checkbox } from 'antd';
import { useState } from 'react';
import type { FlowTick } from '#shared/flow/definition.ts';
import { useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { itemLabel, itemsAt } from './item-label.ts';
import type { StepPanelProps } from './step-panel.ts';
import { flowTexts } from './texts.ts';
import { colon, quoted } from '../ui/punctuation.ts';

type Props = StepPanelProps & { ticks: readonly FlowTick[]; ground: unknown; wrong: string | null };

/** What the customer agrees to, one by one, with their words and the place in the recording (FL7). */
export function TickList({ ticks, ground, wrong, ...props }: Props) {
  const t = useTexts(flowTexts);
  return (
    <section className="ticks" aria-label={t('ticks')} data-testid="ticks">
      <h3>{t('ticks')}</h3>
      {ticks.map((tick) => {
        if (tick.forEach === undefined) return <TickRow key={tick.id} {...props} tick={tick} item={null} name={tick.label[props.lang]} wrong={wrong === tick.id} />;
        const items = itemsAt(ground, tick.forEach);
        if (items.length === 0) return <p key={tick.id} className="tone-muted small">{tick.label[props.lang]}{colon(props.lang)}{t('tick.wait')}</p>;
        return items.map((item) => <TickRow key={`${tick.id}-${item.id}`} {...props} tick={tick} item={item.id} name={`${tick.label[props.lang]} · ${itemLabel(item.value, props.lang)}`} wrong={wrong === tick.id} />);
      })}
    </section>
  );
}

type RowProps = StepPanelProps & { tick: FlowTick; item: string | null; name: string; wrong?: boolean };

/** A tick with its evidence. The offset is the call timer's at the moment of the tick; nobody types it. */
export function TickRow({ tick, item, name, wrong = false, run, step, stepState, readOnly, lang, callId, offset, now, command }: RowProps) {
  const t = useTexts(flowTexts);
  const held = stepState.ticks.find((one) => one.tickId === tick.id && one.item === item);
  const needsWords = tick.evidence.includes('customerWords') || tick.words !== undefined;
  const [words, setWords] = useState(tick.words?.[lang] ?? t('tick.words.yes'));
  const testId = `tick-${tick.id}${item === null ? '' : `-${item}`}`;
  const common = { runId: run.runId, stepId: step.id, tickId: tick.id, ...(item === null ? {} : { item }) };
  const press = (on: boolean): void => {
    if (!on) return void command('untick', common);
    const at = offset();
    const saidAt = now();
    void command('tick', { ...common, ...(needsWords ? { customerWords: words.trim() } : {}), ...(at === null ? {} : { recordingOffset: at }), ...(callId === null ? {} : { callId }), saidAt }, { saidAt });
  };
  return (
    <div className={`tick${held ? ' tick-on' : ''}${wrong ? ' field-wrong' : ''}`} data-testid={`${testId}-row`}>
      <Checkbox checked={held !== undefined} disabled={readOnly || (needsWords && words.trim() === '')} onChange={(event) => press(event.target.checked)} data-testid={testId}>{name}</Checkbox>
      <span className="grow" />
      {held ? (
        <span className="small tone-muted">{held.customerWords ? `${quoted(lang, held.customerWords)} ` : ''}{tick.evidence.includes('recordingOffset') ? (held.recordingOffset === null ? t('tick.atNone') : <>▶ {t('tick.at', { at: timer(held.recordingOffset * 1000) })}</>) : null}</span>
      ) : needsWords && !readOnly ? (
        <span className="row" style={{ gap: 4 }}>
          {tick.words ? <span className="small tone-amber">{t('tick.exact', { words: tick.words[lang] })}</span> : null}
          <span data-not-a-field><AutoComplete size="small" style={{ width: 150 }} value={words} onChange={setWords} options={replies[lang].map((value) => ({ value }))} aria-label={`${name}${colon(lang)}${t('tick.words')}`} data-testid={`${testId}-words`} /></span>
        </span>
      ) : null}
    </div>
  );
}

const replies = { zh: ['是的', '清楚', '可以', '同意', '没问题', '是我自己决定的'], en: ['Yes', 'Clear', 'All right', 'I agree', 'Fine', 'My own decision'] };
