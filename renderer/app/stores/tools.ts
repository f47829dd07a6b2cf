import { create } from 'zustand';

/** What is laid open beside the step; nothing of it stands over the call. */
export type Tools = {
  tab: 'speech' | 'knowledge' | 'history';
  intent: boolean;
  callback: boolean;
  mentor: boolean;
  risk: boolean;
  escalate: boolean;
  /** Finding the customer again, or by hand. */
  find: boolean;
  /** Logging a call by hand (F11). */
  logCall: boolean;
  /** Grows when the note is wanted (F7). */
  noteWanted: number;
  /** Grows when the search is wanted (F3). */
  knowledgeWanted: number;
};
const closed = { intent: false, callback: false, mentor: false, risk: false, escalate: false, find: false, logCall: false };
export const useTools = create<Tools>(() => ({ tab: 'speech', ...closed, noteWanted: 0, knowledgeWanted: 0 }));

export const toggleTool = (name: keyof typeof closed): void => useTools.setState((tools) => ({ [name]: !tools[name] }));
export const closeTool = (name: keyof typeof closed): void => useTools.setState({ [name]: false });
export const closeTools = (): void => useTools.setState(closed);
