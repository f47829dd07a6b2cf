import { create } from 'zustand';
import type { FlowDefinition, PublicationState } from '#shared/flow/definition.ts';
import { Rules } from '#shared/protocol/rules.ts';
import { askCentre } from '../send.ts';

/** Published flows, policy and calendar by which this desktop shows and decides; null until they are here. */
export const useRules = create<{ rules: Rules | null }>(() => ({ rules: null }));

/** Asks for the rules unless those held are still the ones in force. Without an answer the held ones stay. */
export async function fetchRules(): Promise<void> {
  const held = useRules.getState().rules;
  const reply = await askCentre('rules', { have: held?.version ?? null });
  if (!reply.ok || reply.value.rules === null) return;
  const rules = Rules.safeParse(reply.value.rules);
  if (rules.success) useRules.setState({ rules: rules.data });
  else console.error('the rules do not parse', rules.error.issues[0]);
}

export type PublishedFlow = { definition: FlowDefinition; publication: PublicationState };

export const flowOf = (rules: Rules | null, id: string, version: number): PublishedFlow | null =>
  rules?.flows.find(({ definition }) => definition.id === id && definition.version === version) ?? null;

/** The versions that may be started now. */
export const flowsInForce = (rules: Rules | null): FlowDefinition[] =>
  (rules?.flows ?? []).filter(({ publication }) => publication === 'inForce').map(({ definition }) => definition);
