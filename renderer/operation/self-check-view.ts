import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { Bilingual } from '#shared/protocol/ids.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';

export type SelfCheckItem = { id: string; text: Bilingual; key: string; on: boolean };

/** The ticks of 自查 as policy lists them, each with its digit on the keyboard. */
export function selfCheckItems(operation: OperationState, policy: ControlPolicy): SelfCheckItem[] {
  return policy.kinds[operation.kind].selfCheck.map((item, index) => ({
    id: item.id, text: item.text, key: String(index + 1), on: operation.selfCheck[item.id] !== undefined,
  }));
}

export const selfCheckComplete = (items: readonly SelfCheckItem[]): boolean => items.every((item) => item.on);

/**
 * Which item a key press toggles: the digits, also from the number pad and as an input method sends them (１).
 * @returns null for any other key, for a repeated one and with a modifier held
 */
export function itemOfKey(items: readonly SelfCheckItem[], press: { key: string; repeat: boolean; ctrlKey: boolean; altKey: boolean; metaKey: boolean }): SelfCheckItem | null {
  if (press.repeat || press.ctrlKey || press.altKey || press.metaKey) return null;
  const digit = press.key.normalize('NFKC');
  return items.find((item) => item.key === digit) ?? null;
}
