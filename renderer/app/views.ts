/** The screens beside the workbench, each loaded when first shown. They take no properties: they read the stores. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

export type ViewName = 'workbench' | 'review' | 'cases' | 'escalations' | 'late-work' | 'quality' | 'administration' | 'sync';
type Screen = LazyExoticComponent<ComponentType>;

export const otherViews: { readonly [V in Exclude<ViewName, 'workbench'>]: Screen } = {
  review: lazy(() => import('../review/review-desk.tsx')),
  cases: lazy(() => import('../follow-up/cases-view.tsx')),
  escalations: lazy(() => import('../escalation/escalations-view.tsx')),
  'late-work': lazy(() => import('../spool/late-work-view.tsx')),
  quality: lazy(() => import('../quality/quality-view.tsx')),
  administration: lazy(() => import('../administration/administration-view.tsx')),
  sync: lazy(() => import('../sync/sync-view.tsx')),
};

/** What tells a reviewer, on any screen, that reviews wait. */
export const ReviewBell: Screen = lazy(() => import('../review/review-bell.tsx').then((module) => ({ default: module.ReviewBell })));

/** What stands in the bottom bar 今天. */
export const TodayItems: Screen = lazy(() => import('../follow-up/today-bar.tsx'));
