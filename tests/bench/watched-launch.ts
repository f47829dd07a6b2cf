/**
 * Starts an Electron program and is told by its page when something can be used: over the debugging port that Chromium
 * itself has, with the page held until the question is in it. Nothing in the program knows of it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { DesktopCommand } from '../../build/launch.ts';
import { endTree } from './process-tree.ts';

export type Launched = {
  pid: number;
  /** Milliseconds from the start of the process to the second frame in which the element could be used. */
  usableMs: number;
  end(): Promise<void>;
};

const LONGEST_MS = 60_000;

/**
 * Runs in the page: waits for the element, puts the focus on it, and tells the time of the second frame after that.
 * Looks at each change of the page, so that the time is that of the change, not of a poll.
 */
const watchFor = (selector: string): string => `(() => {
  if (window.top !== window || window.__watched) return;
  window.__watched = true;
  let found = false;
  const look = () => {
    const element = document.querySelector(${JSON.stringify(selector)});
    if (found || !element || element.disabled) return;
    element.focus();
    if (document.activeElement !== element) return;
    found = true;
    requestAnimationFrame(() => requestAnimationFrame(() => window.__usable(String(Date.now()))));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  look();
})()`;

/** @param selector of the element that must be there, enabled and able to take the focus */
export async function watchedLaunch(command: DesktopCommand, selector: string): Promise<Launched> {
  const began = Date.now();
  const child = spawn(command.executablePath, ['--remote-debugging-port=0', ...command.args], {
    env: command.env, cwd: command.cwd, stdio: ['ignore', 'ignore', 'pipe'], detached: true,
  });
  const gone = once(child, 'exit');
  const end = (): Promise<void> => endTree(child.pid!, gone);
  const late = AbortSignal.timeout(LONGEST_MS);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8000)));
  try {
    const socket = new WebSocket(await debuggingAddress(child, late));
    const usableAt = await toldBy(socket, selector, late);
    socket.close();
    return { pid: child.pid!, usableMs: usableAt - began, end };
  } catch (error) {
    await end();
    throw new Error(`${String(error)}; the program said: ${said}`, { cause: error });
  }
}

function debuggingAddress(child: ChildProcess, late: AbortSignal): Promise<string> {
  return new Promise((done, fail) => {
    let said = '';
    child.stderr!.on('data', (text: string) => {
      said = (said + text).slice(-8000);
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(said);
      if (found) done(found[1]!);
    });
    child.once('exit', (code) => fail(new Error(`the program ended with ${code}`)));
    late.addEventListener('abort', () => fail(new Error('the program opened no debugging port')));
  });
}

type Told = { method?: string; sessionId?: string; params?: { sessionId?: string; name?: string; payload?: string; targetInfo?: { type: string } } };

/** @returns when the page said that the element is usable, milliseconds since 1970 */
function toldBy(socket: WebSocket, selector: string, late: AbortSignal): Promise<number> {
  let id = 0;
  const send = (method: string, params: object, sessionId?: string): void => socket.send(JSON.stringify({ id: (id += 1), method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
  return new Promise((done, fail) => {
    late.addEventListener('abort', () => fail(new Error(`nothing matched ${selector} within ${LONGEST_MS / 1000} s`)));
    socket.addEventListener('error', () => fail(new Error('the debugging port closed')));
    socket.addEventListener('open', () => send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }));
    socket.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as Told;
      if (method === 'Runtime.bindingCalled' && params?.name === '__usable') return done(Number(params.payload));
      if (method !== 'Target.attachedToTarget' || params?.sessionId === undefined) return undefined;
      const session = params.sessionId;
      if (params.targetInfo?.type === 'page') {
        send('Runtime.enable', {}, session);
        send('Page.enable', {}, session);
        send('Runtime.addBinding', { name: '__usable' }, session);
        send('Page.addScriptToEvaluateOnNewDocument', { source: watchFor(selector) }, session);
        send('Runtime.evaluate', { expression: watchFor(selector) }, session);
      }
      send('Runtime.runIfWaitingForDebugger', {}, session);
      return undefined;
    });
  });
}
