/** The panels of an operation, from the worksheet to its outcome, for the list of panels. */
import type { PanelTable } from '../flow/step-panel.ts';
import { ConsentPanel } from './consent-panel.tsx';
import { DraftPanel } from './plain-panel.tsx';
import { ExecutePanel } from './execute-panel.tsx';
import { ReadBackPanel } from './read-back-panel.tsx';
import { SubmitPanel } from './submit-panel.tsx';
import { TypeInPanel } from './type-in-panel.tsx';
import { WorksheetPanel } from './worksheet-panel.tsx';

export const operationPanels: PanelTable = {
  worksheet: { panel: WorksheetPanel, drawsTicks: true, drawsItems: true },
  draftOperation: { panel: DraftPanel, drawsTicks: true },
  submitReview: { panel: SubmitPanel, drawsFields: true },
  review: { panel: SubmitPanel, drawsFields: true },
  readBack: { panel: ReadBackPanel, drawsTicks: true, drawsSpeech: true },
  consent: { panel: ConsentPanel, drawsTicks: true, drawsFields: true, drawsSpeech: true },
  typeIn: { panel: TypeInPanel, drawsFields: true },
  execute: { panel: ExecutePanel, drawsFields: true },
};
