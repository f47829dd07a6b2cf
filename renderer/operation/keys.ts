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
