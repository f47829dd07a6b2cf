import './administration.css';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { AdministrationView as Centre } from '#shared/administration/administration-view.ts';
import { mayDo, type Act } from '#shared/people/may.ts';
import { useTexts } from '../app/i18n.ts';
import { useMe } from '../app/stores/session.ts';
import type { Me } from './approval-view.ts';
import { useCentre } from './centre-doings.ts';
import { FlowsTab } from './flows-tab.tsx';
import { HalfCards } from './half-cards.tsx';
import { HoldTab } from './hold-tab.tsx';
import { useKept } from './kept.ts';
import { LostTab } from './lost-tab.tsx';
import { PairsTab } from './pairs-tab.tsx';
import { PeopleTab } from './people-tab.tsx';
import { PolicyTab } from './policy-tab.tsx';
import { StopTab } from './stop-tab.tsx';
import { administrationTexts } from './texts.ts';
import { WaitingTab } from './waiting-tab.tsx';
import { WorkstationsTab } from './workstations-tab.tsx';

type TabName = 'waiting' | 'people' | 'workstations' | 'policy' | 'flows' | 'stop' | 'hold' | 'pairs' | 'lost';
/** Of what the roles table lets somebody do, this opens the tab (PR3). */
const tabs: readonly { name: TabName; act: Act; draw: (view: Centre, me: Me) => ReactNode }[] = [
  { name: 'waiting', act: 'propose change', draw: (view, me) => <WaitingTab view={view} me={me} /> },
  { name: 'people', act: 'propose change', draw: (view, me) => <PeopleTab view={view} me={me} /> },
  { name: 'workstations', act: 'revoke workstation', draw: (view, me) => <WorkstationsTab view={view} me={me} /> },
  { name: 'policy', act: 'propose change', draw: (view, me) => <PolicyTab view={view} me={me} /> },
  { name: 'flows', act: 'propose change', draw: (view, me) => <FlowsTab view={view} me={me} /> },
  { name: 'stop', act: 'release kind', draw: (view, me) => <StopTab view={view} me={me} /> },
  { name: 'hold', act: 'set legal hold', draw: (view, me) => <HoldTab view={view} me={me} /> },
];

/** The centre itself: people, workstations, policy, flows, what is stopped, and the changes that wait for a second person (TP12, TP15). */
export default function AdministrationView() {
  const t = useTexts(administrationTexts);
  const me = useMe();
  const view = useCentre();
  const [open, setOpen] = useKept<TabName | null>('tab', null);
  if (me === null) return null;
  const mine = tabs.filter(({ act }) => mayDo(me.role, act));
  const waiting = view?.changes.filter((one) => one.status === 'waiting').length ?? 0;
  const items = [
    ...mine.map(({ name, draw }) => ({
      key: name, label: `${t(`tab.${name}`)}${name === 'waiting' && waiting > 0 ? ` ${waiting}` : ''}`,
      children: view === undefined ? <p className="tone-amber" role="status" data-testid="centre-not-heard">▲ {t('notHeard')}</p> : draw(view, me),
    })),
    ...(mayDo(me.role, 'review pairs') ? [{ key: 'pairs', label: t('tab.pairs'), children: <PairsTab /> }] : []),
    ...(mayDo(me.role, 'settle lost booking') ? [{ key: 'lost', label: t('tab.lost'), children: <LostTab /> }] : []),
  ];
  return (
    <div className="page ad-view" data-testid="administration">
      {view === undefined ? null : <HalfCards view={view} />}
      <Tabs aria-label={t('tabs')} activeKey={open ?? items[0]?.key ?? 'pairs'} onChange={(key) => setOpen(key as TabName)} items={items} destroyOnHidden />
    </div>
  );
}
