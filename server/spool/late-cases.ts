import type { EventBody } from '#shared/case/events.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { CaseStore } from '../cases/case-store.ts';
import type { Centre } from '../centre.ts';

/**
 * Cases as they stand, with the author in their place of then: what somebody wrote down on their own case while they had it
 * is taken in (SY10) though the case has another owner by now. Only the decision sees it so; nobody gains access by it, and
 * a case that the author never had stays shut to them (PR3): the door needs no session, and a key that is barred still signs.
 */
class LateCases extends CaseStore {
  readonly #centre: Centre;
  readonly #author: string;

  constructor(centre: Centre, author: string) {
    super(centre.log);
    this.#centre = centre;
    this.#author = author;
  }

  override async load(caseId: string): Promise<CaseState | null> {
    const state = await this.#centre.cases.load(caseId);
    return state === null || !(await this.#hadIt(caseId)) ? state : { ...state, owner: this.#author, access: { ...state.access, [this.#author]: 'owner' } };
  }

  /** By the log's own word: it was opened by them, or given to them. */
  async #hadIt(caseId: string): Promise<boolean> {
    return (await this.#centre.log.readCase(caseId as StreamId)).some(({ kind, body, actor }) => {
      if (kind === 'case opened') return actor.person === this.#author;
      if (kind !== 'access granted' || body === null) return false;
      const { person, as } = body as EventBody<'access granted'>;
      return as === 'owner' && person === this.#author;
    });
  }
}

/** The centre for deciding on what `author` wrote down before they were barred. */
export const centreOfThen = (centre: Centre, author: string): Centre => ({ ...centre, cases: new LateCases(centre, author) });
