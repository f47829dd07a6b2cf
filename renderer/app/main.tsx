import '@fontsource-variable/noto-sans-sc';
import './app.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectDesk } from './desk.ts';
import { startFeeds } from './feeds.ts';
import { startPreferences } from './preferences.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
startPreferences(window.aidline.platform);
startFeeds();
connectDesk();
createRoot(root).render(<App />);
