const fields = 'input:not([type=hidden]):not(:disabled):not([readonly]), textarea:not(:disabled), select:not(:disabled), [data-next-field]';

/** One radio stands for its group: the chosen one, or the first. */
function stands(element: HTMLElement, all: readonly HTMLElement[]): boolean {
  if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
  const group = all.filter((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.type === 'radio' && one.name === element.name);
  return element === (group.find((one) => one.checked) ?? group[0]);
}

/**
 * The field after this one, in the order of the screen.
 * @param after null for the first
 * @returns null after the last: Enter never wraps and never passes a step
 */
export function nextField(root: HTMLElement | null, after: HTMLElement | null): HTMLElement | null {
  if (root === null) return null;
  const all = [...root.querySelectorAll<HTMLElement>(fields)].filter((one) => one.tabIndex >= 0 && one.closest('[data-not-a-field]') === null);
  const shown = all.filter((one) => stands(one, all));
  if (after === null) return shown[0] ?? null;
  return shown.find((one) => (after.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 && !sameGroup(one, after)) ?? null;
}

const sameGroup = (a: HTMLElement, b: HTMLElement): boolean =>
  a instanceof HTMLInputElement && b instanceof HTMLInputElement && a.type === 'radio' && b.type === 'radio' && a.name === b.name;
