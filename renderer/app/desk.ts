/** The one client of the desk process, and the way its port reaches the page. */
import { browserPort } from '../desk-client/browser-port.ts';
import { createDeskClient, type DeskClient } from '../desk-client/desk-client.ts';
import type { PortMessage } from '../../electron/ipc/bridge.ts';

export const desk: DeskClient = createDeskClient();

const isPortMessage = (data: unknown): data is PortMessage =>
  typeof data === 'object' && data !== null && (data as { aidline?: unknown }).aidline === 'desk-port';

/** Listens first, then asks: a port that came before the listener would be lost. A newer generation replaces an older. */
export function connectDesk(): void {
  let generation = -1;
  window.addEventListener('message', (event) => {
    if (event.source !== window || !isPortMessage(event.data)) return;
    const port = event.ports[0];
    if (port === undefined || event.data.generation < generation) return;
    generation = event.data.generation;
    desk.attach(browserPort(port));
  });
  window.aidline.onNotice((notice) => {
    if (notice.kind === 'desk-restarting' || notice.kind === 'desk-failed') desk.detach();
  });
  window.aidline.connect();
}
