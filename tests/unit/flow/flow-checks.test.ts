import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationKind } from '#shared/operation/payload.ts';
import { flowsDirectory, loadFiles, loadFlows } from '../../../server/flows/load-flows.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aidline-flows-'));
  cpSync(flowsDirectory, directory, { recursive: true, filter: (source) => !source.endsWith('.ts') });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Changes one place of a shipped file. @returns what publication says of it, with the text of the line it points at */
function broken(file: string, from: string | RegExp, to: string): { code: string; reason: string; text: string; file: string }[] {
  const path = join(directory, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  const lines = after.split('\n');
  return loadFlows(directory).problems.map((problem) => ({ code: problem.code, reason: problem.reason, file: problem.file, text: lines[problem.line - 1] ?? '' }));
}

describe('flows as shipped', () => {
  it('[FL1] are all fit to be published, in both languages', () => {
    const loaded = loadFlows();
    expect(loaded.problems).toEqual([]);
    expect(loaded.definitions.map((flow) => flow.id).sort()).toEqual([
      'cancel-new-plan', 'card-cancellation', 'dispute', 'early-settlement', 'emergency-payment', 'general-inquiry', 'limit-change', 'loss-reissue-abroad', 'loss-report', 'password-reset', 'pay-bill', 'refund',
    ]);
    expect(loaded.policy).not.toBeNull();
    expect(loaded.common?.complaintWords).toContain('12378');
  });

  it('[FL1] have the steps of the handbook', () => {
    const steps = (id: string) => loadFlows().definitions.find((flow) => flow.id === id)?.steps.map((step) => step.id) ?? [];
    expect(steps('early-settlement')).toEqual(Array.from({ length: 19 }, (_, n) => `ES-${n + 1}`));
    expect(steps('loss-report')).toEqual(['LR-1', 'LR-2', 'LR-3', 'LR-4', 'LR-OFF', 'LR-5', 'LR-6', 'LR-7']);
    expect(steps('password-reset')).toEqual(Array.from({ length: 10 }, (_, n) => `PW-${n + 1}`));
  });

  it('[FL6] only the loss report is protective, and it has neither retention nor review', () => {
    const protective = loadFlows().definitions.filter((flow) => flow.protective);
    expect(protective.map((flow) => flow.id)).toEqual(['loss-report']);
    expect(protective[0]?.steps.some((step) => ['retention', 'review', 'submitReview'].includes(step.panel))).toBe(false);
  });

  it('[TP1] each kind of operation has its one flow, and no other flow ends in one', () => {
    const ending = loadFlows().definitions.filter((flow) => flow.endsInHighValue);
    expect(ending.map((flow) => flow.id).sort()).toEqual([...OperationKind.options].sort());
    expect(ending.map((flow) => flow.operationKind)).toEqual(ending.map((flow) => flow.id));
  });
});

describe('what is refused, with file, line and reason', () => {
  const es = 'early-settlement.yaml';
  it.each<[string, string, string | RegExp, string, string, string]>([
    ['broken YAML', es, 'id: ES-4', 'id: [ES-4', 'YAML', ''],
    ['a duplicate key', es, 'panel: retention', 'panel: retention\n    panel: review', 'YAML', 'panel: review'],
    ['an unknown key', es, 'panel: retention', 'pannel: retention', 'FLOW_SCHEMA', 'ES-4'],
    ['an unknown panel', es, 'panel: retention', 'panel: persuasion', 'FLOW_SCHEMA', 'panel: persuasion'],
    ['a missing language', es, 'title: {zh: 挽留, en: Retention}', 'title: {zh: 挽留}', 'FLOW_LANGUAGE', 'title: {zh: 挽留}'],
    ['an empty language', es, 'title: {zh: 挽留, en: Retention}', 'title: {zh: 挽留, en: ""}', 'FLOW_SCHEMA', 'title: {zh: 挽留, en: ""}'],
    ['Chinese in the English text', es, 'title: {zh: 挽留, en: Retention}', 'title: {zh: 挽留, en: 挽留}', 'FLOW_LANGUAGE', 'en: 挽留'],
    ['an unknown fact in a condition', es, 'pass: verify.level >= 3 && caller.isPrimaryHolder', 'pass: verify.depth >= 3', 'CEL_UNKNOWN_FACT', 'pass: verify.depth >= 3'],
    ['an unknown fact in speech', es, '工号 {{agent.no}}，', '工号 {{agent.nickname}}，', 'CEL_UNKNOWN_FACT', '工号 {{agent.nickname}}'],
    ['a regular expression', es, 'pass: intent == "settle_plan"', 'pass: intent.matches("settle.*")', 'CEL_FUNCTION', 'intent.matches'],
    ['broken CEL', es, 'pass: intent == "settle_plan"', 'pass: intent ==', 'CEL_SYNTAX', 'pass: intent =='],
    ['too many nodes', es, 'pass: intent == "settle_plan"', `pass: ${Array.from({ length: 30 }, () => 'intent == "x"').join(' || ')}`, 'CEL_TOO_LARGE', 'pass: intent == "x"'],
    ['a goto to nowhere', es, 'code: ES11_RETURNED, goto: ES-9', 'code: ES11_RETURNED, goto: ES-99', 'FLOW_GOTO', 'ES-99'],
    ['an option leading nowhere', es, 'goto: "flow:pay-bill"}', 'goto: "flow:pay-bills"}', 'FLOW_GOTO', 'pay-bills'],
    ['a void of a step that is not there', es, 'voidsOnChange: [ES-5,', 'voidsOnChange: [ES-55,', 'FLOW_GOTO', 'ES-55'],
    ['a void of an earlier step', es, 'voidsOnChange: [ES-5,', 'voidsOnChange: [ES-2,', 'FLOW_ORDER', 'ES-2'],
    ['a prerequisite that hangs on a tick', es, 'pass: account.pastDueDays == 0', 'pass: account.pastDueDays == 0 || ticks.ownDecision', 'FLOW_PREREQUISITE_TICKABLE', '- id: P1'],
    ['a prerequisite that hangs on an answer', es, 'pass: account.pastDueDays == 0', 'pass: account.pastDueDays == 0 || fundsReady == "yes"', 'FLOW_PREREQUISITE_TICKABLE', '- id: P1'],
    ['a prerequisite without words for the customer', es, /tell: \{zh: 账户有一笔逾期.*\n/, 'silent: false\n', 'FLOW_TELL', 'id: P2'],
    ['an answer that would stand in for a bank fact', es, '{id: risk.coached, type: boolean', '{id: account.hold, type: boolean', 'FLOW_FIELD', 'account.hold'],
    ['a consent without evidence', es, '{id: irrevocable, label: {zh: 不可撤销, en: Cannot be undone}, evidence: [customerWords, recordingOffset]}', '{id: irrevocable, label: {zh: 不可撤销, en: Cannot be undone}}', 'FLOW_EVIDENCE', 'irrevocable'],
    ['a stored card number', 'loss-report.yaml', 'en: Card number (search only)}, searchOnly: true}', 'en: Card number}}', 'FLOW_SECRET', 'cardNumber'],
    ['a stored password', 'password-reset.yaml', '{id: deadline, type: text, label: {zh: 最晚什么时候, en: Deadline}}', '{id: deadline, type: text, label: {zh: 旧密码, en: Old password}}', 'FLOW_SECRET', 'deadline'],
    ['a retention in a protective flow', 'loss-report.yaml', 'panel: linkedRisks', 'panel: retention', 'FLOW_ORDER', 'panel: retention'],
    ['a reviewer in a protective flow', 'loss-report.yaml', 'panel: stopCard', 'panel: review', 'FLOW_ORDER', 'panel: review'],
    ['a review that is skipped', es, '    panel: review\n', '    panel: review\n    skipWhen: path == "onHold"\n', 'FLOW_ORDER', 'skipWhen'],
    ['a high-value flow without a review', es, 'panel: review\n', 'panel: inform\n', 'FLOW_ORDER', 'id: ES-1'],
    ['a draft without a review', 'limit-change.yaml', 'panel: submitReview\n', 'panel: inform\n', 'FLOW_ORDER', 'id: LC-1'],
    ['a card cancelled without asking why', 'card-cancellation.yaml', 'panel: retention\n', 'panel: inform\n', 'FLOW_ORDER', 'id: CC-1'],
    ['a worksheet in place of a draft', 'refund.yaml', 'panel: draftOperation\n', 'panel: worksheet\n', 'FLOW_ORDER', 'id: RF-1'],
    ['a kind of operation that does not exist', 'refund.yaml', 'operationKind: refund', 'operationKind: repayment', 'FLOW_ORDER', 'operationKind: repayment'],
    ['a flow that is not called by its kind', 'refund.yaml', 'operationKind: refund', 'operationKind: limit-change', 'FLOW_ORDER', 'operationKind: limit-change'],
    ['a draft in a protective flow', 'loss-report.yaml', 'panel: stopCard', 'panel: draftOperation', 'FLOW_ORDER', 'panel: draftOperation'],
    ['an execution that does not say so', es, 'endsInHighValue: true', 'endsInHighValue: false', 'FLOW_ORDER', 'endsInHighValue'],
    ['a policy parameter that is not listed', es, 'policy: [retention.maxOffers, ', 'policy: [', 'FLOW_POLICY', 'policy: ['],
    ['words that are never said', es, '那我先帮您算算能省多少', '保证给您省钱', 'FLOW_FORBIDDEN_WORDS', '保证'],
    ['common speech that is not there', es, '- use: verifyAsk', '- use: verifyNicely', 'FLOW_USE', 'verifyNicely'],
    ['a way of showing that does not exist', es, '{{plans|count}} 笔', '{{plans|howMany}} 笔', 'FLOW_FILTER', 'howMany'],
    ['two steps of one id', es, 'id: ES-17', 'id: ES-16', 'FLOW_TWICE', 'ES-16'],
    ['a flow nobody can leave', 'pay-bill.yaml', /  - \{id: not_verified[^]*$/, '', 'FLOW_NO_WAY_OUT', 'id: told'],
    ['a policy value of another kind', 'policy.yaml', 'value: 5000000', 'value: "a lot"', 'FLOW_SCHEMA', 'a lot'],
    ['a policy value without a source', 'policy.yaml', 'source: "Centre rule: half an hour to prepare a worksheet", ', '', 'FLOW_SCHEMA', 'es.minPrep'],
    ['a reset by voice', 'policy.yaml', 'value: [ivr, branch]', 'value: [voice, branch]', 'FLOW_SCHEMA', 'voice'],
  ])('[FL1] %s', (_what, file, from, to, code, atLine) => {
    const problems = broken(file, from, to);
    const found = problems.find((problem) => problem.code === code);
    if (found === undefined) throw new Error(`not refused for ${code}: ${JSON.stringify(problems.slice(0, 4))}`);
    expect(found.file).toBe(join(directory, file));
    // Full-width punctuation of the file does not matter here; the line must be the one at fault.
    expect(found.text).toContain(atLine);
    expect(found.reason.length).toBeGreaterThan(5);
  });

  it.each([
    ['intent before retention', 'ES-4', 'ES-5'],
    ['prerequisites before intent', 'ES-5', 'ES-6'],
    ['consent before the eye', 'ES-13', 'ES-14'],
  ])('[FL2] %s', (_what, first, second) => {
    const path = join(directory, 'early-settlement.yaml');
    const text = readFileSync(path, 'utf8');
    const block = (id: string) => new RegExp(`  - id: ${id}\\n[^]*?(?=\\n  - id: |\\noutcomes:)`).exec(text)?.[0] ?? '';
    writeFileSync(path, text.replace(block(first), '@').replace(block(second), () => block(first)).replace('@', () => block(second)));
    const codes = loadFlows(directory).problems.map((problem) => problem.code);
    expect(codes).toContain('FLOW_ORDER');
  });

  it('[FL1] a mistake in one flow keeps that flow back and no other', () => {
    broken('pay-bill.yaml', 'panel: inform', 'panel: nothing');
    const loaded = loadFlows(directory);
    expect(loaded.definitions.map((flow) => flow.id)).not.toContain('pay-bill');
    expect(loaded.definitions).toHaveLength(11);
  });

  it('[FL1] one version is published once; another version of it stands beside', () => {
    const text = readFileSync(join(directory, 'pay-bill.yaml'), 'utf8');
    writeFileSync(join(directory, 'pay-bill-again.yaml'), text);
    expect(loadFlows(directory).problems.map((problem) => problem.code)).toEqual(['FLOW_TWICE']);
    writeFileSync(join(directory, 'pay-bill-again.yaml'), text.replace('version: 1', 'version: 2'));
    expect(loadFlows(directory)).toMatchObject({ problems: [] });
    expect(loadFlows(directory).definitions.filter((flow) => flow.id === 'pay-bill').map((flow) => flow.version).sort()).toEqual([1, 2]);
  });

  it('[FL1] a file that is not there is told', () => {
    expect(loadFiles([join(directory, 'nowhere.yaml')], directory).problems).toMatchObject([{ code: 'FILE', file: join(directory, 'nowhere.yaml') }]);
  });
});

describe('flows:check', () => {
  const check = (...files: string[]) => spawnSync(process.execPath, ['server/flows/flows-check.ts', ...files], { encoding: 'utf8', cwd: join(flowsDirectory, '..', '..') });

  it('[FL1] ends with 0 when all may be published', () => {
    const { status, stdout } = check();
    expect(stdout).toContain('12 flows fit to be published');
    expect(status).toBe(0);
  });

  it('[FL1] ends with 1 and names file, line and reason', () => {
    const path = join(directory, 'early-settlement.yaml');
    const text = readFileSync(path, 'utf8').replace('code: ES11_RETURNED, goto: ES-9', 'code: ES11_RETURNED, goto: ES-99');
    writeFileSync(path, text);
    const line = text.split('\n').findIndex((each) => each.includes('ES-99')) + 1;
    const { status, stderr } = check(path);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`early-settlement\\.yaml:${line}: FLOW_GOTO ES-99 leads nowhere`));
  });
});
