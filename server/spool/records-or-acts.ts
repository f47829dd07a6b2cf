import { commandSchemas } from '#shared/case/commands.ts';

/**
 * What only writes down what happened: it is taken in also from somebody who may no longer act (SY10). Everything else acts:
 * it moves an operation, a review, a card or a case on, or attests something, and needs its author to be entitled now.
 * A kind that is not in this list acts.
 */
const RECORDS: ReadonlySet<string> = new Set([
  'open case', 'write note', 'promise callback', 'keep promise', 'open follow-up', 'open work order', 'raise risk', 'record manual stop', 'record view',
  'log call', 'end logged call', 'report offline stop', 'start run', 'fill fields', 'park run',
]);

/** @param kind of a command, as its desktop named it */
export const records = (kind: string): boolean => RECORDS.has(kind) && Object.hasOwn(commandSchemas, kind);
