/** What the step in the middle hands to the panel that draws it. A panel is a component of these props and no others. */
import type { ComponentType } from 'react';
import type { CommandKind } from '#shared/case/commands.ts';
import type { FlowDefinition, FlowStep, Lang, PanelName } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import type { RunState, StepState } from '#shared/flow/run.ts';
import type { AskBody, AskKind, AskValue } from '#shared/protocol/asks.ts';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { CommandAnswer } from '#shared/protocol/desk-command.ts';
import type { SignedInPerson } from '#shared/protocol/session-view.ts';
import type { UnsignedBody } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';

/** `passphrase` is for what is signed with it typed just now; it goes no further than the desk process. */
export type CommandOptions = { passphrase?: string; id?: string; saidAt?: string; dependsOn?: string[]; urgent?: boolean; notAfterSeconds?: number };

/** Sends a command of this case. Resolves when it is on disk (SY1) or refused; a refusal is also shown above the step. */
export type SendCommand = <K extends CommandKind>(kind: K, body: UnsignedBody<K>, options?: CommandOptions) => Promise<DeskReply<CommandAnswer>>;

/** Asks the centre now; stored nowhere. Refused as `offline` without a connection. */
export type AskCentre = <K extends AskKind>(kind: K, body: AskBody<K>) => Promise<DeskReply<AskValue<K>>>;

export type StepPanelProps = {
  /** The case: confirmed events with this desktop's pending commands on top, and the marks of those commands. */
  view: TypedCase;
  run: RunState;
  definition: FlowDefinition;
  step: FlowStep;
  /** Where this step stands in the run. */
  stepState: StepState;
  /** A step that was passed and is only looked at: nothing may be changed without going back. */
  readOnly: boolean;
  facts: FactTree;
  lang: Lang;
  me: SignedInPerson;
  /** The call that is on for this case, or null. */
  callId: string | null;
  /** Seconds into the recording of that call, from its timer; null without a call. */
  offset: () => number | null;
  /** The server's clock as known here, ISO UTC. */
  now: () => string;
  /** A fresh UUIDv7. */
  newId: () => string;
  command: SendCommand;
  ask: AskCentre;
  /** Passes the step (Ctrl+Enter, [下一步]). */
  passStep: () => Promise<boolean>;
};

export type StepPanel = ComponentType<StepPanelProps>;

/**
 * What the frame around a panel draws by itself. Speech is drawn by the frame unless said otherwise; a panel that draws fields or
 * ticks of its step itself says so here, and the frame leaves them out.
 */
export type PanelEntry = {
  panel: StepPanel;
  drawsFields?: boolean | readonly string[];
  drawsTicks?: boolean;
  /** Lines said item by item stand beside the items, in the panel. */
  drawsItems?: boolean;
  /** The panel says all of it itself. */
  drawsSpeech?: boolean;
  /** The panel has its own way on; [下一步] is not shown. */
  drawsNext?: boolean;
};

export type PanelTable = { readonly [P in PanelName]?: PanelEntry };
