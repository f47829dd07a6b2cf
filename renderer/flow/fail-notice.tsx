import { Button } from 'antd';
import { v7 } from 'uuid';
import type { FlowDefinition, FlowStep } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import type { RunState } from '#shared/flow/run.ts';
import { renderWords } from '#shared/flow/say.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { clearRefused, sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { lookAtStep } from '../app/stores/place.ts';
import { flowsInForce, useRules } from '../app/stores/rules.ts';
import { useTools } from '../app/stores/tools.ts';
import { failWords } from './fail-words.ts';
import { flowTexts } from './texts.ts';

type Told = { say: { zh: string; en: string } | undefined; goto: string | undefined };

/** The flow's own words for a refusal: a fail rule of the step, or the prerequisite that is red. */
function toldBy(step: FlowStep | undefined, refusal: Refusal): Told | null {
  if (step === undefined) return null;
  if (refusal.code === 'flow-prerequisite-failed') {
    const item = step.prerequisites.find((one) => one.id === refusal.detail?.['prerequisite']);
    return item === undefined ? null : { say: item.tell, goto: item.goto };
  }
  const rule = step.onFail.find((one) => one.code === refusal.code);
  return rule === undefined ? null : { say: rule.say, goto: rule.goto };
}

export const isFailOf = (step: FlowStep | undefined, refusal: Refusal): boolean => toldBy(step, refusal) !== null;

type Props = { view: TypedCase; run: RunState; definition: FlowDefinition; step: FlowStep; refusal: Refusal; facts: FactTree };

/** Why the step does not pass, as a sentence to say, and the way the flow offers from here. */
export function FailNotice({ view, run, definition, step, refusal, facts }: Props) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const rules = useRules((held) => held.rules);
  const told = toldBy(step, refusal);
  if (told === null) return null;
  const words = told.say === undefined ? null : renderWords(definition, told.say, facts, lang, run);
  const way = wayOf(told.goto);
  return (
    <div className="notice notice-red" role="alert" data-testid="step-fail" data-code={refusal.code}>
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words">
        {words ? <><h3>{t('fail.tell')}</h3><p className="speech">{words.text}</p></> : <strong>{failWords(refusal.code)?.[lang] ?? t('fail.unnamed', { code: refusal.code })}</strong>}
      </div>
      {way ? <Button size="small" type="primary" onClick={way.go} disabled={way.go === undefined} data-testid="fail-goto">{way.name}</Button> : null}
      <Button size="small" type="text" aria-label="×" onClick={clearRefused}>×</Button>
    </div>
  );

  function wayOf(goto: string | undefined): { name: string; go: (() => void) | undefined } | null {
    if (goto === undefined) return null;
    const then = (act: () => void) => () => {
      clearRefused();
      act();
    };
    const [kind, target = ''] = goto.split(':');
    if (kind === 'flow') {
      const flow = flowsInForce(rules).find((one) => one.id === target);
      return { name: flow ? t('goto.flow', { what: flow.title[lang] }) : t('goto.none'), go: flow ? then(() => void sendCommand(view.caseId, 'switch intent', { runId: run.runId, newRunId: v7(), flowId: flow.id, flowVersion: flow.version })) : undefined };
    }
    if (kind === 'close') {
      const outcome = definition.outcomes.find((one) => one.id === target);
      return { name: t('goto.close', { what: outcome?.title[lang] ?? target }), go: then(() => void sendCommand(view.caseId, 'close run', { runId: run.runId, outcome: target })) };
    }
    switch (goto) {
      case 'risk': return { name: t('goto.risk'), go: then(() => useTools.setState({ risk: true })) };
      case 'callback': return { name: t('goto.callback'), go: then(() => useTools.setState({ callback: true })) };
      case 'lead': return { name: t('goto.lead'), go: then(() => useTools.setState({ escalate: true })) };
      case 'progress': return { name: t('goto.progress'), go: then(() => useTools.setState({ tab: 'history' })) };
      case 'workOrder': case 'complaint': {
        const order = goto === 'complaint' ? 'complaint' : 'question';
        const text = words?.text ?? step.title[lang];
        return { name: t(`goto.${goto}`), go: then(() => void sendCommand(view.caseId, 'open work order', { workOrderId: v7(), kind: order, urgency: 'important', text })) };
      }
      default: {
        const other = definition.steps.find((one) => one.id === goto);
        return other === undefined ? null : { name: t('goto.step', { what: other.title[lang] }), go: then(() => lookAtStep(other.id)) };
      }
    }
  }
}
