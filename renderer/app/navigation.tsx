import { useTexts } from './i18n.ts';
import { useLive } from './stores/live.ts';
import { showView, usePlace } from './stores/place.ts';
import { useMe } from './stores/session.ts';
import { appTexts } from './texts.ts';
import type { ViewName } from './views.ts';
import type { Role } from '#shared/people/roles.ts';

const entries: readonly { view: ViewName; icon: string; roles?: readonly Role[] }[] = [
  { view: 'workbench', icon: '☎' },
  { view: 'review', icon: '✓', roles: ['mentor', 'lead'] },
  { view: 'cases', icon: '▤' },
  { view: 'escalations', icon: '⇪', roles: ['lead'] },
  { view: 'sync', icon: '⇅' },
];

/** The views this person may see, in the order of Alt+1, Alt+2, … */
export const viewsFor = (role: Role): ViewName[] =>
  entries.filter(({ roles }) => roles === undefined || roles.includes(role)).map(({ view }) => view);

export function Navigation() {
  const t = useTexts(appTexts);
  const me = useMe();
  const view = usePlace((place) => place.view);
  const reviews = useLive('reviews')?.length ?? 0;
  const escalations = useLive('escalations')?.length ?? 0;
  if (me === null) return null;
  const counts: Partial<Record<ViewName, number>> = { review: reviews, escalations };
  const shown = viewsFor(me.role);
  return (
    <nav className="navigation" aria-label={t('nav.label')}>
      {entries.filter((entry) => shown.includes(entry.view)).map((entry) => (
        <button key={entry.view} type="button" className={entry.view === view ? 'navigation-on' : ''} aria-current={entry.view === view ? 'page' : undefined} onClick={() => showView(entry.view)} data-testid={`nav-${entry.view}`} title={`Alt+${shown.indexOf(entry.view) + 1}`}>
          <span aria-hidden="true" className="navigation-icon">{entry.icon}</span>
          <span>{t(`nav.${entry.view}`)}</span>
          {(counts[entry.view] ?? 0) > 0 ? <span className="navigation-count">{counts[entry.view]}</span> : null}
        </button>
      ))}
    </nav>
  );
}
