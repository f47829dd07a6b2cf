import type { DecideContext } from '../case/context.ts';

/** TP5: by human, not by account. On a desktop other people are unknown, and the server judges. */
export const isSameHuman = (context: Pick<DecideContext, 'by' | 'person'>) => (other: string): boolean => {
  if (other === context.by.person) return true;
  const known = context.person(other);
  return known !== 'unknown' && known.human === context.by.human;
};
