/** What a condition yields when it hangs on facts that nobody knows (FL5): neither true nor false. */
export interface Unknown { readonly unknown: readonly string[]; readonly [mark]: true }
const mark: unique symbol = Symbol('unknown');

/** Plain values inside conditions: instants and durations are milliseconds. */
export type Scalar = boolean | number | string;

/** @param facts the paths that would have to be known */
export function unknown(...facts: readonly string[]): Unknown {
  return { unknown: facts, [mark]: true };
}

/** True for the outcome of `unknown` only: a fact can never pose as one. */
export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && mark in value;
}

/** The unknowns among the values, together. */
export function merge(...values: readonly unknown[]): Unknown {
  return unknown(...values.flatMap((value) => (isUnknown(value) ? value.unknown : [])));
}
