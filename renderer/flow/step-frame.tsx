import { Button } from 'antd';
import { useCallback, useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import type { FlowDefinition, FlowStep, PanelName } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import { compiledFlow } from '#shared/flow/flow-compile.ts';
import type { RunState, StepState } from '#shared/flow/run.ts';
import { isAsked, runGround } from '#shared/flow/run-ground.ts';
import { whatIsVoided } from '#shared/flow/run-void.ts';
import type { SignedIn } from '#shared/protocol/session-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { askCentre, sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { lookAtStep } from '../app/stores/place.ts';
import { toggleTool } from '../app/stores/tools.ts';
import { Bulkhead } from '../app/broken.tsx';
import { isOnCall, recordingOffset, useCallInHand } from '../call/current-call.ts';
import { newId } from '../call/start-run.ts';
import { lastReviewOf, operationOnScreen } from '../operation/operation-choice.ts';
import { takenOverUnsigned } from '../operation/submit-view.ts';
import { TakenOver } from '../operation/taken-over.tsx';
import { Hotkey } from '../ui/hotkey.tsx';
import { FieldRow } from './field-row.tsx';
import { nextField } from './next-field.ts';
import { OutcomePicker } from './outcome-picker.tsx';
import { panels } from './panels.ts';
import { Speech } from './speech.tsx';
import { useStepKeys } from './step-keys.ts';
import type { StepPanelProps } from './step-panel.ts';
import { flowTexts } from './texts.ts';
import { TickList } from './tick-list.tsx';
import { colon } from '../ui/punctuation.ts';

type Props = {
  view: TypedCase; run: RunState; definition: FlowDefinition; step: FlowStep; facts: FactTree; me: SignedIn['person'];
  readOnly: boolean; lookingBack: boolean;
  /** Why the step was not passed: the field or tick it names is marked. */
  missing: Refusal | null;
};

/** Panels that say by themselves what was taken over and is to be signed (TP17); on every other step it stands above. */
const saysTakenOver: ReadonlySet<PanelName> = new Set<PanelName>(['submitReview', 'review', 'readBack', 'consent', 'typeIn', 'execute']);

const untouched: StepState = { status: 'open', ticks: [], passedAt: null, passedBy: null, callId: null, unknown: [], prerequisites: [], voidedTimes: 0 };

/** One step: what to say, what to ask, fill and tick, the panel's own part, and the way on. */
export function StepFrame({ view, run, definition, step, facts, me, readOnly, lookingBack, missing }: Props) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const hand = useCallInHand();
  const frame = useRef<HTMLDivElement>(null);
  const callId = hand !== null && isOnCall(view, hand.callId) ? hand.callId : null;
  const stepState = run.steps[step.id] ?? untouched;
  const entry = panels[step.panel];
  const flow = compiledFlow(definition);
  const ground = useMemo(() => runGround(flow, run, facts), [flow, run, facts]);
  const { caseId } = view;
  const { runId } = run;

  const command: StepPanelProps['command'] = useCallback((kind, body, options) => sendCommand(caseId, kind, body, options), [caseId]);
  const passStep = useCallback(async (): Promise<boolean> => {
    // A field that still holds what was typed tells it first: leaving it sends its answer ahead of the passing.
    if (document.activeElement instanceof HTMLElement && frame.current?.contains(document.activeElement)) document.activeElement.blur();
    const reply = await sendCommand(caseId, 'pass step', { runId, stepId: step.id, ...(callId === null ? {} : { callId }) });
    if (reply.ok) lookAtStep(null);
    return reply.ok;
  }, [caseId, runId, step.id, callId]);

  const index = definition.steps.findIndex((one) => one.id === step.id);
  const before = definition.steps.slice(0, index).findLast((one) => run.steps[one.id]?.status === 'passed');
  useEffect(() => {
    useStepKeys.setState({
      next: readOnly ? (lookingBack ? () => lookAtStep(null) : null) : () => void passStep(),
      back: before === undefined ? null : () => lookAtStep(before.id),
    });
    return () => useStepKeys.setState({ next: null, back: null });
  }, [readOnly, lookingBack, passStep, before]);

  useEffect(() => {
    // A step comes up from its top; the first field has the focus, so that typing can begin.
    const column = frame.current?.closest('.flow');
    if (column) column.scrollTop = 0;
    if (!readOnly) nextField(frame.current, null)?.focus({ preventScroll: true });
  }, [step.id, readOnly]);

  const props: StepPanelProps = {
    view, run, definition, step, stepState, readOnly, facts, lang, me, callId, offset: () => recordingOffset(callId), now: nowAt, newId, command, ask: askCentre, passStep,
  };
  const drawn = entry?.drawsFields;
  const fields = drawn === true ? [] : step.fields.filter((field) => !(Array.isArray(drawn) && drawn.includes(field.id)) && isAsked(flow, field, ground));
  const ticks = entry?.drawsTicks === true ? [] : step.ticks.filter((tick) => isAsked(flow, tick, ground));
  const Panel = entry?.panel;
  const operation = operationOnScreen(view.state, definition.operationKind);
  const takesOver = operation !== null && takenOverUnsigned(operation, lastReviewOf(view.state, operation.id)) !== null;

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    // Enter is the next field, never the next step; an input method commits its words with Enter.
    if (event.key !== 'Enter' || event.ctrlKey || event.altKey || event.nativeEvent.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target instanceof HTMLTextAreaElement || target instanceof HTMLButtonElement || target.getAttribute('role') === 'combobox') return;
    if (target.closest('form') !== null) return;
    event.preventDefault();
    nextField(frame.current, target)?.focus();
  }

  return (
    <div className="step" ref={frame} onKeyDown={onKeyDown} data-testid={`step-${step.id}`} data-panel={step.panel}>
      <header className="step-head">
        <h1>{step.title[lang]}</h1>
        <span className="tone-muted small">{step.id}</span>
        {stepState.unknown.length > 0 ? <span className="chip chip-amber">▲ {t('provisional')}</span> : null}
        {stepState.status === 'skipped' ? <span className="chip">{t('skipped')}{step.skipBecause ? `${colon(lang)}${step.skipBecause[lang]}` : ''}</span> : null}
      </header>
      {lookingBack ? <LookBack view={view} run={run} definition={definition} step={step} /> : null}
      {entry?.drawsSpeech ? null : <Speech definition={definition} step={step} facts={facts} run={run} lang={lang} withoutItems={entry?.drawsItems === true} />}
      {step.never.length > 0 ? <ul className="never">{step.never.map((one) => <li key={one.en}><span className="tone-red">✕ {t('never')}{colon(lang)}</span> {one[lang]}</li>)}</ul> : null}
      {!lookingBack && takesOver && !saysTakenOver.has(step.panel) ? <TakenOver view={view} operation={operation} command={command} lang={lang} readOnly={readOnly} /> : null}
      {Panel ? <Bulkhead of={step.id}><Panel {...props} /></Bulkhead> : null}
      {fields.length > 0 ? (
        <section className="fields" aria-label={t('ask')}>
          {fields.map((field) => <FieldRow key={field.id} {...props} field={field} wrong={missing?.detail?.['field'] === field.id} ground={ground} />)}
        </section>
      ) : null}
      {ticks.length > 0 ? <TickList {...props} ticks={ticks} ground={ground} wrong={typeof missing?.detail?.['tick'] === 'string' ? missing.detail['tick'] : null} /> : null}
      <footer className="step-foot">
        <Button size="small" disabled={before === undefined} onClick={() => before && lookAtStep(before.id)} data-testid="step-back">← {t('back')}<Hotkey keys="Alt+←" /></Button>
        <Button size="small" onClick={() => toggleTool('intent')} data-testid="change-intent">{t('intent')}<Hotkey keys="F2" /></Button>
        <Button size="small" onClick={() => toggleTool('callback')} data-testid="promise-callback">{t('callback')}<Hotkey keys="F9" /></Button>
        <OutcomePicker view={view} run={run} definition={definition} />
        <span className="grow" />
        {entry?.drawsNext === true || readOnly ? null : <Button type="primary" onClick={() => void passStep()} data-testid="step-next">{t('next')}<Hotkey keys="⌃⏎" /></Button>}
      </footer>
    </div>
  );
}

/** A finished step is looked at; changing it means going back, and what that may void is said first. */
function LookBack({ view, run, definition, step }: { view: TypedCase; run: RunState; definition: FlowDefinition; step: FlowStep }) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const values = Object.fromEntries(step.fields.map((field) => [field.id, null]));
  const voided = whatIsVoided(definition, run, { kind: 'fill', stepId: step.id, values });
  const names = voided.steps.map((id) => definition.steps.find((one) => one.id === id)?.title[lang] ?? id);
  const reopen = async (): Promise<void> => {
    const reply = await sendCommand(view.caseId, 'go back', { runId: run.runId, toStep: step.id });
    if (reply.ok) lookAtStep(null);
  };
  return (
    <div className="notice notice-amber" role="status" data-testid="looking-back">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words">
        <p>{t('lookingBack')}</p>
        {names.length > 0 ? <p className="small">{t('void.back')} {names.join(lang === 'zh' ? '、' : ', ')}{voided.review ? ` · ${t('intent.voidsReview')}` : ''}{voided.confirmation ? ` · ${t('intent.voidsConfirmation')}` : ''}</p> : null}
      </div>
      <span className="row"><Button size="small" onClick={() => void reopen()} data-testid="reopen-step">{t('reopen')}</Button><Button size="small" type="primary" onClick={() => lookAtStep(null)} data-testid="return-here">{t('returnHere')}</Button></span>
    </div>
  );
}
