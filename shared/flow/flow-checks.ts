import { evidenceKinds, type Bilingual, type FlowDefinition, type FlowStep, type PanelName, type SayLine } from './definition.ts';
import { compileConditions, type FlowProblem } from './flow-compile.ts';
import { fieldFactType, typeAt } from './flow-scope.ts';
import { declaredFacts, type FactShape, type FactType } from './facts.ts';
import { policyParameters } from './policy.ts';
import { OperationKind } from '../operation/payload.ts';
import { placeholdersIn, sayFilters } from './say.ts';

/** What the schema cannot say about one definition; all of it is checked before publication (FL1). */

type Path = readonly (string | number)[];
type Report = (path: Path, code: string, message: string) => void;

/** Places a step may lead to besides steps, flows and outcomes: parts of the desk that are always there. */
export const openings: ReadonlySet<string> = new Set(['progress', 'risk', 'callback', 'workOrder', 'complaint', 'lead']);

/**
 * Every reason why this definition may not be published.
 * @param otherFlows ids of all flows published together, for `flow:<id>`
 */
export function flowProblems(definition: FlowDefinition, otherFlows: ReadonlySet<string>): FlowProblem[] {
  const { flow, problems: conditionProblems } = compileConditions(definition);
  const problems: FlowProblem[] = [...conditionProblems];
  const report: Report = (path, code, message) => { problems.push({ path, code, message }); };
  checkIds(definition, report);
  checkSections(definition, report);
  checkLanguages(definition, [], report);
  checkTexts(definition, flow.scope, report);
  checkPolicy(definition, [...new Set(definition.steps.flatMap((step) => [...flow.references(step)]))], report);
  definition.steps.forEach((step, s) => {
    checkTargets(definition, step, s, otherFlows, report);
    checkFields(step, s, flow.scope, report);
    checkTicks(step, s, flow.scope, report);
    checkPrerequisites(definition, step, s, flow.references(step), report);
  });
  checkOrder(definition, report);
  return problems;
}

function checkIds(definition: FlowDefinition, report: Report): void {
  const seen = new Set<string>();
  const once = (id: string, what: string, path: Path) => {
    if (seen.has(`${what} ${id}`)) report(path, 'FLOW_TWICE', `${what} ${id} is there twice`);
    seen.add(`${what} ${id}`);
  };
  definition.steps.forEach((step, s) => {
    once(step.id, 'step', ['steps', s, 'id']);
    step.fields.forEach((field, i) => once(field.id, 'field', ['steps', s, 'fields', i, 'id']));
    step.ticks.forEach((tick, i) => once(tick.id, 'tick', ['steps', s, 'ticks', i, 'id']));
    step.prerequisites.forEach((item, i) => once(item.id, 'prerequisite', ['steps', s, 'prerequisites', i, 'id']));
  });
  definition.outcomes.forEach((outcome, i) => once(outcome.id, 'outcome', ['outcomes', i, 'id']));
  if (!definition.outcomes.some((outcome) => !outcome.needsAllSteps)) report(['outcomes'], 'FLOW_NO_WAY_OUT', 'a customer may change their mind: one outcome must be open at every step');
}

/** The step bar reads from left to right: sections come in the order of the bar, each in one piece. */
function checkSections(definition: FlowDefinition, report: Report): void {
  let last = -1;
  definition.steps.forEach((step, s) => {
    const at = definition.sections.findIndex((section) => section.id === step.section);
    if (at < 0) report(['steps', s, 'section'], 'FLOW_SECTION', `section ${step.section} is not on the step bar`);
    else if (at < last) report(['steps', s, 'section'], 'FLOW_ORDER', `step ${step.id} goes back to section ${step.section}`);
    last = Math.max(last, at);
  });
}

function checkTarget(definition: FlowDefinition, goto: string | undefined, path: Path, otherFlows: ReadonlySet<string>, report: Report): void {
  if (goto === undefined || openings.has(goto)) return;
  const [kind, id] = goto.split(':', 2);
  if (id === undefined && definition.steps.some((step) => step.id === goto)) return;
  if (kind === 'flow' && id !== undefined && otherFlows.has(id)) return;
  if (kind === 'close' && definition.outcomes.some((outcome) => outcome.id === id)) return;
  report(path, 'FLOW_GOTO', `${goto} leads nowhere: no such step, flow, outcome or part of the desk`);
}

function checkTargets(definition: FlowDefinition, step: FlowStep, s: number, otherFlows: ReadonlySet<string>, report: Report): void {
  step.onFail.forEach((rule, i) => checkTarget(definition, rule.goto, ['steps', s, 'onFail', i, 'goto'], otherFlows, report));
  step.prerequisites.forEach((item, i) => checkTarget(definition, item.goto, ['steps', s, 'prerequisites', i, 'goto'], otherFlows, report));
  step.fields.forEach((field, f) => field.options?.forEach((option, i) => checkTarget(definition, option.goto, ['steps', s, 'fields', f, 'options', i, 'goto'], otherFlows, report)));
  step.voidsOnChange.forEach((id, i) => {
    const at = definition.steps.findIndex((other) => other.id === id);
    if (at < 0) report(['steps', s, 'voidsOnChange', i], 'FLOW_GOTO', `there is no step ${id}`);
    else if (at <= s) report(['steps', s, 'voidsOnChange', i], 'FLOW_ORDER', `${id} does not come after ${step.id}`);
  });
  step.suggest.forEach((suggestion, i) => {
    const field = step.fields.find((each) => each.id === suggestion.field);
    if (field === undefined || !field.options?.some((option) => option.id === suggestion.value)) {
      report(['steps', s, 'suggest', i], 'FLOW_SUGGESTION', `${suggestion.field} = ${suggestion.value} is not an answer of this step`);
    }
  });
}

/** PR2: what may never be kept. A choice *about* a password is no password. */
const secretWords = /cvv|cvc|背后三位|密码|验证码|password|passcode|one-time|\botp\b|\bpin\b/i;
const searchWords = /卡号|证件号|身份证号|card number|id number/i;
const lastFourWords = /后四位|末四位|尾号|last four/i;

function checkFields(step: FlowStep, s: number, scope: FactShape, report: Report): void {
  step.fields.forEach((field, i) => {
    const path = ['steps', s, 'fields', i];
    if (['choice', 'multi', 'perItem'].includes(field.type) !== (field.options !== undefined)) report(path, 'FLOW_OPTIONS', `${field.id}: options belong to choice, multi and perItem, and they need them`);
    const ids = field.options?.map((option) => option.id) ?? [];
    if (new Set(ids).size !== ids.length) report(path, 'FLOW_TWICE', `${field.id} has an option twice`);
    if (field.presumed !== undefined && field.type !== 'boolean') report(path, 'FLOW_FIELD', `${field.id}: only yes and no are presumed`);
    if ((field.type === 'perItem') !== (field.forEach !== undefined)) report(path, 'FLOW_FIELD', `${field.id}: forEach belongs to perItem, and it needs one`);
    if (field.forEach !== undefined && !isList(scope, field.forEach)) report([...path, 'forEach'], 'CEL_UNKNOWN_FACT', `${field.forEach} is not a declared list`);
    const declared = typeAt(declaredFacts, field.id);
    if (declared !== undefined && field.type !== 'window' && JSON.stringify(declared) !== JSON.stringify(fieldFactType(field))) {
      report([...path, 'type'], 'FLOW_FIELD', `${field.id} is a declared fact of another kind`);
    }
    const freeText = field.type === 'text' || field.type === 'digits';
    const asked = `${field.id} ${field.label.zh} ${field.label.en}`;
    if (field.secret) report(path, 'FLOW_SECRET', `${field.id}: a password or code is keyed into the phone, never asked for here`);
    else if (freeText && secretWords.test(asked)) report(path, 'FLOW_SECRET', `${field.id} would store a password, a code or the three digits`);
    else if (freeText && !field.searchOnly && searchWords.test(asked) && !lastFourWords.test(asked)) report(path, 'FLOW_SECRET', `${field.id} would store a card or identity number; it may be for searching only`);
    if (field.searchOnly && (field.required || step.record.includes(field.id))) report(path, 'FLOW_SECRET', `${field.id} is for searching only: it is neither required nor recorded`);
  });
}

function isList(scope: FactShape, path: string): boolean {
  const type = typeAt(scope, path);
  return typeof type === 'object' && 'list' in type;
}

/** Panels in which the customer agrees to something (FL7). */
const agreeing: ReadonlySet<PanelName> = new Set<PanelName>(['plans', 'intent', 'readBack', 'consent', 'chooseStop']);

function checkTicks(step: FlowStep, s: number, scope: FactShape, report: Report): void {
  step.ticks.forEach((tick, i) => {
    const path = ['steps', s, 'ticks', i];
    if (tick.forEach !== undefined && !isList(scope, tick.forEach)) report([...path, 'forEach'], 'CEL_UNKNOWN_FACT', `${tick.forEach} is not a declared list`);
    if (agreeing.has(step.panel) && evidenceKinds.some((kind) => !tick.evidence.includes(kind))) {
      report(path, 'FLOW_EVIDENCE', `${tick.id}: what a customer agrees to is kept with their words and the recording offset`);
    }
    if (tick.words !== undefined && !tick.evidence.includes('customerWords')) report(path, 'FLOW_EVIDENCE', `${tick.id} asks for certain words but does not keep them`);
  });
}

/** FL5: no answer and no tick of the flow may decide a prerequisite; which plans were named is not a judgement. */
function checkPrerequisites(definition: FlowDefinition, step: FlowStep, s: number, references: ReadonlySet<string>, report: Report): void {
  if (step.prerequisites.length === 0) return;
  const ids = new Set(step.prerequisites.map((item) => item.id));
  step.ticks.forEach((tick, i) => report(['steps', s, 'ticks', i], 'FLOW_PREREQUISITE_TICKABLE', `${tick.id}: a step of prerequisites has no ticks`));
  const answers = definition.steps.flatMap((each) => each.fields).filter((field) => !['planRefs', 'cardRefs'].includes(field.type));
  for (const reference of references) {
    const answer = answers.find((field) => reference === field.id || reference.startsWith(`${field.id}.`) || reference.startsWith(`${field.id}[]`));
    if (answer !== undefined) report(['steps', s, 'prerequisites'], 'FLOW_PREREQUISITE_TICKABLE', `a prerequisite hangs on the answer ${answer.id}`);
    if (reference.startsWith('ticks.')) report(['steps', s, 'prerequisites'], 'FLOW_PREREQUISITE_TICKABLE', `a prerequisite hangs on the tick ${reference.slice(6)}`);
  }
  step.prerequisites.forEach((item, i) => {
    for (const fact of item.facts) {
      if (typeAt({ ...declaredFacts, ...listFields }, fact.replace('[].', '.')) === undefined) report(['steps', s, 'prerequisites', i, 'facts'], 'CEL_UNKNOWN_FACT', `${fact} is not a declared fact`);
    }
    if (item.tell === undefined && !item.silent) report(['steps', s, 'prerequisites', i], 'FLOW_TELL', `${item.id} does not say what to tell the customer`);
  });
  definition.steps.forEach((each, e) => each.ticks.forEach((tick, i) => {
    if (ids.has(tick.id)) report(['steps', e, 'ticks', i], 'FLOW_PREREQUISITE_TICKABLE', `${tick.id} is a prerequisite and cannot be ticked`);
  }));
}

/** Fields of list items, reached as if the list were a group. */
const listFields: FactShape = { selected: declaredFacts.selected.list, plans: declaredFacts.plans.list, lines: declaredFacts.lines.list };

function checkPolicy(definition: FlowDefinition, references: readonly string[], report: Report): void {
  const known = new Set([...Object.keys(policyParameters), 'reset']);
  definition.policy.forEach((name, i) => {
    if (!known.has(name)) report(['policy', i], 'FLOW_POLICY', `${name} is not a policy parameter`);
  });
  for (const reference of references) {
    if (!reference.startsWith('policy.')) continue;
    const name = reference.slice('policy.'.length);
    if (!definition.policy.some((listed) => name === listed || name.startsWith(`${listed}[]`))) report(['policy'], 'FLOW_POLICY', `${name} is used but not listed under policy`);
  }
}

/** Texts of one step with the place of each, and the list item they may name. */
function textsOf(step: FlowStep, s: number): { path: Path; words: Bilingual; forEach?: string; as?: string; only?: SayLine['only'] }[] {
  return [
    ...step.say.map((line, i) => ({ path: ['steps', s, 'say', i], words: { zh: line.zh, en: line.en }, ...(line.forEach === undefined ? {} : { forEach: line.forEach, as: line.as }), only: line.only })),
    ...step.onFail.flatMap((rule, i) => (rule.say === undefined ? [] : [{ path: ['steps', s, 'onFail', i, 'say'], words: rule.say }])),
    ...step.prerequisites.flatMap((item, i) => (item.tell === undefined ? [] : [{ path: ['steps', s, 'prerequisites', i, 'tell'], words: item.tell }])),
  ];
}

/** A text copied into the wrong language is as good as missing. */
function checkLanguages(value: unknown, path: Path, report: Report): void {
  if (typeof value !== 'object' || value === null) return;
  const { zh, en } = value as { zh?: unknown; en?: unknown };
  if (typeof zh === 'string' && !/\p{Script=Han}/u.test(zh)) report([...path, 'zh'], 'FLOW_LANGUAGE', `"${zh}" is not Chinese`);
  if (typeof en === 'string' && /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(en)) report([...path, 'en'], 'FLOW_LANGUAGE', `"${en}" holds Chinese signs`);
  for (const [key, inner] of Object.entries(value)) checkLanguages(inner, [...path, Array.isArray(value) ? Number(key) : key], report);
}

/** FLOWS "Never": no promise, no jargon, no business named to anybody but the holder. */
const forbidden = /保证|肯定没问题|不影响征信|系统就这样|guarantee/i;

function checkTexts(definition: FlowDefinition, scope: FactShape, report: Report): void {
  definition.steps.forEach((step, s) => textsOf(step, s).forEach(({ path, words, forEach, as, only }) => {
    const list = forEach === undefined ? undefined : typeAt(scope, forEach);
    const itemType = typeof list === 'object' && 'list' in list ? list.list : undefined;
    if (forEach !== undefined && itemType === undefined) report([...path, 'forEach'], 'CEL_UNKNOWN_FACT', `${forEach} is not a declared list`);
    const itemShape = typeof itemType === 'object' && 'object' in itemType ? itemType.object : {};
    if (only !== undefined && itemShape[only.field] === undefined) report([...path, 'only'], 'CEL_UNKNOWN_FACT', `${only.field} is not a field of ${forEach ?? 'a list'}`);
    for (const text of [words.zh, words.en]) {
      for (const { path: fact, filter, whole } of placeholdersIn(text)) {
        const ofItem = as !== undefined && fact.startsWith(`${as}.`);
        const type: FactType | undefined = ofItem ? typeAt(itemShape, fact.slice(as.length + 1)) : typeAt(scope, fact);
        if (type === undefined) report(path, 'CEL_UNKNOWN_FACT', `${whole} names no declared fact`);
        if (filter !== null && !sayFilters.has(filter)) report(path, 'FLOW_FILTER', `${whole} uses an unknown way of showing`);
      }
      if (/\{\{|\}\}/.test(text.replaceAll(/\{\{[^{}]*\}\}/g, ''))) report(path, 'FLOW_FILTER', 'a {{ or }} without its other half');
      const word = forbidden.exec(text)?.[0];
      if (word !== undefined) report(path, 'FLOW_FORBIDDEN_WORDS', `"${word}" is never said`);
    }
  }));
}

/** The order of a high-value flow (FL2, TP1), and what a protective one has not (FL6). */
const highValueOrder: readonly PanelName[] = ['verify', 'retention', 'intent', 'prerequisites', 'worksheet', 'draftOperation', 'submitReview', 'review', 'readBack', 'consent', 'typeIn', 'execute'];
const notProtective: readonly PanelName[] = ['retention', 'worksheet', 'draftOperation', 'submitReview', 'review'];
/** Kinds by which a customer ends something: they are asked once why, and offered one thing. */
const withRetention: ReadonlySet<string> = new Set<OperationKind>(['early-settlement', 'card-cancellation']);

/** Steps that this kind of operation does not have: another way to its figures, or a retention that nobody asks for. */
function spared(definition: FlowDefinition): ReadonlySet<PanelName> {
  const { operationKind = '' } = definition;
  return new Set<PanelName>([operationKind === 'early-settlement' ? 'draftOperation' : 'worksheet', ...(withRetention.has(operationKind) ? [] : ['retention' as const])]);
}

function checkOrder(definition: FlowDefinition, report: Report): void {
  const places = highValueOrder.map((panel) => ({ panel, at: definition.steps.findIndex((step) => step.panel === panel) }));
  if (definition.endsInHighValue) {
    const kind = OperationKind.safeParse(definition.operationKind);
    if (!kind.success || definition.id !== kind.data) report(['operationKind'], 'FLOW_ORDER', 'a flow that ends in a high-value operation names its kind and has it as id');
    const without = spared(definition);
    places.forEach(({ panel, at }, i) => {
      if (at < 0 && !without.has(panel)) report(['steps'], 'FLOW_ORDER', `a flow that ends in a high-value operation has a ${panel} step`);
      const before = places.slice(0, i).reverse().find((place) => place.at >= 0);
      if (at >= 0 && before !== undefined && before.at > at) report(['steps', at], 'FLOW_ORDER', `${panel} comes before ${before.panel}; the order ${highValueOrder.join(' → ')} is fixed`);
    });
    definition.steps.forEach((step, s) => {
      if (step.skipWhen !== undefined && step.panel !== 'retention' && highValueOrder.includes(step.panel)) report(['steps', s, 'skipWhen'], 'FLOW_ORDER', `the ${step.panel} step of a high-value flow is never skipped`);
      if (step.panel === 'prerequisites' && step.prerequisites.length === 0) report(['steps', s], 'FLOW_ORDER', 'the prerequisites step names no prerequisite');
    });
  } else if (definition.steps.some((step) => step.panel === 'execute')) {
    report(['endsInHighValue'], 'FLOW_ORDER', 'a flow that executes says endsInHighValue');
  }
  if (!definition.protective) return;
  if (definition.endsInHighValue) report(['protective'], 'FLOW_ORDER', 'a protective flow does not end in a high-value operation');
  definition.steps.forEach((step, s) => {
    if (notProtective.includes(step.panel)) report(['steps', s, 'panel'], 'FLOW_ORDER', `a protective flow has no ${step.panel}`);
  });
}
