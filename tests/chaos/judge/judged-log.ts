/** The log as the judge reads it, whichever database holds it. */
import type { LoggedEvent } from '../../control/judge/evidence.ts';
import { readDatabase } from '../../control/judge/read-database.ts';
import { readAnswers, type Answers } from './read-answers.ts';

export type JudgedLog = Answers & { events: LoggedEvent[]; /** Stored answers by command id. */ answers: Map<string, string> };

/** @param folder the server's data folder */
export const logIn = (folder: string): JudgedLog => ({ ...readDatabase(folder), ...readAnswers(folder) });
