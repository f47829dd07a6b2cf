/** Which component draws which panel. The only list: a panel that is not here shows speech, fields and ticks alone. */
import type { PanelTable } from './step-panel.ts';

/** Add a line `...operationPanels` for each feature folder that brings panels. */
export const panels: PanelTable = {};
