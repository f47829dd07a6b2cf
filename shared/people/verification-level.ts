/**
 * The level a caller has reached on one call (FLOWS V): L1 = name and the last four of the ID; L2 = L1 and one more fact;
 * L3 = L2 and the keyed password or a second fact. A factor counts once, and by its last answer.
 *
 * @param factors in the order they were asked
 * @returns 0 … 3
 */
export function levelOf(factors: readonly { factor: string; ok: boolean }[]): number {
  const last = new Map(factors.map(({ factor, ok }) => [factor, ok]));
  const passed = [...last].filter(([, ok]) => ok).map(([factor]) => factor);
  if (!passed.includes('name') || !passed.includes('idLast4')) return 0;
  const more = passed.length - 2;
  return 1 + Math.min(more, 2);
}
