import type { DoorLimits } from '../../../server/protection/limits.ts';

const MANY = { points: 1_000_000, seconds: 60 };

/** For stages on which thousands of desktops are one person at one machine: what a real person is held to would stop them. */
export const MANY_AS_ONE: { connections: Partial<DoorLimits['connections']>; rates: Partial<DoorLimits['rates']> } = {
  connections: { person: 100_000, workstation: 100_000, address: 100_000, rawAddress: 100_000 },
  rates: { 'connect address': MANY, 'connect person': MANY, 'connect workstation': MANY, 'message person': MANY, 'message workstation': MANY },
};
