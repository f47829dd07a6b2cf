import canonicalize from 'canonicalize';

/**
 * RFC 8785 text of a value: the one form that is hashed.
 * Throws for what has none (undefined, NaN, a lone surrogate, a cycle).
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('a value without JSON form has no canonical text');
  return text;
}

const encoder = new TextEncoder();
export const canonicalBytes = (value: unknown): Uint8Array => encoder.encode(canonicalText(value));
