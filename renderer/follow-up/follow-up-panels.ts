/** The panels after the booking, for the list of panels. */
import type { PanelTable } from '../flow/step-panel.ts';
import { FollowUpPanel, PostingPanel } from './posting-panel.tsx';

export const followUpPanels: PanelTable = {
  posting: { panel: PostingPanel },
  followUp: { panel: FollowUpPanel },
};
