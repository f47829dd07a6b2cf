import './person-switches.css';
import { useTexts } from './i18n.ts';
import { setLanguage, setMode, usePreferences } from './preferences.ts';
import { appTexts } from './texts.ts';

/** 中文/English and day/night. Plain buttons: the sign-in, which has them too, does without Ant Design. */
export function Switches() {
  const t = useTexts(appTexts);
  const { language, mode } = usePreferences();
  return (
    <span className="row bar-switches" style={{ gap: 2 }}>
      <button type="button" className="bar-switch" data-testid="switch-language" onClick={() => setLanguage(language === 'en' ? 'zh-CN' : 'en')}>
        {language === 'en' ? '中文' : 'English'}
      </button>
      <button type="button" className="bar-switch" data-testid="switch-mode" title={t(mode === 'dark' ? 'mode.toLight' : 'mode.toDark')} onClick={() => setMode(mode === 'dark' ? 'light' : 'dark')}>
        {mode === 'dark' ? `☾ ${t('mode.night')}` : `☀ ${t('mode.day')}`}
      </button>
    </span>
  );
}
