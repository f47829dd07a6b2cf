import { create } from 'zustand';
import { showView } from './place.ts';

/** Below this width the desktop is the strip beside the bank's own system: one column. */
const NARROW = '(max-width: 640px)';

type Screen = {
  narrow: boolean;
  /** The machine is locked: the call goes on, the customer's column is hidden. */
  locked: boolean;
  /** Hidden by the person, with somebody looking over the shoulder. */
  hidden: boolean;
};
export const useScreen = create<Screen>(() => ({ narrow: false, locked: false, hidden: false }));

export const toggleHidden = (): void => useScreen.setState(({ hidden }) => ({ hidden: !hidden }));

/** The window decides what is shown; the layout follows its width. */
export function toggleStrip(): void {
  const on = !useScreen.getState().narrow;
  if (on) showView('workbench');
  window.aidline.setStrip(on);
}

/** Follows the window's width and the machine's lock. @returns a function that ends it */
export function followScreen(): () => void {
  const query = window.matchMedia?.(NARROW);
  const measure = (): void => useScreen.setState({ narrow: query?.matches === true });
  measure();
  query?.addEventListener('change', measure);
  const endNotices = window.aidline.onNotice((notice) => {
    if (notice.kind === 'screen') useScreen.setState({ locked: notice.locked });
  });
  return () => {
    query?.removeEventListener('change', measure);
    endNotices();
  };
}
