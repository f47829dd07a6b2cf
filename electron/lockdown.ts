/** What no page of this program may ever do, whatever it contains. */
import type { App, Session } from 'electron';
import { APP_ORIGIN } from './app-origin.ts';

/** Denies every permission, device and download, and keeps spelling dictionaries from being fetched. */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_page, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
}

/** Keeps every page where it is: no navigation off our origin, no second window, no embedded page. */
export function lockPages(app: App): void {
  app.on('web-contents-created', (_event, page) => {
    page.setWindowOpenHandler(() => ({ action: 'deny' }));
    page.on('will-attach-webview', (event) => event.preventDefault());
    const stay = (event: { preventDefault(): void }, url: string) => {
      if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault();
    };
    page.on('will-navigate', (event) => stay(event, event.url));
    page.on('will-redirect', (event) => stay(event, event.url));
    page.on('will-frame-navigate', (event) => stay(event, event.url));
  });
}
