import { AutoComplete, Button, Input, Radio } from 'antd';
import { useRef, useState } from 'react';
import { formatFen } from '#shared/money/fen.ts';
import { cardField } from '#shared/flow/run-ground.ts';
import type { PlainKind } from '#shared/operation/payload.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Age } from '../ui/age.tsx';
import { DigitsInput } from '../ui/digits-input.tsx';
import { FenInput } from '../ui/fen-input.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { lookOf, SavedMark } from '../ui/saved-mark.tsx';
import { ChangedFacts } from './changed-facts.tsx';
import { useControl } from './control.ts';
import { enterMovesOn } from './keys.ts';
import { plainLines } from './line-words.ts';
import { offsetText } from './named-plans.ts';
import { operationOnScreen } from './operation-choice.ts';
import { OutcomeList } from './outcome-list.tsx';
import { PlainLineCard } from './plain-line.tsx';
import { cardsFor, draftBody, draftFrom, hasReference, missingFields, plainKindOf, wantsLastFour, type PlainDraft } from './plain-view.ts';
import { SelfCheck } from './self-check.tsx';
import { StoppedKind } from './stopped-kind.tsx';
import { draftTexts } from './draft-texts.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import { worksheetView } from './worksheet-view.ts';
import './operation.css';

const kinds = ['draft operation', 'tick self-check'];

/** What the customer asks for, of the kinds without a contract's figures: card, sum, what it hangs on, in their words and on the recording; then the self-check. */
export function DraftPanel(props: StepPanelProps) {
  const t = useTexts(draftTexts);
  const kind = plainKindOf(props.definition.operationKind);
  if (kind === null) return <p className="tone-amber">{t('kindUnknown')}</p>;
  return <Draft key={kind} {...props} kind={kind} />;
}

function Draft({ kind, ...props }: StepPanelProps & { kind: PlainKind }) {
  const { view, run, lang, me, readOnly, command, newId } = props;
  const t = useTexts(worksheetTexts);
  const draftSay = useTexts(draftTexts);
  const control = useControl();
  const operation = operationOnScreen(view.state, kind);
  const executed = operation?.execution != null;
  const facts = view.state.facts[me.id] ?? null;
  const look = lookOf(view.marks.filter((mark) => kinds.includes(mark.kind)));
  const [changing, setChanging] = useState(false);
  const [reading, setReading] = useState(false);
  const [refused, setRefused] = useState<{ code: string } | null>(null);
  const read = async (): Promise<void> => {
    setReading(true);
    const reply = await props.ask('read facts', { case: view.caseId, purpose: 'worksheet', planIds: [] });
    setReading(false);
    setRefused(reply.ok ? null : reply.refusal);
  };
  const lines = operation === null || operation.status === 'withdrawn' ? [] : plainLines(operation.worksheet.lines);
  const sheet = operation === null || lines.length === 0 || executed ? null : worksheetView(view.state, operation, run);
  const list = (draft: PlainDraft): void => {
    const before = operation !== null && !executed ? operation : null;
    const body = draftBody(kind, draft, cardsFor(view.state, me.id), facts?.facts.recentTransactions.map((one) => one.id) ?? [], {
      operationId: before?.id ?? newId(), lineId: before?.worksheet.lines[0]?.lineId ?? newId(), continues: executed ? (operation?.id ?? null) : (before?.continues ?? null),
    });
    if (body !== null) void command('draft operation', body).then((reply) => setChanging(!reply.ok));
  };
  const listed = lines.length > 0 && !executed;
  const editable = !readOnly && (operation === null || executed || ['draft', 'returned', 'void', 'withdrawn'].includes(operation.status));
  return (
    <section className="op-panel" data-testid="draft-operation" aria-label={draftSay('draftOperation')}>
      <header className="row-wrap">
        <strong>{control?.kinds[kind].name[lang] ?? ''}</strong>
        {facts === null ? null : <Age at={facts.facts.readAt} />}
        {look === null ? null : <SavedMark look={look} quiet />}
        <span className="grow" />
        <Button size="small" loading={reading} disabled={readOnly} onClick={() => void read()} data-testid="draft-read">{t(facts === null ? 'readFacts' : 'readFactsAgain')}</Button>
      </header>
      <StoppedKind kind={kind} />
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
      {executed && operation !== null ? <OutcomeList {...props} operation={operation} /> : null}
      {facts === null ? <p>{t('noFacts')}</p> : !editable ? null : listed && !changing ? <div><Button onClick={() => setChanging(true)} data-testid="draft-change">{draftSay('draftChange')}</Button></div> : (
        <Form
          key={operation?.id ?? 'new'} {...props} kind={kind}
          start={draftFrom(operation, namedCard(run.values[cardField]))} again={listed}
          onDraft={list}
        />
      )}
      {sheet?.locked === 'bank-differs' || sheet?.locked === 'facts-changed' ? (
        <div className="notice notice-red" role="alert" data-testid={`draft-locked-${sheet.locked}`}>
          <span className="notice-shape" aria-hidden="true">✕</span>
          <div className="notice-words">
            {sheet.locked === 'facts-changed' ? <strong>{t('locked-facts-changed')}</strong> : operation?.worksheet.mismatches.map((one) => (
              <strong key={one.lineId}>{draftSay('locked-plain', { ours: formatFen(one.oursFen), bank: one.bankFen === null ? t('bankNone') : formatFen(one.bankFen) })}</strong>
            ))}
            {operation === null ? null : <ChangedFacts changed={sheet.changed} operation={operation} />}
          </div>
          {sheet.locked === 'facts-changed' && editable && operation !== null ? <Button danger onClick={() => list(draftFrom(operation, null))} data-testid="draft-anew">{t('draftAgain')}</Button> : null}
        </div>
      ) : null}
      {executed ? null : lines.map((line) => <PlainLineCard key={line.lineId} line={line} lang={lang} spoken={props.callId !== null} />)}
      {control === null || operation === null || executed || lines.length === 0 ? null : (
        <SelfCheck operation={operation} control={control} lang={lang} editable={editable} onToggle={(item, on) => void command('tick self-check', { operationId: operation.id, item, on })} />
      )}
    </section>
  );
}

const namedCard = (value: unknown): string | null => (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : null);

type FormProps = StepPanelProps & { kind: PlainKind; start: PlainDraft; again: boolean; onDraft: (draft: PlainDraft) => void };

/** Enter goes from field to field and lists from the last; the sum and the reference are typed, never pasted. */
function Form({ kind, view, me, lang, start, again, offset, onDraft }: FormProps) {
  const t = useTexts(draftTexts);
  const cards = cardsFor(view.state, me.id);
  const only = cards.length === 1 ? cards[0]!.id : null;
  const [draft, setDraft] = useState({ ...start, cardId: start.cardId ?? only });
  const [told, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const missing = missingFields(kind, draft, cards);
  const list = (): void => {
    setTold(missing.length > 0);
    if (missing.length === 0) onDraft(draft);
  };
  const amountLabel = t(`amount-${kind}`);
  const referenceLabel = hasReference(kind) ? t(`reference-${kind as Exclude<PlainKind, 'limit-change'>}`) : '';
  const names = { chooseCard: t('chooseCard'), amount: amountLabel, reference: referenceLabel, customerWords: t('customerWords'), recordingAt: t('recordingAt') };
  const stop = (event: { preventDefault(): void }): void => event.preventDefault();
  return (
    <form
      ref={form} className="op-draft" autoComplete="off" data-testid="draft-form" onKeyDown={(event) => enterMovesOn(form.current, event, list)}
      onSubmit={(event) => {
        event.preventDefault();
        list();
      }}
    >
      <div className="stack-tight op-draft-wide">
        <span id="op-card">{t('chooseCard')}</span>
        <Radio.Group
          aria-labelledby="op-card" value={draft.cardId} onChange={(event) => setDraft((was) => ({ ...was, cardId: String(event.target.value) }))} data-testid="draft-card"
          options={cards.map((card) => ({ value: card.id, label: t('cardOf', { lastFour: card.lastFour, product: card.product[lang] }) }))}
        />
      </div>
      <label className="stack-tight"><span>{amountLabel}</span>
        <FenInput proof big value={draft.amountFen} onChange={(amountFen) => setDraft((was) => ({ ...was, amountFen }))} label={amountLabel} testId="draft-amount" />
      </label>
      {!hasReference(kind) ? null : (
        <label className="stack-tight"><span>{referenceLabel}</span>
          {wantsLastFour(kind) ? <DigitsInput proof length={4} value={draft.reference} onChange={(reference) => setDraft((was) => ({ ...was, reference }))} label={referenceLabel} testId="draft-reference" />
            : kind === 'refund' ? (
              <AutoComplete
                value={draft.reference} onChange={(reference: string) => setDraft((was) => ({ ...was, reference }))} aria-label={referenceLabel} data-testid="draft-reference"
                options={(view.state.facts[me.id]?.facts.recentTransactions ?? []).map((one) => ({ value: one.id, label: `${one.id} · ${localMoment(one.at, nowAt())} ${one.merchant} ¥${formatFen(one.amountFen)}` }))}
              />
            ) : <Input value={draft.reference} maxLength={60} onChange={(event) => setDraft((was) => ({ ...was, reference: event.target.value }))} onPaste={stop} onDrop={stop} aria-label={referenceLabel} data-testid="draft-reference" />}
        </label>
      )}
      <label className="stack-tight op-draft-wide"><span>{t('customerWords')}</span>
        <Input value={draft.words} maxLength={200} onChange={(event) => setDraft((was) => ({ ...was, words: event.target.value }))} placeholder={t('customerWordsHint')} aria-label={t('customerWords')} data-testid="draft-words" />
      </label>
      <div className="stack-tight"><span id="op-offset">{t('recordingAt')}</span>
        <span className="row">
          <Input value={draft.offset} maxLength={8} onChange={(event) => setDraft((was) => ({ ...was, offset: event.target.value }))} placeholder="02:14" className="figure" aria-labelledby="op-offset" data-testid="draft-offset" />
          <Button
            disabled={offset() === null} data-testid="draft-offset-now"
            onClick={() => {
              const now = offset();
              if (now !== null) setDraft((was) => ({ ...was, offset: offsetText(now) }));
            }}
          >▶ {t('recordingNow')}</Button>
        </span>
      </div>
      <div className="row-wrap op-draft-wide">
        <Button type="primary" htmlType="submit" data-testid="draft-list">{t(again ? 'draftItAgain' : 'draftIt')}</Button>
        {told && missing.length > 0 ? <span role="alert" className="tone-amber" data-testid="draft-missing">▲ {t('draftIncomplete', { fields: missing.map((one) => names[one]).join(lang === 'zh' ? '、' : ', ') })}</span>
          : again ? <span className="tone-amber small">▲ {t('draftedVoids')}</span> : null}
      </div>
    </form>
  );
}
