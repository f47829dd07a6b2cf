/**
 * The bridge between the sandboxed page and the main process: see `ipc/bridge.ts` for its shape.
 * Named methods only; the page never sees `ipcRenderer` nor an event object.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { IpcRendererEvent } from 'electron';
import type { AidlineBridge, DesktopNotice, Platform, PortMessage, QuitRequest } from './ipc/bridge.ts';

const PLATFORM_SWITCH = '--aidline-platform=';

/** The main process writes the platform into the page's command line: known at once, no question asked. */
function readPlatform(): Platform {
  const word = process.argv.find((item) => item.startsWith(PLATFORM_SWITCH));
  if (!word) throw new Error('the main process gave no platform');
  return JSON.parse(decodeURIComponent(word.slice(PLATFORM_SWITCH.length))) as Platform;
}

/** Subscribes to a channel and returns the way to stop. */
function subscribe<T>(channel: string, listener: (message: T) => void): () => void {
  const onMessage = (_event: IpcRendererEvent, message: T) => listener(message);
  ipcRenderer.on(channel, onMessage);
  return () => {
    ipcRenderer.removeListener(channel, onMessage);
  };
}

// A MessagePort cannot cross the context bridge, but it can be transferred within the window:
// the page's own `message` listener receives it in `event.ports[0]`.
ipcRenderer.on('aidline:port', (event, generation: number) => {
  const message: PortMessage = { aidline: 'desk-port', generation };
  window.postMessage(message, window.location.origin, event.ports);
});

const bridge: AidlineBridge = {
  platform: readPlatform(),
  connect: () => ipcRenderer.send('aidline:connect'),
  setCallOn: (on) => ipcRenderer.send('aidline:call-on', on),
  setStrip: (on) => ipcRenderer.send('aidline:strip', on),
  onQuitRequested: (listener) => subscribe<QuitRequest>('aidline:quit-requested', listener),
  answerQuit: (answer) => ipcRenderer.send('aidline:quit-answer', answer),
  onNotice: (listener) => subscribe<DesktopNotice>('aidline:notice', listener),
};

contextBridge.exposeInMainWorld('aidline', bridge);
