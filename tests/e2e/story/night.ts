import { expect } from 'vitest';
import type { Hands } from './hands.ts';

export const PASSPHRASE = 'aidline-demo';

/** Types who they are, as one has to when the centre offers no list of demonstration accounts. */
export async function signInByHand(hands: Hands, account: string): Promise<void> {
  await hands.type('sign-in-account', account);
  await hands.type('sign-in-password', PASSPHRASE);
  await hands.press('Enter');
  await hands.see('top-bar', 60_000);
}

export const unsent = async (hands: Hands): Promise<number> => Number(await hands.at('unsent').getAttribute('data-unsent'));
export const openCaseId = async (hands: Hands): Promise<string> => (await hands.at('flow').getAttribute('data-case-id')) ?? '';

/** F11: a call that no phone event told of, with the number as the caller says it. @returns its case */
export async function logCall(hands: Hands, number: string): Promise<string> {
  const before = (await hands.at('flow').count()) > 0 ? await openCaseId(hands) : '';
  await hands.press('F11');
  await hands.see('log-call-form');
  await hands.type('log-number', number);
  await hands.press('Enter');
  await hands.gone('log-call-form');
  await hands.see('by-hand');
  await expect.poll(() => openCaseId(hands)).not.toBe(before);
  return openCaseId(hands);
}

export async function writeNote(hands: Hands, text: string): Promise<void> {
  await hands.press('F7');
  await hands.page.keyboard.type(text);
  await hands.click('note-add');
  await expect.poll(() => hands.at('note-text').inputValue()).toBe('');
}

export async function endLoggedCall(hands: Hands): Promise<void> {
  await hands.click('end-call');
  await hands.gone('call-timer');
  await hands.click('finish-wrap-up');
  await hands.gone('finish-wrap-up');
}
