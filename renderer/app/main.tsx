import '@fontsource-variable/noto-sans-sc';
import './app.css';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { afterPaint, loadedAgain } from './first-paint.ts';
import { startPreferences } from './preferences.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

/** What the sign-in does without: the way to the desk process, what is heard from it, and the desktop itself. */
async function startRest(): Promise<void> {
  const [{ startFeeds }, { connectDesk }] = await Promise.all([import('./feeds.ts'), import('./desk.ts')]);
  startFeeds();
  connectDesk();
  void import('./signed-in.tsx');
}

function Program() {
  // Asking starts the desk process. The sign-in does without it; a page that was loaded again does not.
  useEffect(() => {
    if (loadedAgain()) void startRest();
    else afterPaint(() => void startRest());
  }, []);
  return <App />;
}

startPreferences(window.aidline.platform);
createRoot(root).render(<Program />);
