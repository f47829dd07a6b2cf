import { beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { Centre } from '../../../server/centre.ts';
import { ADMISSION } from '../../../server/gateway/admission.ts';
import type { Wire } from '../../../server/gateway/desk-connection.ts';
import { DeskDoor, type DoorParts } from '../../../server/gateway/desk-door.ts';
import { LiveHub } from '../../../server/gateway/live-hub.ts';

const id = (n: number): string => `0198b000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const hello = (n: number) => ({ protocol: PROTOCOL_VERSION, token: `t${n}`, workstation: id(1), desktop: id(100 + n), incarnation: 1, proof: Buffer.alloc(64).toString('base64') });
const settled = (): Promise<void> => new Promise(setImmediate);

let due: { ms: number; run: () => void }[];
let active: boolean;
let full: boolean;
let door: DeskDoor;
let live: LiveHub;
let arrived: () => void;

beforeEach(() => {
  [due, active, full, arrived] = [[], true, false, () => undefined];
  live = new LiveHub((person, message) => door.sendLive(person, message), 1_000);
  const person = () => ({ id: id(2), active });
  const centre = {
    log: { append: async () => [], onAppended: () => () => undefined },
    clock: { now: () => '2027-03-01T09:00:00.000Z' }, logger: { info: () => undefined, warn: () => undefined, error: (what: unknown) => expect.unreachable(JSON.stringify(what)) },
    tokens: { readSession: async (token: string) => ({ sub: id(2), desktop: id(100 + Number(token.slice(1))), workstation: id(1), exp: 1, centre: 0 }) },
    administration: { fresh: async () => undefined, state: { signedOut: {} } },
    workstations: { admit: () => ({ ok: true }), proves: () => true, refusal: () => null },
    people: { byId: person }, desktops: { claim: async () => true }, live,
  } as unknown as Centre;
  const guard: DoorParts['guard'] = { knock: async () => null, admit: async () => null, full: () => (full ? { code: 'too-many-desktops' } : null), entered: () => undefined, left: () => undefined, message: () => 0 };
  door = new DeskDoor({
    centre, feed: {} as DoorParts['feed'], events: { arrived: () => arrived(), left: () => undefined }, guard, elapsedMs: () => 0, after: (ms, run) => void due.push({ ms, run }),
    admission: { ...ADMISSION, turnMs: 7, aTurn: 1, urgentATurn: 1 },
  });
});
const turn = (): void => due.splice(0).filter(({ ms }) => ms === 7).forEach(({ run }) => run());

describe('the desktops\' door', () => {
  it.each([
    ['[TP8] [PR3] a person who was disabled', () => (active = false), 'person-disabled'],
    ['[RB1] one desktop too many of theirs', () => (full = true), 'too-many-desktops'],
    ['[RB1] anybody at a server that others are to take over from', () => void door.drain(async () => undefined), 'server-stopping'],
  ])('%s while they waited at the door is not let in', async (_who, happens, code) => {
    expect(await door.admit(hello(1))).toHaveProperty('seat');
    const waits = door.admit(hello(2));
    let told = false;
    void waits.then(() => (told = true));
    await settled();
    expect(told).toBe(false);
    happens();
    turn();
    expect(await waits).toEqual({ refusal: { code } });
  });

  it('[CT4] who comes is told each live value once, the newest, and of what its coming changes nothing before that', async () => {
    const sent: unknown[] = [];
    const wire: Wire = { send: (_name, message) => void sent.push(message), connected: () => true, close: () => undefined };
    live.set(id(2), 'lights', { core: 'ok', phones: 'ok' });
    live.set(id(2), 'clock', { serverAt: '2027-03-01T08:00:00.000Z', controllable: false });
    arrived = () => live.set(id(2), 'clock', { serverAt: '2027-03-01T09:00:00.000Z', controllable: false });
    const admitted = await door.admit(hello(1));
    if (!('seat' in admitted)) throw new Error('not let in');
    door.enter(admitted.seat, wire);
    expect(sent).toEqual([
      { topic: 'lights', version: 1_001, value: { core: 'ok', phones: 'ok' } },
      { topic: 'clock', version: 1_003, value: { serverAt: '2027-03-01T09:00:00.000Z', controllable: false } },
    ]);
    // Another of their desktops is told as ever, and so is this one from now on.
    live.set(id(2), 'lights', { core: 'down', phones: 'ok' });
    expect(sent).toHaveLength(3);
  });
});
