import { formatFen } from '#shared/money/fen.ts';

/**
 * An amount in yuan to the fen, tabular figures, right-aligned by its surroundings.
 * @param fen integer fen; `tone` colours a negative saving or a difference; `big` is the 24 px amount
 */
export function Money({ fen, big = false, sign = false, tone }: { fen: number; big?: boolean; sign?: boolean; tone?: 'red' | 'amber' | 'green' | 'muted' | undefined }) {
  const text = formatFen(fen);
  return (
    <span className={`money${big ? ' money-big' : ''}${tone ? ` tone-${tone}` : ''}`}>
      <span className="money-unit">¥</span>
      {sign && fen > 0 ? `+${text}` : text}
    </span>
  );
}
