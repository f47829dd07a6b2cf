/**
 * The only use of `ipcMain`. A message is heard when its channel is listed, it comes from the top
 * frame of our own window, that frame shows `aidline://app`, and its argument fits the schema;
 * anything else is reported and dropped, so a page that went astray can ask for nothing.
 */
import { ipcMain } from 'electron';
import type { BrowserWindow, IpcMainEvent } from 'electron';
import { fromPage } from './channels.ts';
import type { FromPage, PageArgument } from './channels.ts';
import { APP_ORIGIN } from '../app-origin.ts';

export type Refused = { channel: FromPage; why: 'other-window' | 'other-frame' | 'other-origin' | 'malformed' };

/** Says why a sender may not be heard, or null when it may. */
export function refusedSender(event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>, window: BrowserWindow): Refused['why'] | null {
  if (window.isDestroyed() || event.sender !== window.webContents) return 'other-window';
  const frame = event.senderFrame;
  if (!frame || frame.parent !== null) return 'other-frame';
  if (frame.origin !== APP_ORIGIN) return 'other-origin';
  return null;
}

/**
 * Listens on one channel for messages of `window`'s page.
 * @param channel one of {@link fromPage}; a second listener on the same channel throws
 * @param listener gets the argument already parsed
 * @param report told of each message that was dropped
 */
export function onPageMessage<C extends FromPage>(
  window: BrowserWindow,
  channel: C,
  listener: (argument: PageArgument<C>) => void,
  report: (refused: Refused) => void,
): void {
  if (ipcMain.listenerCount(channel) > 0) throw new Error(`two listeners on ${channel}`);
  ipcMain.on(channel, (event, argument: unknown) => {
    const why = refusedSender(event, window);
    if (why) return report({ channel, why });
    const parsed = fromPage[channel].safeParse(argument);
    if (!parsed.success) return report({ channel, why: 'malformed' });
    listener(parsed.data as PageArgument<C>);
  });
}

/** Forgets all listeners: called when the window is gone, so that a new one may register. */
export function forgetPageMessages(): void {
  for (const channel of Object.keys(fromPage)) ipcMain.removeAllListeners(channel);
}
