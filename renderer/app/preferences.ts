/** Language and day or night: of this machine, not of a person, and the only thing the page itself keeps. */
import { create } from 'zustand';
import { i18n, languages, type Language } from './i18n.ts';
import { paint, type Mode } from './theme.ts';

const systemMode = (): Mode => (window.matchMedia?.('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`aidline.${name}`);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`aidline.${name}`, value);
  } catch {
    // Without storage the choice holds until the window closes.
  }
}

type Preferences = { language: Language; mode: Mode };
export const usePreferences = create<Preferences>(() => ({ language: 'zh-CN', mode: 'light' }));

export function setLanguage(language: Language): void {
  usePreferences.setState({ language });
  void i18n.changeLanguage(language);
  document.documentElement.lang = language;
  remember('language', language);
}

export function setMode(mode: Mode): void {
  usePreferences.setState({ mode });
  paint(document.documentElement, mode);
  remember('mode', mode);
}

/** What the command line says comes first, then what was chosen here before, then the system. */
export function startPreferences(given: { language?: Language | undefined; theme?: Mode | undefined }): void {
  const language = given.language ?? languages.find((one) => one === remembered('language')) ?? 'zh-CN';
  const mode = given.theme ?? (['light', 'dark'] as const).find((one) => one === remembered('mode')) ?? systemMode();
  setLanguage(language);
  setMode(mode);
}

export const wantsStillness = (): boolean => window.matchMedia?.('(prefers-reduced-motion: reduce)').matches === true;
