import type { CaseState } from '#shared/case/state.ts';
import { CaseStore } from '../cases/case-store.ts';
import type { Centre } from '../centre.ts';

/**
 * Cases as they stand, with the author in their place of then: what somebody wrote down on their own case while they had it
 * is taken in (SY10) though the case has another owner by now. Only the decision sees it so; nobody gains access by it.
 */
class LateCases extends CaseStore {
  readonly #cases: CaseStore;
  readonly #author: string;

  constructor(centre: Centre, author: string) {
    super(centre.log);
    this.#cases = centre.cases;
    this.#author = author;
  }

  override async load(caseId: string): Promise<CaseState | null> {
    const state = await this.#cases.load(caseId);
    return state === null ? null : { ...state, owner: this.#author, access: { ...state.access, [this.#author]: 'owner' } };
  }
}

/** The centre for deciding on what `author` wrote down before they were barred. */
export const centreOfThen = (centre: Centre, author: string): Centre => ({ ...centre, cases: new LateCases(centre, author) });
