/** Keys made for an order, kept while the program runs: a panel that is left and shown again sends the same ones. */
import { create } from 'zustand';
import { orderKeys, type OrderKeys } from './execution-view.ts';

export const useOrders = create<{ byOperation: Readonly<Record<string, OrderKeys>> }>(() => ({ byOperation: {} }));

/** The keys of this order: those made before for the same digest, or new ones, remembered before anything is sent. */
export function keysFor(operationId: string, digest: string, lineIds: readonly string[], newId: () => string): OrderKeys {
  const before = useOrders.getState().byOperation[operationId] ?? null;
  const keys = orderKeys(before, digest, lineIds, newId);
  if (keys !== before) remember(operationId, keys);
  return keys;
}

/** A refused order changed nothing: it may be sent again, under a new command with the same keys. */
export function sendAgain(operationId: string, newId: () => string): OrderKeys | null {
  const before = useOrders.getState().byOperation[operationId];
  if (before === undefined) return null;
  const again = { ...before, commandId: newId() };
  remember(operationId, again);
  return again;
}

function remember(operationId: string, keys: OrderKeys): void {
  useOrders.setState(({ byOperation }) => ({ byOperation: { ...byOperation, [operationId]: keys } }));
}
