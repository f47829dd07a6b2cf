import { create } from 'zustand';
import type { FlowDefinition, PublicationState } from '#shared/flow/definition.ts';
import type { Rules } from '#shared/protocol/rules.ts';

/** Published flows, policy and calendar by which this desktop shows and decides, as the desk keeps them also without the centre (OF1); null until they are here. */
export const useRules = create<{ rules: Rules | null }>(() => ({ rules: null }));

export type PublishedFlow = { definition: FlowDefinition; publication: PublicationState };

export const flowOf = (rules: Rules | null, id: string, version: number): PublishedFlow | null =>
  rules?.flows.find(({ definition }) => definition.id === id && definition.version === version) ?? null;

/** The versions that may be started now. */
export const flowsInForce = (rules: Rules | null): FlowDefinition[] =>
  (rules?.flows ?? []).filter(({ publication }) => publication === 'inForce').map(({ definition }) => definition);
