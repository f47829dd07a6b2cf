/** The real screens over the fake centre, for looking at: `?scene=…&lang=…&mode=…&role=…`. The scene is played by commands. */
import '@fontsource-variable/noto-sans-sc';
import '../../../renderer/app/app.css';
import { createRoot } from 'react-dom/client';
import type { Rules } from '#shared/protocol/rules.ts';
import { App } from '../../../renderer/app/app.tsx';
import { desk } from '../../../renderer/app/desk.ts';
import { startFeeds } from '../../../renderer/app/feeds.ts';
import { startPreferences } from '../../../renderer/app/preferences.ts';
import { fakeBridge } from '../setup/bridge.ts';
import { demoAnswers, demoCustomer } from '../setup/demo-customer.ts';
import { fakeCentre } from '../setup/fake-centre.ts';
import { play } from './scenes.ts';
import { personOf, playStory } from './story-scenes.ts';

declare const __RULES__: Rules;

const wanted = new URLSearchParams(location.search);
const scene = wanted.get('scene') ?? 'idle';
const sits = personOf(scene) ?? { person: '0190a0b0-0000-7000-8000-000000000002', role: (wanted.get('role') ?? 'agent') as 'agent' };
Object.assign(window, { aidline: fakeBridge({ language: (wanted.get('lang') ?? 'zh-CN') as 'en', theme: (wanted.get('mode') ?? 'light') as 'dark' }).bridge });
const centre = fakeCentre({
  rules: __RULES__, startAt: '2026-11-21T06:40:00.000Z', bank: (at) => demoCustomer(at), answers: demoAnswers,
  who: { person: sits.person, human: sits.person, role: sits.role, entitlements: { reviewLimitFen: {} }, workstation: 'ws-1', no: '3107', skills: ['es'], name: sits.role === 'agent' ? '林小满' : '周师' },
});
Object.assign(window, { centre });
startPreferences(window.aidline.platform);
startFeeds();
desk.attach(centre.port);
createRoot(document.getElementById('root')!).render(<App />);
setTimeout(() => playStory(centre, scene) || play(centre, scene), 300);
