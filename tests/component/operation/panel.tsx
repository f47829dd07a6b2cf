/** Draws one panel on a state of the story, with commands and asks recorded instead of sent. */
import './stubs.ts';
import { act, render } from '@testing-library/react';
import type { CaseState } from '#shared/case/state.ts';
import type { PanelName } from '#shared/flow/definition.ts';
import type { Mark } from '#shared/protocol/case-view.ts';
import { i18n } from '../../../renderer/app/i18n.ts';
import { useRules } from '../../../renderer/app/stores/rules.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { followUpPanels } from '../../../renderer/follow-up/follow-up-panels.ts';
import type { StepPanelProps } from '../../../renderer/flow/step-panel.ts';
import { operationPanels } from '../../../renderer/operation/operation-panels.ts';
import { usePeopleStore } from '../../../renderer/operation/people.ts';
import { CASE, control, id, MAKER, MENTOR, RUN } from './story.ts';

export type Sent = { kind: string; body: Record<string, unknown>; options: Record<string, unknown> };
export type Drawn = { sent: Sent[]; asked: { kind: string; body: unknown }[]; again: (state: CaseState, over?: Partial<StepPanelProps>) => void };

/** Ids never repeat, whatever is drawn again. */
let serial = 0x9000;

export const MAKER_PERSON = { id: MAKER, human: id(0x21), account: 'zhou', name: '周晓岚', no: '3107', role: 'agent' as const, skills: ['es'], team: 't' };

export function speak(language: 'zh-CN' | 'en'): void {
  void i18n.changeLanguage(language);
}

export function knowPolicy(): void {
  useRules.setState({ rules: { control, flows: [] } as never });
  useSync.setState({ sync: { connection: 'online', clockOffsetMs: 0, refused: [] } as never });
  usePeopleStore.setState({ people: [{ id: MENTOR, name: '林素', no: '1002', role: 'mentor', online: true }] });
}

/** The screens' clock is the story's: what is valid in it is valid on the screen (TP9). */
const clockOf = (state: CaseState): void => useSync.setState({ sync: { connection: 'online', clockOffsetMs: Date.parse(state.updatedAt) - Date.now(), refused: [] } as never });

/** @param settle resolves a command; by default at once */
export function draw(panel: PanelName, state: CaseState, over: Partial<StepPanelProps> = {}, marks: Mark[] = [], settle: () => Promise<void> = async () => {}): Drawn {
  speak('zh-CN');
  knowPolicy();
  clockOf(state);
  useSession.setState({ session: { status: 'signed-in', person: MAKER_PERSON, key: 'ready' } as never });
  const Panel = { ...operationPanels, ...followUpPanels }[panel]!.panel;
  const sent: Sent[] = [];
  const asked: Drawn['asked'] = [];
  const props = (now: CaseState, more: Partial<StepPanelProps>): StepPanelProps => ({
    view: { caseId: CASE, version: now.version, state: now, marks, heardAt: null }, run: now.runs[RUN]!, definition: { steps: [] } as never, step: {} as never, stepState: {} as never,
    readOnly: false, facts: {}, lang: 'zh', me: MAKER_PERSON, callId: null, offset: () => 75, now: () => now.updatedAt, newId: () => id((serial += 1)),
    command: async (kind, body, options = {}) => {
      sent.push({ kind, body: body as never, options });
      await settle();
      return { ok: true, value: { commandId: options.id ?? id(0x8000), decided: 'pending' } };
    },
    ask: async (kind, body) => {
      asked.push({ kind, body });
      return { ok: true, value: { done: true } as never };
    },
    passStep: async () => true, ...over, ...more,
  });
  const page = render(<Panel {...props(state, {})} />);
  return {
    sent, asked,
    again: (next, more = {}) => {
      act(() => clockOf(next));
      page.rerender(<Panel {...props(next, more)} />);
    },
  };
}
