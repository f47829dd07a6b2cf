import type { Evolvers } from './evolver.ts';
import type { handOverEventSchemas } from './hand-over-schema.ts';

/** The signatures are for the log and whoever audits it; what they changed are the events after them. */
export const handOverEvolvers: Evolvers<keyof typeof handOverEventSchemas> = {
  'hand-over signed here': (state) => state,
};
