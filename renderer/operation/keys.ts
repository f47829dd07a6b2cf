/** Keys that act on a panel must never fire while somebody types, and a commit of an input method is no key. */
type Press = Pick<KeyboardEvent, 'isComposing' | 'target'>;

const isElement = (target: EventTarget | null): target is HTMLElement => typeof target === 'object' && target !== null && 'tagName' in target;

export function isTyping(event: Press): boolean {
  if (event.isComposing) return true;
  if (!isElement(event.target)) return false;
  const { tagName } = event.target;
  return tagName === 'TEXTAREA' || tagName === 'SELECT' || event.target.isContentEditable || (tagName === 'INPUT' && (event.target as HTMLInputElement).type !== 'checkbox');
}

/** Enter and space on a focused button are its own: acting on them here as well would act twice. */
export const isOnButton = (event: Press): boolean => isElement(event.target) && event.target.closest('button, a[href], [role="button"]') !== null;

/** A key held down on a button presses it again and again; a customer's word is one press. */
export function stopRepeat(event: { repeat: boolean; preventDefault(): void }): void {
  if (event.repeat) event.preventDefault();
}

/**
 * Enter in a form of figures goes to the next field and, from the last, sends. An input method's own Enter is left alone.
 * @param form the form; @param send called from its last field
 */
export function enterMovesOn(form: HTMLFormElement | null, event: { key: string; target: EventTarget; nativeEvent: { isComposing: boolean }; preventDefault(): void }, send: () => void): void {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const inputs = [...(form?.querySelectorAll('input') ?? [])].filter((input) => !input.disabled);
  const after = inputs[inputs.indexOf(event.target) + 1];
  if (after === undefined) send();
  else after.focus();
}
