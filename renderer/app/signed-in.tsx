import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';
import enUS from 'antd/es/locale/en_US.js';
import zhCN from 'antd/es/locale/zh_CN.js';
import { useMemo } from 'react';
import { antdTheme } from './antd-theme.ts';
import { usePreferences, wantsStillness } from './preferences.ts';
import Shell from './shell.tsx';

type Locale = NonNullable<ConfigProviderProps['locale']>;
/** Bundlers and Node differ in what a default import of these modules is. */
const localeOf = (module: Locale | { default: Locale }): Locale => ('locale' in module ? module : module.default);
const locales = { 'zh-CN': localeOf(zhCN), en: localeOf(enUS) };

/** The desktop in the person's language and theme. */
export default function SignedIn() {
  const language = usePreferences((held) => held.language);
  const mode = usePreferences((held) => held.mode);
  const theme = useMemo(() => antdTheme(mode, wantsStillness()), [mode]);
  return (
    <ConfigProvider theme={theme} locale={locales[language]} button={{ autoInsertSpace: false }} componentSize="middle">
      <AntApp component={false}><Shell /></AntApp>
    </ConfigProvider>
  );
}
