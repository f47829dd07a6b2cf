/**
 * The screens beside the workbench, each loaded when first shown. A feature folder that brings one adds its line
 * here; what is missing is not offered in the navigation. Views take no properties: they read the stores.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

export type ViewName = 'workbench' | 'review' | 'cases' | 'escalations' | 'sync';
type Screen = LazyExoticComponent<ComponentType>;

/** To be added by their folders: `review: lazy(() => import('../review/review-desk.tsx'))`, `cases: lazy(() => import('../follow-up/cases-view.tsx'))` (default exports). */
export const otherViews: { readonly [V in Exclude<ViewName, 'workbench'>]?: Screen } = {};

/** What stands in the bottom bar 今天; `today: lazy(() => import('../follow-up/today-bar.tsx'))`. */
export const bars: { readonly today?: Screen } = {};

export { lazy };
