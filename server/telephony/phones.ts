import type { PhoneEvent } from '#shared/telephony/call-event.ts';
import type { CallState } from '#shared/telephony/call-state.ts';

/** What a command to the phone system came to. A refusal is a value: the person at the desk is told what to do. */
export type PhoneOutcome = { ok: true } | { ok: false; code: PhoneRefusalCode; zh: string; en: string };
export type PhoneRefusalCode =
  'phones-unknown-call' | 'phones-wrong-phase' | 'phones-unreachable' | 'phones-no-commands' | 'phones-bad-number';

/** `ok`: works; `slow`: answers late; `down`: no connection. The desktops' third light. */
export type PhonesHealth = 'ok' | 'slow' | 'down';

/** One call to be put through or dialled, and where the person sits. */
export interface PhoneTarget {
  callId: string;
  personId: string;
  extension: string;
}

/**
 * A phone system behind one interface. It delivers events as they come: twice, late or in disorder, at its pleasure
 * (CT1 makes that harmless). It never routes: what is offered to whom is decided by the switchboard.
 */
export interface Phones {
  /**
   * Begins delivery. `deliver` resolves when the events are durably taken; an adapter that can, delivers again when it
   * rejects.
   */
  start(deliver: (events: PhoneEvent[]) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
  /**
   * Told of calls that are open by our record: after a restart, and when events came by another way. A real phone system
   * has its own memory and needs none of this.
   */
  adopt?(calls: readonly CallState[]): Promise<void>;
  health(): PhonesHealth;
  /** Puts a waiting call through to a person who has accepted it. */
  connect(target: PhoneTarget): Promise<PhoneOutcome>;
  hold(callId: string): Promise<PhoneOutcome>;
  retrieve(callId: string): Promise<PhoneOutcome>;
  end(callId: string): Promise<PhoneOutcome>;
  transfer(callId: string, to: { toQueue?: string; toPersonId?: string }): Promise<PhoneOutcome>;
  /** Dials out under a call id of ours; the phone system's events then carry that id. */
  dial(target: PhoneTarget & { number: string; promiseId?: string }): Promise<PhoneOutcome>;
}

const texts: Record<PhoneRefusalCode, { zh: string; en: string }> = {
  'phones-unknown-call': { zh: '话务系统里没有这通电话，可能已经挂断。', en: 'The phone system has no such call; it has probably ended.' },
  'phones-wrong-phase': { zh: '这通电话现在不能这样操作，请看通话状态。', en: 'This cannot be done with the call now; look at its state.' },
  'phones-unreachable': {
    zh: '话务系统没有应答。请在话机上操作，并登记这通电话。',
    en: 'The phone system does not answer. Use the phone set, and log the call by hand.',
  },
  'phones-no-commands': {
    zh: '这套话务系统不接受电脑指令，请在话机上操作。',
    en: 'This phone system takes no commands from the desktop; use the phone set.',
  },
  'phones-bad-number': { zh: '号码不对，没有拨出。', en: 'The number is not valid; nothing was dialled.' },
};

export function phoneRefusal(code: PhoneRefusalCode): PhoneOutcome & { ok: false } {
  return { ok: false, code, ...texts[code] };
}
