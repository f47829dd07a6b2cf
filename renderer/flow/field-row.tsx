import { Button, Checkbox, Input, Radio } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import type { FlowField } from '#shared/flow/definition.ts';
import { compiledFlow } from '#shared/flow/flow-compile.ts';
import type { FieldValue } from '#shared/flow/run.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { localClock, localDate, localInstant } from '../app/local-time.ts';
import { readClock } from '../call/callback-form.tsx';
import { DigitsInput } from '../ui/digits-input.tsx';
import { FenInput } from '../ui/fen-input.tsx';
import { itemLabel, itemsAt } from './item-label.ts';
import type { StepPanelProps } from './step-panel.ts';
import { flowTexts } from './texts.ts';
import { colon } from '../ui/punctuation.ts';

export type FieldProps = StepPanelProps & { field: FlowField; ground: unknown; /** Named by a refusal. */ wrong?: boolean };

/** One question of the step, by its type. Choices are sent when made, what is typed when the field is left. */
export function FieldRow(props: FieldProps) {
  const { field, lang, step, definition, ground, wrong = false, run } = props;
  const t = useTexts(flowTexts);
  const label = useId();
  const flow = compiledFlow(definition);
  const suggestion = step.suggest.find((one) => one.field === field.id && run.values[field.id] !== one.value && flow.condition(one.when).evaluate(ground).verdict === 'pass');
  const named = field.options?.find((one) => one.id === suggestion?.value)?.label[lang] ?? suggestion?.value ?? '';
  if (field.searchOnly || field.secret) return null;
  return (
    <div className={`field${wrong ? ' field-wrong' : ''}`} data-testid={`field-${field.id}`} role="group" aria-labelledby={label}>
      <div className="field-label" id={label}>
        {field.label[lang]}{field.required ? <span className="tone-red" title={t('field.required')}> *<span className="visually-hidden">{t('field.required')}</span></span> : null}
        {field.hint ? <p className="small tone-muted">{field.hint[lang]}</p> : null}
      </div>
      <div className="field-body">
        <FieldInput {...props} />
        {suggestion ? <span className="chip chip-accent">{t('field.suggest', { what: named, why: suggestion.why[lang] })}<Button size="small" type="link" disabled={props.readOnly} onClick={() => void fill(props, suggestion.value)} data-testid={`take-${field.id}`}>{t('field.take')}</Button></span> : null}
      </div>
    </div>
  );
}

const fill = (props: FieldProps, value: FieldValue | null): Promise<unknown> =>
  props.command('fill fields', { runId: props.run.runId, stepId: props.step.id, values: { [props.field.id]: value } });

function FieldInput(props: FieldProps) {
  const { field, lang, run, readOnly, ground } = props;
  const t = useTexts(flowTexts);
  const value = run.values[field.id];
  const send = (next: FieldValue | null): void => void fill(props, next);
  const label = field.label[lang];
  switch (field.type) {
    case 'text': return <TextField {...props} />;
    case 'choice':
      return (
        <Radio.Group value={typeof value === 'string' ? value : null} disabled={readOnly} onChange={(event) => send(event.target.value as string)} className="choices" aria-label={label}>
          {(field.options ?? []).map((option) => <Radio key={option.id} value={option.id} data-testid={`option-${field.id}-${option.id}`}>{option.label[lang]}</Radio>)}
        </Radio.Group>
      );
    case 'boolean':
      return (
        <Radio.Group value={typeof value === 'boolean' ? value : null} disabled={readOnly} onChange={(event) => send(event.target.value as boolean)} className="choices" aria-label={label}>
          <Radio value={false} data-testid={`option-${field.id}-no`}>{t('field.no')}</Radio>
          <Radio value={true} data-testid={`option-${field.id}-yes`}>{t('field.yes')}</Radio>
        </Radio.Group>
      );
    case 'multi':
      return <Checkbox.Group value={Array.isArray(value) ? value : []} disabled={readOnly} onChange={(next) => send(next.map(String))} options={(field.options ?? []).map((option) => ({ value: option.id, label: option.label[lang] }))} />;
    case 'planRefs': case 'cardRefs': {
      const items = itemsAt(ground, field.type === 'planRefs' ? 'plans' : 'holder.cards');
      if (items.length === 0) return <span className="tone-muted">{t('field.none')}</span>;
      return <Checkbox.Group value={Array.isArray(value) ? value : []} disabled={readOnly} onChange={(next) => send(next.map(String))} options={items.map((item) => ({ value: item.id, label: itemLabel(item.value, lang) }))} />;
    }
    case 'perItem': {
      const items = itemsAt(ground, field.forEach ?? '');
      const answers: Record<string, string> = typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, string>) : {};
      if (items.length === 0) return <span className="tone-muted">{t('field.none')}</span>;
      return (
        <div className="stack-tight">
          {items.map((item) => (
            <div key={item.id} className="row-wrap" data-testid={`item-${item.id}`}>
              <span style={{ minWidth: 260 }}>{itemLabel(item.value, lang)}</span>
              <Radio.Group size="small" value={answers[item.id] ?? null} disabled={readOnly} onChange={(event) => send({ ...answers, [item.id]: event.target.value as string })} aria-label={itemLabel(item.value, lang)}>
                {(field.options ?? []).map((option) => <Radio key={option.id} value={option.id} data-testid={`option-${item.id}-${option.id}`}>{option.label[lang]}</Radio>)}
              </Radio.Group>
            </div>
          ))}
        </div>
      );
    }
    case 'money': return <MoneyField {...props} />;
    case 'digits': case 'number': return <DigitsField {...props} />;
    case 'date': return <TypedField {...props} shown={typeof value === 'string' ? value : ''} read={readDate} hint={t('field.date')} />;
    case 'dateTime': return <TypedField {...props} shown={typeof value === 'string' ? `${localDate(value)} ${localClock(value)}` : ''} read={readDateTime} hint={t('field.dateTime')} />;
    case 'window': return <WindowField {...props} />;
    case 'branchRef': return <TextField {...props} />;
  }
}

const readDate = (text: string): string | null => {
  const [, y = '', m = '', d = ''] = /^(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?$/.exec(text.normalize('NFKC').trim()) ?? [];
  const date = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  return y !== '' && !Number.isNaN(Date.parse(date)) ? date : null;
};
const readDateTime = (text: string): string | null => {
  const [day = '', clock = ''] = text.normalize('NFKC').trim().split(/\s+/);
  const [date, time] = [readDate(day), readClock(clock)];
  return date === null || time === null ? null : localInstant(date, time);
};

/** Free text: kept as a draft while typed, sent when left; long numbers are masked before they leave (PR2). */
function TextField(props: FieldProps) {
  const { field, lang, run, readOnly, view } = props;
  const sent = run.values[field.id];
  const known = typeof sent === 'string' ? sent : '';
  const [text, setText] = useState(known);
  const touched = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const draftName = `${run.runId}/${field.id}`;
  const { caseId } = view;
  const empty = known === '' && !readOnly;
  useEffect(() => {
    if (!touched.current) setText(known);
  }, [known]);
  useEffect(() => {
    if (!empty) return;
    let here = true;
    void desk.calls.drafts({ case: caseId }).then((reply) => {
      const kept = reply.ok ? reply.value.find((draft) => draft.field === draftName)?.text : undefined;
      if (here && kept && !touched.current) setText(kept);
    });
    return () => {
      here = false;
    };
  }, [draftName, caseId, empty]);
  const keep = (next: string, ended: boolean): void => void desk.calls.saveDraft({ case: view.caseId, field: draftName, text: next, kind: 'text', ended });
  const type = (next: string): void => {
    touched.current = true;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => keep(next, false), 150);
  };
  const leave = (): void => {
    clearTimeout(timer.current);
    const masked = maskNumbers(text.trim());
    if (masked !== text) setText(masked);
    touched.current = false;
    if (masked === known) return;
    void fill(props, masked === '' ? null : masked).then(() => keep('', true));
  };
  return <Input value={text} disabled={readOnly} onChange={(event) => type(event.target.value)} onBlur={leave} aria-label={field.label[lang]} maxLength={2000} data-testid={`input-${field.id}`} autoComplete="off" />;
}

function MoneyField(props: FieldProps) {
  const { field, lang, run, readOnly } = props;
  const sent = run.values[field.id];
  const known = typeof sent === 'number' ? sent : null;
  const [fen, setFen] = useState(known);
  useEffect(() => setFen(known), [known]);
  return (
    <span onBlur={() => (fen === known ? undefined : void fill(props, fen))}>
      <FenInput value={fen} onChange={setFen} label={field.label[lang]} proof={field.noPaste} disabled={readOnly} testId={`input-${field.id}`} />
    </span>
  );
}

function DigitsField(props: FieldProps) {
  const { field, lang, run, readOnly } = props;
  const t = useTexts(flowTexts);
  const sent = run.values[field.id];
  const known = sent === undefined ? '' : String(sent);
  const [digits, setDigits] = useState(known);
  useEffect(() => setDigits(known), [known]);
  const leave = (): void => {
    if (digits === known) return;
    void fill(props, digits === '' ? null : field.type === 'number' ? Number(digits) : digits);
  };
  return (
    <span onBlur={leave} className="row">
      <DigitsInput value={digits} onChange={setDigits} label={field.label[lang]} proof={field.noPaste} disabled={readOnly} testId={`input-${field.id}`} {...(field.length ? { length: field.length } : {})} />
      {field.length ? <span className="small tone-muted">{t('field.digits', { n: field.length })}</span> : null}
    </span>
  );
}

/** Typed and read when left; what cannot be read stays as typed and is marked. */
function TypedField(props: FieldProps & { shown: string; read: (text: string) => string | null; hint: string }) {
  const { field, lang, readOnly, shown, read, hint } = props;
  const t = useTexts(flowTexts);
  const [text, setText] = useState(shown);
  const [bad, setBad] = useState(false);
  useEffect(() => setText(shown), [shown]);
  const leave = (): void => {
    if (text === shown) return;
    const value = text.trim() === '' ? null : read(text);
    setBad(text.trim() !== '' && value === null);
    if (text.trim() === '' || value !== null) void fill(props, value);
  };
  return (
    <span className="row">
      <Input style={{ width: 190 }} value={text} placeholder={hint} disabled={readOnly} onChange={(event) => setText(event.target.value)} onBlur={leave} aria-label={field.label[lang]} aria-invalid={bad} data-testid={`input-${field.id}`} />
      {bad ? <span role="alert" className="small tone-red">✕ {t('field.bad')}{colon(lang)}{hint}</span> : null}
    </span>
  );
}

function WindowField(props: FieldProps) {
  const { field, lang, run, readOnly } = props;
  const t = useTexts(flowTexts);
  const sent = run.values[field.id];
  const known = typeof sent === 'object' && !Array.isArray(sent) && 'from' in sent && 'to' in sent ? { from: String(sent.from), to: String(sent.to) } : null;
  const [date, setDate] = useState(known ? localDate(known.from) : localDate(props.now()));
  const [from, setFrom] = useState(known ? localClock(known.from) : '');
  const [to, setTo] = useState(known ? localClock(known.to) : '');
  const leave = (): void => {
    const [day, start, end] = [readDate(date), readClock(from), readClock(to)];
    if (day === null || start === null || end === null || start >= end) return;
    const next = { from: localInstant(day, start), to: localInstant(day, end) };
    if (next.from !== known?.from || next.to !== known.to) void fill(props, next);
  };
  return (
    <span className="row" onBlur={leave}>
      <Input style={{ width: 120 }} value={date} disabled={readOnly} onChange={(event) => setDate(event.target.value)} aria-label={`${field.label[lang]} ${t('field.date')}`} data-testid={`input-${field.id}-date`} />
      <Input style={{ width: 70 }} value={from} disabled={readOnly} onChange={(event) => setFrom(event.target.value)} aria-label={`${field.label[lang]} ${t('field.from')}`} data-testid={`input-${field.id}-from`} />
      –
      <Input style={{ width: 70 }} value={to} disabled={readOnly} onChange={(event) => setTo(event.target.value)} aria-label={`${field.label[lang]} ${t('field.to')}`} data-testid={`input-${field.id}-to`} />
    </span>
  );
}
