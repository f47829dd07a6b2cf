import type { AdministrationCommandKind } from '../administration/administration-schema.ts';
import type { ChangeKind } from '../administration/change.ts';
import type { CommandKind } from '../case/commands.ts';
import type { AskKind } from '../protocol/asks.ts';
import type { Role } from './roles.ts';

/** Everything that somebody may be let do: commands, asks, doings of the centre itself, and the kinds of change that two people make. */
export type Act = CommandKind | AskKind | AdministrationCommandKind | ChangeKind | "revoke others' keys";

const callers: readonly Role[] = ['agent', 'mentor', 'lead'];
const reviewers: readonly Role[] = ['mentor', 'lead'];
const leads: readonly Role[] = ['lead'];
const admins: readonly Role[] = ['admin'];
const quality: readonly Role[] = ['quality'];
const risk: readonly Role[] = ['risk'];
const guardians: readonly Role[] = ['admin', 'risk'];
const everybody: readonly Role[] = ['agent', 'mentor', 'lead', 'quality', 'risk', 'admin'];

/**
 * What a role may do (PR3): the one table, read by the server, which enforces it, and by the desktop, which shows no more
 * than it. What else must hold (whose case, which call, what has been seen, up to what sum) is the rule of each act.
 */
export const may: Readonly<Record<Act, readonly Role[]>> = {
  // A case: by who takes calls.
  'open case': callers, 'write note': callers, 'close case': callers, 'promise callback': callers, 'keep promise': callers, 'open follow-up': callers, 'close follow-up': callers,
  'open work order': callers, 'raise risk': callers, 'stop card': callers, 'record manual stop': callers, 'report offline stop': callers, 'log call': callers, 'end logged call': callers, 'use held facts': callers, 'escalate to lead': callers, 'accept escalation': leads, 'finish escalation': leads,
  'hand over case': callers, 'accept hand-over': callers, 'hand over here': callers, 'hand-over outcome': callers, 'record view': everybody, 'close quality case': quality,
  // A run of a flow.
  'start run': callers, 'fill fields': callers, tick: callers, untick: callers, 'pass step': callers, 'go back': callers, 'switch intent': callers, 'park run': callers, 'resume run': callers, 'close run': callers,
  // An operation: by its maker.
  'draft worksheet': callers, 'draft operation': callers, 'tick self-check': callers, 'submit for review': callers, 'sign self-check': callers, 'withdraw operation': callers, 'confirm item': callers,
  'type in proof': callers, 'order execution': callers, 'order inquiry': callers, 'acknowledge outcome': callers, 'withdraw review': callers, 'answer reviewer': callers,
  // OF2: at one screen, with the line down; whose hand it was is the signatures' to say.
  'submit for return': callers, 'enter blind here': callers, 'co-sign here': callers, 'order on return': callers,
  // A review: by the second person; glass is broken by leads only (TP5, TP11).
  'take review': reviewers, 'release review': reviewers, 'store blind entry': reviewers, 'approve review': reviewers, 'return review': reviewers, 'ask maker': reviewers, 'suggest hang-up': reviewers,
  'pass review to lead': reviewers, 'join break-glass': leads, 'sign break-glass': leads,
  // The centre itself (TP12, TP15).
  'propose change': guardians, 'approve change': guardians, 'reject change': guardians, 'withdraw change': guardians, 'stop kind': risk, 'revoke key': everybody, "revoke others' keys": guardians,
  'revoke workstation': guardians, 'disable person': guardians, 'register key': everybody,
  'add person': admins, 'change person': admins, 'reset passphrase': admins, 'enrol workstation': admins, 'publish policy': admins, 'publish flow': admins, 'release kind': guardians,
  'set legal hold': guardians, 'lift legal hold': guardians, 'erase customer': admins,
  // Asks.
  'case snapshot': everybody,
  rules: everybody, people: everybody, renew: everybody, 'end session': everybody, 'own sessions': everybody, 'end own session': everybody, 'tell outbox': everybody, 'set agent state': everybody, 'finish wrap-up': callers, 'find customer': callers, 'identify customer': callers, 'read facts': callers,
  verify: callers, 'collect service password': callers, 'answer call': callers, 'hold call': callers, 'retrieve call': callers, 'end call': callers, 'dial callback': callers,
  'put away late work': leads, 'open late case': leads,
  administer: everybody, 'take half': guardians, 'keep key': everybody, 'change passphrase': everybody, 'review pairs': [...leads, ...quality, ...guardians], 'lost bookings': leads, 'settle lost booking': leads,
};

/** @returns whether the table lets the role do it at all */
export const mayDo = (role: Role, act: Act): boolean => may[act].includes(role);
