/** Which component draws which panel. The only list: a panel that is not here shows speech, fields and ticks alone. */
import { HandOverPanel, LeadPanel } from '../escalation/escalation-panels.tsx';
import { followUpPanels } from '../follow-up/follow-up-panels.ts';
import { operationPanels } from '../operation/operation-panels.ts';
import { stopPanels } from '../stop/stop-panels.ts';
import { BranchPanel } from './panels/branch-panel.tsx';
import { CallbackPanel } from './panels/callback-panel.tsx';
import { ClosingPanel } from './panels/closing-panel.tsx';
import { DialPanel } from './panels/dial-panel.tsx';
import { PlansPanel } from './panels/plans-panel.tsx';
import { PrerequisitesPanel } from './panels/prerequisites-panel.tsx';
import { RoutePanel } from './panels/route-panel.tsx';
import { RulePanel } from './panels/rule-panel.tsx';
import { RungsPanel } from './panels/rungs-panel.tsx';
import { VerifyPanel } from './panels/verify-panel.tsx';
import { WorkOrderPanel } from './panels/work-order-panel.tsx';
import type { PanelTable } from './step-panel.ts';

/** `listen`, `retention`, `intent`, `whichPassword`, `safety`, `linkedRisks` and `inform` are speech, fields and ticks alone. */
export const panels: PanelTable = {
  verify: { panel: VerifyPanel },
  plans: { panel: PlansPanel, drawsFields: ['selected'], drawsTicks: true, drawsItems: true },
  prerequisites: { panel: PrerequisitesPanel },
  route: { panel: RoutePanel },
  callback: { panel: CallbackPanel },
  dial: { panel: DialPanel },
  closing: { panel: ClosingPanel },
  rule: { panel: RulePanel },
  branch: { panel: BranchPanel, drawsFields: ['district', 'branchId'] },
  rungs: { panel: RungsPanel, drawsFields: ['rungs'], drawsSpeech: true },
  handOver: { panel: HandOverPanel },
  lead: { panel: LeadPanel },
  visit: { panel: WorkOrderPanel },
  workOrder: { panel: WorkOrderPanel },
  ...stopPanels,
  ...operationPanels,
  ...followUpPanels,
};
