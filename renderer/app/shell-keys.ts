import { useHotkeys, type Options } from 'react-hotkeys-hook';
import { answerCall } from '../call/follow-ringing.ts';
import { toggleHold } from '../call/call-bar.tsx';
import { useCallInHand } from '../call/current-call.ts';
import { startStop } from '../call/start-run.ts';
import { useStepKeys } from '../flow/step-keys.ts';
import { useWarmTransferKey } from '../stop/warm-transfer.tsx';
import { desk } from './desk.ts';
import { useKeysHelp } from './keys-help.tsx';
import { viewsFor } from './navigation.tsx';
import { useLiveStore } from './stores/live.ts';
import { showView } from './stores/place.ts';
import { toggleHidden, toggleStrip } from './stores/screen.ts';
import { useMe } from './stores/session.ts';
import { closeTools, toggleTool, useTools, type Tools } from './stores/tools.ts';

/** Everywhere, also while typing; a key held down acts once, and nothing acts while an input method composes. */
const everywhere: Options = { enableOnFormTags: true, enableOnContentEditable: true, preventDefault: true };
const once = (act: () => void) => (event: KeyboardEvent): void => {
  if (!event.repeat && !event.isComposing) act();
};
const toTab = (tab: Tools['tab']) => (): void => {
  showView('workbench');
  useTools.setState({ tab });
};
const openTool = (name: Parameters<typeof toggleTool>[0]) => (): void => {
  showView('workbench');
  toggleTool(name);
};

/** The keys of the desktop. Execution has none. */
export function useShellKeys(): void {
  const hand = useCallInHand();
  const me = useMe();
  useWarmTransferKey();
  useHotkeys('f1', once(() => useKeysHelp.setState(({ open }) => ({ open: !open }))), everywhere);
  useHotkeys('f2', once(openTool('intent')), everywhere);
  useHotkeys('f3', once(() => {
    toTab('knowledge')();
    useTools.setState(({ knowledgeWanted }) => ({ knowledgeWanted: knowledgeWanted + 1 }));
  }), everywhere);
  useHotkeys('f4', once(toTab('history')), everywhere);
  useHotkeys('f6', once(() => toggleHold(hand)), everywhere);
  useHotkeys('f7', once(() => useTools.setState(({ noteWanted }) => ({ noteWanted: noteWanted + 1 }))), everywhere);
  useHotkeys('f8', once(() => void startStop()), everywhere);
  useHotkeys('f9', once(openTool('callback')), everywhere);
  useHotkeys('f10', once(openTool('mentor')), everywhere);
  useHotkeys('f11', once(openTool('logCall')), everywhere);
  useHotkeys('f12', once(openTool('escalate')), everywhere);
  useHotkeys('escape', once(() => {
    closeTools();
    useKeysHelp.setState({ open: false });
  }), { enableOnFormTags: true });
  useHotkeys('ctrl+enter', once(() => useStepKeys.getState().next?.()), everywhere);
  useHotkeys('ctrl+shift+s', once(toggleStrip), everywhere);
  useHotkeys('ctrl+shift+h', once(toggleHidden), everywhere);
  useHotkeys('ctrl+l,meta+l', once(() => void desk.calls.lock({})), everywhere);
  useHotkeys('alt+left', once(() => useStepKeys.getState().back?.()), everywhere);
  // Enter answers a ringing call, unless a field or a button has it.
  useHotkeys('enter', once(() => {
    if (useLiveStore.getState().held.offer?.value && !(document.activeElement instanceof HTMLButtonElement)) void answerCall();
  }), { enableOnFormTags: false });
  useHotkeys('alt+1,alt+2,alt+3,alt+4,alt+5,alt+6,alt+7', (event) => {
    const view = me === null ? undefined : viewsFor(me.role)[Number(event.code.slice(-1)) - 1];
    if (view !== undefined) showView(view);
  }, everywhere);
  // Nothing reloads, nothing closes: what would is swallowed.
  useHotkeys('f5,ctrl+r,ctrl+f5,ctrl+shift+r,ctrl+w', () => undefined, everywhere);
}
