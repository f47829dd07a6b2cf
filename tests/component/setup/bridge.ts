import type { AidlineBridge, DesktopNotice, QuitAnswer, QuitRequest } from '../../../electron/ipc/bridge.ts';

/** The preload's bridge, with its outer side in a test's hands. */
export function fakeBridge(platform: Partial<AidlineBridge['platform']> = {}) {
  const quits = new Set<(request: QuitRequest) => void>();
  const notices = new Set<(notice: DesktopNotice) => void>();
  const answers: QuitAnswer[] = [];
  const callOn: boolean[] = [];
  const strips: boolean[] = [];
  const bridge: AidlineBridge = {
    platform: { runtime: { electron: '45.4.1', chrome: '140', node: '24' }, version: '0.1.0', packaged: false, demo: true, server: 'http://127.0.0.1:7311', workstation: 'ws-1', ...platform },
    connect: () => undefined,
    setCallOn: (on) => void callOn.push(on),
    setStrip: (on) => void strips.push(on),
    onQuitRequested: (listener) => {
      quits.add(listener);
      return () => void quits.delete(listener);
    },
    answerQuit: (answer) => void answers.push(answer),
    onNotice: (listener) => {
      notices.add(listener);
      return () => void notices.delete(listener);
    },
  };
  return { bridge, answers, callOn, strips, askToQuit: () => quits.forEach((one) => one({ reason: 'quit' })), notice: (notice: DesktopNotice) => notices.forEach((one) => one(notice)) };
}
