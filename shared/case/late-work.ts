import { z } from 'zod';
import { Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { LateBecause } from '../protocol/spool.ts';
import type { Evolvers } from './evolver.ts';

const Noted = z.strictObject({ command: Uuid7, kind: z.string().max(60), author: PersonId, because: LateBecause });

/** SY10: what of a case was taken in though its author may no longer act, so that whoever reads it knows. By the server. */
export const lateWorkEventSchemas = { 'late work noted': Noted } as const;
export const lateWorkParts = { lateWork: z.array(Noted.extend({ at: Instant })) } as const;

export const lateWorkEvolvers: Evolvers<keyof typeof lateWorkEventSchemas> = {
  'late work noted': (state, body, event) =>
    (state.lateWork.some(({ command }) => command === body.command) ? state : { ...state, lateWork: [...state.lateWork, { ...body, at: event.times.recorded }] }),
};
