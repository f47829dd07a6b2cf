import { useTexts } from './i18n.ts';
import { useLive } from './stores/live.ts';
import { showView, usePlace } from './stores/place.ts';
import { useMe } from './stores/session.ts';
import { appTexts } from './texts.ts';
import type { ViewName } from './views.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Role } from '#shared/people/roles.ts';

/** Who has nothing to do there does not see it (PR3: the screens show no more than the one table lets them do). */
const entries: readonly { view: ViewName; icon: string; seen: (role: Role) => boolean }[] = [
  { view: 'workbench', icon: '☎', seen: (role) => mayDo(role, 'open case') },
  { view: 'review', icon: '✓', seen: (role) => mayDo(role, 'take review') },
  { view: 'cases', icon: '▤', seen: (role) => mayDo(role, 'open case') },
  { view: 'escalations', icon: '⇪', seen: (role) => mayDo(role, 'accept escalation') },
  { view: 'late-work', icon: '⇩', seen: (role) => mayDo(role, 'put away late work') },
  { view: 'quality', icon: '◎', seen: (role) => mayDo(role, 'close quality case') },
  { view: 'administration', icon: '⚙', seen: (role) => mayDo(role, 'propose change') || mayDo(role, 'review pairs') },
  { view: 'sync', icon: '⇅', seen: () => true },
];

/** The views this person may see, in the order of Alt+1, Alt+2, … */
export const viewsFor = (role: Role): ViewName[] =>
  entries.filter(({ seen }) => seen(role)).map(({ view }) => view);

/** Where this person's work is when they sit down: calls bring the workbench forward by themselves. */
export const firstView = (role: Role): ViewName => (role === 'mentor' ? 'review' : (viewsFor(role)[0] ?? 'sync'));

export function Navigation() {
  const t = useTexts(appTexts);
  const me = useMe();
  const view = usePlace((place) => place.view);
  const reviews = useLive('reviews')?.length ?? 0;
  const escalations = useLive('escalations')?.length ?? 0;
  const late = useLive('late-work')?.length ?? 0;
  const changes = useLive('administration')?.changes.filter((change) => change.status === 'waiting').length ?? 0;
  if (me === null) return null;
  const counts: Partial<Record<ViewName, number>> = { review: reviews, escalations, 'late-work': late, administration: changes };
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
