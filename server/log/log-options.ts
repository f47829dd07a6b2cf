import type { BodySealer } from './body-sealer.ts';

/** What every event log is opened with. */
export type LogOptions = {
  /** The server's clock: the recorded time. */
  now: () => string;
  /** UUIDv7, for the epoch. */
  newId?: () => string;
  sealer?: BodySealer;
  /** Runs something once the present turn of the loop is over; the simulation has a loop of its own. */
  soon?: (run: () => void) => void;
  /** The present schema version of an event kind; 1 for all where absent. */
  schemaOf?: (kind: string) => number;
  /** A listener threw: its bug must not stop the log. */
  onListenerError?: (thrown: unknown) => void;
};
