import type { FlowDefinition, PublicationState } from './definition.ts';

/** A published version and what may be done with it (FL1). */
export interface PublishedFlow {
  readonly definition: FlowDefinition;
  readonly publication: PublicationState;
}

/** All published versions: runs pin one, new runs take the one in force. */
export interface FlowShelf {
  /** What `RunContext.flow` asks. */
  find(id: string, version: number): PublishedFlow | null;
  /** The version new runs start with, or null. */
  inForce(id: string): PublishedFlow | null;
  /** The flow in force for an intent (first step, search, F2). */
  forIntent(intent: string): PublishedFlow | null;
  readonly all: readonly PublishedFlow[];
}

/**
 * Puts definitions on the shelf: of each flow the newest version that is not recalled is in force, older
 * ones are retired.
 * @param recalled `id@version` of versions whose runs stop at the next step
 */
export function flowShelf(definitions: readonly FlowDefinition[], recalled: ReadonlySet<string> = new Set()): FlowShelf {
  const usable = (definition: FlowDefinition) => !recalled.has(`${definition.id}@${definition.version}`);
  const newest = new Map<string, number>();
  for (const definition of definitions.filter(usable)) newest.set(definition.id, Math.max(newest.get(definition.id) ?? 0, definition.version));
  const all = definitions.map((definition): PublishedFlow => ({
    definition,
    publication: !usable(definition) ? 'recalled' : newest.get(definition.id) === definition.version ? 'inForce' : 'retired',
  }));
  return {
    all,
    find: (id, version) => all.find(({ definition }) => definition.id === id && definition.version === version) ?? null,
    inForce: (id) => all.find(({ definition, publication }) => definition.id === id && publication === 'inForce') ?? null,
    forIntent: (intent) => all.find(({ definition, publication }) => publication === 'inForce' && definition.intents.includes(intent)) ?? null,
  };
}
