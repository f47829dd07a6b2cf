/** What this bank charges and how far it goes. Fictional; every bank sets its own. Amounts are fen. */

/** What a replacement credit card costs. */
export const REISSUE_FEE_FEN = 2_000;
/** What a replacement sent abroad costs, express. */
export const REISSUE_ABROAD_FEE_FEN = 30_000;
/** The most that one emergency payment may be. */
export const EMERGENCY_CAP_FEN = 30_000_000;
/** The most that is given as goodwill for one matter. */
export const GOODWILL_CAP_FEN = 2_000_000;
/** A goodwill credit hangs on a matter of its own, not on a transaction. */
export const GOODWILL_REFERENCE = /^GW-\S+$/;
/** The highest limit of a credit product, by its English name; a product without one has no limit to change. */
export const MOST_LIMIT_FEN: Readonly<Record<string, number>> = { 'Classic credit card': 15_000_000, 'Platinum credit card': 50_000_000 };
/** Limits go in steps of a hundred yuan. */
export const LIMIT_STEP_FEN = 10_000;
