import '@fontsource-variable/noto-sans-sc';
import './app.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectDesk } from './desk.ts';
import { startFeeds } from './feeds.ts';
import { afterPaint, loadedAgain } from './first-paint.ts';
import { startPreferences } from './preferences.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
startPreferences(window.aidline.platform);
startFeeds();
createRoot(root).render(<App />);
// Asking starts the desk process. The sign-in does without it; a page that was loaded again does not.
if (loadedAgain()) connectDesk();
else afterPaint(connectDesk);
