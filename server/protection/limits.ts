/**
 * Every limit of the server's doors, in one place (RB1); docs/operations.md tells of them. Sizes of messages are part of the
 * protocol (`shared/protocol`). Meant for honest use to stay far below: a site of 1,500 seats may share one address.
 */

/** So many in a window of so many seconds; the window begins with the first. */
export type Rate = { points: number; seconds: number };

/** For each address: whoever has no session yet can knock, but not all day long. */
export const DOOR_RATES = {
  '/session': { points: 600, seconds: 60 },
  '/enrolment': { points: 60, seconds: 60 },
  '/passphrase': { points: 60, seconds: 60 },
  '/sign-on': { points: 600, seconds: 60 },
  '/sign-on/answer': { points: 600, seconds: 60 },
  '/session/again': { points: 1_200, seconds: 60 },
  '/oidc/back-channel-logout': { points: 600, seconds: 60 },
  '/spool': { points: 600, seconds: 60 },
  '/telephony/events': { points: 2_000, seconds: 10 },
} as const satisfies Record<string, Rate>;

/** What else is counted, and for whom. */
export const RATES = {
  /** For an address with an account: passphrases that were wrong; right ones are given back. */
  'sign-in': { points: 20, seconds: 3_600 },
  /** Connections begun: of an address, of a person, of a workstation. */
  'connect address': { points: 12_000, seconds: 60 },
  'connect person': { points: 120, seconds: 60 },
  'connect workstation': { points: 120, seconds: 60 },
  /** Messages of all desktops of a person, and of all at a workstation; one connection has a bound of its own. */
  'message person': { points: 6_000, seconds: 10 },
  'message workstation': { points: 6_000, seconds: 10 },
} as const satisfies Record<string, Rate>;
export type RateName = keyof typeof RATES;

/** Connections that stand at the same time: a person's at all nodes together, all others on one server. */
export type ConnectionBounds = {
  /** Desktops of a person: a few machines, and what a power cut left half open. */
  person: number;
  workstation: number;
  /** Websockets of an address, signed in or not. */
  address: number;
  /** Connections of any kind of an address, and of all. */
  rawAddress: number;
  rawAll: number;
  /** TLS handshakes of an address, and of all, that are not finished. */
  handshakesAddress: number;
  handshakesAll: number;
};
export const CONNECTIONS: ConnectionBounds = { person: 10, workstation: 10, address: 6_000, rawAddress: 8_000, rawAll: 20_000, handshakesAddress: 1_000, handshakesAll: 4_000 };

/** What holds at the desktops' door. */
export type DoorLimits = { connections: ConnectionBounds; rates: Record<RateName, Rate> };

/** What waits for a desktop beyond this costs it the connection: it does not read (RB1). */
export const MAX_WAITING_BYTES = 2 * 1024 * 1024;
/** Beyond this no more feed is put on top: four seconds of a line of 64 kbit/s, and less than a heartbeat waits for. */
export const FULL_BYTES = 32 * 1024;
/** Time in which a desktop that was cut off may still read why. */
export const LAST_WORDS_MS = 10_000;

/** A request's head, and a TLS handshake, have to be there by then; a body may come over a slow line. */
export const HEAD_MS = 10_000;
export const BODY_MS = 300_000;
