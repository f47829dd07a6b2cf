/** Commands and asks of one case, typed by their kind; the last refusal is kept so that it can be shown where the person looks. */
import { create } from 'zustand';
import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import { asks, type AskBody, type AskKind, type AskValue } from '#shared/protocol/asks.ts';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { CommandAnswer } from '#shared/protocol/desk-command.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { CommandOptions } from '../flow/step-panel.ts';
import { desk } from './desk.ts';

/** OF2: what two people signed before, and until when it holds, is the desk's to say. */
type AddedByDesk<K extends CommandKind> = K extends 'submit for return' ? 'policyVersion' | 'validUntil' | 'signed' : 'factsReadAt' | 'notAfter' | 'reviewer' | 'entry' | 'tick' | 'approval' | 'signed';
/** What a person fills in. The desk adds the signatures and, to a submission, until when it is good (TP8). */
export type UnsignedBody<K extends CommandKind> = K extends 'submit for return' | 'order on return' ? Omit<CommandBody<K>, AddedByDesk<K>> : CommandBody<K> extends { signed: unknown } ? Omit<CommandBody<K>, 'signed' | 'validUntil'> : CommandBody<K>;

type Refused = { key: string; refusal: Refusal };
/** The refusal to show above the step (`key` is the case) or in the top bar (`key` is ''). */
export const useRefused = create<{ refused: Refused | null }>(() => ({ refused: null }));
export const tellRefused = (key: string, refusal: Refusal): void => useRefused.setState({ refused: { key, refusal } });
export const clearRefused = (): void => useRefused.setState({ refused: null });

/** Sends a command; resolves when it is on disk or refused. A refusal is also shown. */
export async function sendCommand<K extends CommandKind>(caseId: string, kind: K, body: UnsignedBody<K>, options: CommandOptions = {}): Promise<DeskReply<CommandAnswer>> {
  const reply = await desk.calls.command({ case: caseId, kind, body, ...options });
  if (reply.ok) clearRefused();
  else tellRefused(caseId, reply.refusal);
  return reply;
}

/** Asks the centre; nothing of it is stored. What the centre says is parsed. */
export async function askCentre<K extends AskKind>(kind: K, body: AskBody<K>): Promise<DeskReply<AskValue<K>>> {
  const reply = await desk.calls.ask({ kind, body });
  if (!reply.ok) return reply;
  const value = asks[kind].value.safeParse(reply.value);
  return value.success ? { ok: true, value: value.data as AskValue<K> } : { ok: false, refusal: { code: 'answer-malformed' } };
}
