/** The desk process: entry point of Electron's utility process. Everything it does is in `create-desk.ts`. */
import { v7 } from 'uuid';
import { mainToDeskSchema, readDeskOptions } from '../ipc/desk-options.ts';
import { createDesk } from './create-desk.ts';
import { domainLogic } from './domain-logic.ts';
import type { Environment } from './environment.ts';
import { electronPort } from './ports.ts';
import { MainBrowser } from './sign-on/main-browser.ts';
import { MainKeyStore } from './store/main-key-store.ts';
import { signInOverHttp } from './sync/http-sign-in.ts';
import { connectSocket } from './sync/socket-link.ts';

const options = readDeskOptions(process.argv);

const after: Environment['after'] = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
const keyStore = new MainKeyStore((request) => process.parentPort.postMessage(request), after);

const browser = new MainBrowser((request) => process.parentPort.postMessage(request), after);

const desk = createDesk({
  root: options.profileDir,
  workstation: options.workstation,
  nativeBinding: options.nativeBinding,
  keyStore,
  openBrowser: (url) => browser.open(url),
  environment: {
    now: () => Date.now(),
    newId: () => v7(),
    random: () => Math.random(),
    after,
  },
  logic: domainLogic,
  connect: connectSocket,
  signInOverHttp,
  // Names and codes only: what a message or a stack quotes may be a customer's (PR4).
  report: (error) => console.error('desk:', error instanceof Error ? `${error.name} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : 'unknown error'),
});

process.parentPort.on('message', (event) => {
  const message = mainToDeskSchema.parse(event.data);
  if (message.kind === 'shutdown') {
    desk.close();
    process.exit(0);
  }
  if (message.kind === 'key-store') return keyStore.take(message.n, message.answer);
  if (message.kind === 'browser') return browser.take(message.n, message.opened);
  const [port] = event.ports;
  if (port !== undefined) desk.attach(electronPort(port));
});
