import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';
import enUS from 'antd/es/locale/en_US.js';
import zhCN from 'antd/es/locale/zh_CN.js';
import { lazy, Suspense, useMemo } from 'react';
import { SignIn } from '../sign-in/sign-in.tsx';
import { loadedAgain } from './first-paint.ts';
import { usePreferences, wantsStillness } from './preferences.ts';
import { useSession } from './stores/session.ts';
import { antdTheme } from './theme.ts';

type Locale = NonNullable<ConfigProviderProps['locale']>;
/** Bundlers and Node differ in what a default import of these modules is. */
const localeOf = (module: Locale | { default: Locale }): Locale => ('locale' in module ? module : module.default);
const locales = { 'zh-CN': localeOf(zhCN), en: localeOf(enUS) };

const Shell = lazy(() => import('./shell.tsx'));

/** A program just started has nobody signed in. Otherwise nothing is drawn until the desk process says: no flash of the wrong screen. */
function Screen() {
  const status = useSession(({ session }) => session?.status ?? null);
  if (status === null && loadedAgain()) return <div className="starting" data-testid="starting" aria-busy="true" />;
  return status === 'signed-in' ? <Suspense fallback={<div className="starting" aria-busy="true" />}><Shell /></Suspense> : <SignIn />;
}

export function App() {
  const language = usePreferences((held) => held.language);
  const mode = usePreferences((held) => held.mode);
  const theme = useMemo(() => antdTheme(mode, wantsStillness()), [mode]);
  return (
    <ConfigProvider theme={theme} locale={locales[language]} button={{ autoInsertSpace: false }} componentSize="middle">
      <AntApp component={false}>
        <Screen />
      </AntApp>
    </ConfigProvider>
  );
}
