/** A short generated tone for an idle reviewer. No file is fetched; without a sound device nothing happens. */
export function beep(): void {
  if (typeof AudioContext === 'undefined') return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const level = audio.createGain();
  tone.frequency.value = 660;
  level.gain.setValueAtTime(0.0001, audio.currentTime);
  level.gain.exponentialRampToValueAtTime(0.12, audio.currentTime + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.35);
  tone.connect(level).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.36);
  tone.onended = () => void audio.close();
}

const KEY = 'aidline.review-sound';

/** On unless the person has switched it off on this machine. */
export const soundOn = (): boolean => typeof localStorage === 'undefined' || localStorage.getItem(KEY) !== 'off';
export const setSound = (on: boolean): void => localStorage.setItem(KEY, on ? 'on' : 'off');

/** While somebody speaks nothing may ring in the headset. */
export const mayRing = (agentState: string | undefined): boolean => agentState !== undefined && !['on-call', 'in-review', 'after-call', 'signed-out'].includes(agentState);
