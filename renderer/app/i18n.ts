/**
 * All words people see. Each feature folder has one `texts.ts` that calls `defineTexts`, or one `…-texts.ts` for each of its
 * matters; its words are registered with i18next when it is loaded, so that a screen brings its own words.
 */
import i18next from 'i18next';
import { useMemo } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Lang } from '#shared/flow/definition.ts';

export const languages = ['zh-CN', 'en'] as const;
export type Language = (typeof languages)[number];

void i18next.use(initReactI18next).init({
  lng: 'zh-CN', fallbackLng: false, supportedLngs: [...languages], resources: {}, interpolation: { escapeValue: false },
  initAsync: false, returnNull: false, react: { useSuspense: false },
});

export const i18n = i18next;

type Words = Record<string, string>;
export type Texts<W extends Words = Words> = { readonly name: string; readonly 'zh-CN': W; readonly en: Record<keyof W, string> };
export type Say<W extends Words = Words> = (key: keyof W & string, values?: Record<string, string | number>) => string;

/**
 * Words of one feature in both languages; a key in only one of them does not compile, and a test reads them all.
 * `{{name}}` in a text is filled from the values given with the key.
 * @param name the feature folder's name, with the matter's behind it where there are several
 */
export function defineTexts<const W extends Words>(name: string, words: { 'zh-CN': W; en: Record<keyof W, string> }): Texts<W> {
  for (const language of languages) i18next.addResourceBundle(language, name, words[language], true, true);
  return { name, ...words };
}

/** The words of a feature in the person's language. */
export function useTexts<W extends Words>(texts: Texts<W>): Say<W> {
  const { t, i18n: current } = useTranslation(texts.name);
  const { language } = current;
  return useMemo<Say<W>>(() => {
    const words: W = texts[language === 'en' ? 'en' : 'zh-CN'] as W;
    // A text without anything to fill in is taken as it stands: asking i18next was a tenth of painting a call.
    return (key, values) => (values === undefined && words[key] !== undefined ? words[key] : String(t(key as never, { ...values, keySeparator: false, nsSeparator: false } as never)));
  }, [t, language, texts]);
}

/** `zh` or `en`: the key of bilingual values in cases and flows. */
export function useLang(): Lang {
  const { i18n: current } = useTranslation();
  return current.language === 'en' ? 'en' : 'zh';
}
