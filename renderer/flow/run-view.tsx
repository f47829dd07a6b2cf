import { Button } from 'antd';
import { currentStepId, type RunState } from '#shared/flow/run.ts';
import { findStep } from '#shared/flow/definition.ts';
import type { SignedIn } from '#shared/protocol/session-view.ts';
import type { Rules } from '#shared/protocol/rules.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { clearRefused, sendCommand, useRefused } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { usePlace } from '../app/stores/place.ts';
import type { PublishedFlow } from '../app/stores/rules.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { FailNotice, isFailOf } from './fail-notice.tsx';
import { useFactTree } from './fact-tree.ts';
import { LightRow } from './light-row.tsx';
import { OutcomePicker } from './outcome-picker.tsx';
import { StepBar } from './step-bar.tsx';
import { StepFrame } from './step-frame.tsx';
import { flowTexts } from './texts.ts';

type Props = { view: TypedCase; run: RunState; published: PublishedFlow; rules: Rules; me: SignedIn['person'] };

/** One run: the whole way above, the lights from the first step on, and one step in the middle. */
export function RunView({ view, run, published, rules, me }: Props) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const lookAt = usePlace((place) => place.lookAt);
  const refused = useRefused((held) => held.refused);
  const facts = useFactTree(view, me, rules);
  const { definition } = published;
  const current = currentStepId(run);
  const over = run.status === 'closed' || run.status === 'switched';
  const lookedAt = lookAt !== null && lookAt !== current && run.order.includes(lookAt) ? lookAt : null;
  const stepId = lookedAt ?? current;
  const step = stepId === null ? undefined : findStep(definition, stepId);
  const refusal = refused?.key === view.caseId ? refused.refusal : null;
  const outcome = definition.outcomes.find((one) => one.id === run.outcome)?.title[lang] ?? run.outcome ?? '';

  return (
    <div className="run" data-testid="run" data-run-status={run.status} data-step={current ?? 'none'}>
      <div className="run-head">
        <StepBar definition={definition} run={run} looking={stepId} />
        <LightRow definition={definition} facts={facts} run={run} />
      </div>
      {published.publication === 'recalled' ? <LookNotice testId="recalled">{t('recalled')}</LookNotice> : null}
      {refusal ? (
        isFailOf(step, refusal)
          ? <FailNotice view={view} run={run} definition={definition} step={step!} refusal={refusal} facts={facts} />
          : <RefusalNotice refusal={refusal} onClose={clearRefused} testId="step-refusal" />
      ) : null}
      {run.status === 'parked' ? (
        <LookNotice testId="run-parked">
          {t('run.parked', { why: run.parked ? t(`park.${run.parked.reason}`) : '' })}{' '}
          <Button size="small" type="primary" onClick={() => void sendCommand(view.caseId, 'resume run', { runId: run.runId })} data-testid="resume-run">{t('run.resume')}</Button>
        </LookNotice>
      ) : null}
      {over ? <p className="tone-muted" data-testid="run-over">{t('run.over', { what: outcome })}</p> : null}
      {!over && run.status === 'running' && step === undefined ? <div className="stack"><p>{t('flow.done')}</p><OutcomePicker view={view} run={run} definition={definition} open /></div> : null}
      {!over && step !== undefined ? (
        <StepFrame
          key={`${run.runId}/${step.id}`} view={view} run={run} definition={definition} step={step} facts={facts} me={me}
          readOnly={lookedAt !== null || run.status !== 'running'} lookingBack={lookedAt !== null} missing={refusal}
        />
      ) : null}
    </div>
  );
}
