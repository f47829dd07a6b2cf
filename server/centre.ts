import type { Calendar } from '#shared/calendar/calendar.ts';
import type { DecideContext, Site } from '#shared/case/context.ts';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { FlowPolicy } from '#shared/flow/policy.ts';
import type { Light } from '#shared/protocol/live.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Logger } from 'pino';
import type { Bank } from './bank/bank.ts';
import type { CaseStore } from './cases/case-store.ts';
import type { OpenCases } from './cases/open-cases.ts';
import type { Clock } from './clock/clock.ts';
import type { DesktopOwners } from './gateway/desktop-owners.ts';
import type { LiveHub } from './gateway/live-hub.ts';
import type { EventLog } from './log/log.ts';
import type { Sealing } from './log/sealing/sealing.ts';
import type { AgentStates } from './people/agent-states.ts';
import type { Administration } from './administration/administration.ts';
import type { Workstations } from './administration/workstations.ts';
import type { Credentials } from './people/credentials.ts';
import type { OwnSessions } from './people/own-sessions.ts';
import type { People } from './people/people.ts';
import type { SessionEnds } from './people/session-ends.ts';
import type { Tokens } from './people/tokens.ts';
import type { RecoveryBook } from './recovery/recovery-book.ts';
import type { OnDuty } from './nodes/on-duty.ts';
import type { Offers } from './reviews/offers.ts';
import type { SignOn } from './sign-on/sign-on.ts';
import type { SpoolKeys } from './spool/spool-keys.ts';
import type { LateWorkTray } from './spool/tray.ts';
import type { Traces } from './traces/traces.ts';

/** What the server publishes for everyone to decide by. */
export type PublishedRules = {
  version: string;
  flows: readonly { definition: FlowDefinition; publication: 'inForce' | 'retired' | 'recalled' }[];
  flowPolicy: FlowPolicy;
  control: ControlPolicy;
  calendar: Calendar;
  site: Site;
  /** Days for which a desktop keeps customers nobody works on (PR6), minutes without input after which it locks. */
  desk?: { keepDays: number; lockMinutes?: number };
};

/** The parts that the rooms of the server share: handed over, never reached for. */
export type Centre = {
  clock: Clock;
  /** A new UUIDv7. */
  newId: () => string;
  log: EventLog;
  /** Keys of the stored bodies: erasure and legal holds (PR7). */
  sealing: Sealing;
  cases: CaseStore;
  open: OpenCases;
  people: People;
  credentials: Credentials;
  /** Whose each desktop is (SY2). */
  desktops: DesktopOwners;
  administration: Administration;
  workstations: Workstations;
  /** Of several nodes of the centre one carries its calls and its orders to the bank. */
  duty: OnDuty;
  /** Whether a desktop of this person is connected now, at whichever node. */
  online: (person: string) => boolean;
  tokens: Tokens;
  /** Sessions that ended before their tokens; absent where none can. */
  sessionEnds?: SessionEnds;
  /** Whom somebody may end elsewhere; absent where none can. */
  ownSessions?: OwnSessions;
  /** Single sign-on; null where there is no identity provider. */
  signOn?: SignOn | null;
  /** What workstations seal unsent work to (SY10). */
  spoolKeys: SpoolKeys;
  /** Unsent work whose author could not send it any more: the leads' tray. */
  lateWork: LateWorkTray;
  bank: Bank;
  /** SY9: whether the log was restored and the bank has not told of the lost time yet; absent where the log cannot have been. */
  recovering?: () => boolean;
  /** Bookings of lost times, by whose ledger they are in. */
  recoveryBook?: RecoveryBook;
  rules: PublishedRules;
  live: LiveHub;
  agents: AgentStates;
  /** Who is offered which review now. */
  offers: Offers;
  lights: { core: Light; phones: Light };
  /** Absent where no traces are wanted. */
  traces?: Traces;
  logger: Logger;
};

/** The published flow of a version, as `decide` asks for it. */
export const flowOf = (rules: PublishedRules): DecideContext['flow'] => (id, version) =>
  rules.flows.find(({ definition }) => definition.id === id && definition.version === version) ?? null;
