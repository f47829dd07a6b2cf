/**
 * What the preload gives the renderer as `window.aidline`: the whole of it. Types only, so that the
 * renderer may import this file without reaching into the trusted side.
 *
 * The port itself does not travel over this bridge: `contextBridge` copies values and cannot pass a
 * `MessagePort`. After `connect()`, the preload hands it over with `window.postMessage`, as a
 * `message` event whose data is a {@link PortMessage} and whose `ports[0]` is the port.
 */

/** Data of the `message` event that carries a port to the desk process. */
export interface PortMessage {
  aidline: 'desk-port';
  /** Grows with each port handed over; a renderer drops the older port when a newer one arrives. */
  generation: number;
}

/** Facts about this desktop that hold for its whole life. */
export interface Platform {
  runtime: { electron: string; chrome: string; node: string };
  /** Version of the desktop program. */
  version: string;
  packaged: boolean;
  /** The server named is a demonstration: the sign-in screen may list its accounts. */
  demo: boolean;
  /** Address of the server, for example `http://127.0.0.1:7311`; empty where none was given. */
  server: string;
  workstation: string;
  /** Role whose demonstration account the sign-in screen should offer first. */
  asRole?: string;
  language?: 'zh-CN' | 'en';
  theme?: 'light' | 'dark';
}

/** Why the desktop asks before it closes. */
export interface QuitRequest {
  reason: 'window-closed' | 'quit';
}

/** The renderer's answer: `pending` stops the clock while a person reads the question. */
export type QuitAnswer = 'confirmed' | 'cancelled' | 'pending';

/** What happened to the desktop outside the page. */
export type DesktopNotice =
  /** The desk process ended and is being started again; a new port follows. */
  | { kind: 'desk-restarting' }
  /** The desk process keeps failing at start and is not started again. */
  | { kind: 'desk-failed' }
  /** A key or the window's close button was ignored because a call is on. */
  | { kind: 'ignored-during-call'; what: 'reload' | 'close' }
  /** The person locked the machine, or came back: the customer's column is hidden meanwhile. */
  | { kind: 'screen'; locked: boolean };

export interface AidlineBridge {
  readonly platform: Platform;
  /**
   * Asks for a port to the desk process. It arrives as a `message` event on `window`: listen first,
   * then call this. After the desk process restarts, a new port arrives without asking.
   */
  connect(): void;
  /** Tells the main process whether a call is on: reload and close are suppressed meanwhile. */
  setCallOn(on: boolean): void;
  /** Makes the window a narrow strip at the right edge, always on top, or what it was before. */
  setStrip(on: boolean): void;
  /** Listens for the wish to close. Answer within five seconds or the desktop closes. */
  onQuitRequested(listener: (request: QuitRequest) => void): () => void;
  answerQuit(answer: QuitAnswer): void;
  onNotice(listener: (notice: DesktopNotice) => void): () => void;
}

declare global {
  interface Window {
    readonly aidline: AidlineBridge;
  }
}
