/**
 * A centre of as many people as have desktops, written by the server's own parts before it starts: whoever signs in costs a
 * passphrase's argon2, and five thousand of those are not what is measured. A person and a case for each desktop; ten desktops
 * share an enrolled machine, whose key each of them proves.
 */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { Person } from '#shared/people/person.ts';
import { Administration } from '../../../server/administration/administration.ts';
import { Workstations } from '../../../server/administration/workstations.ts';
import type { AppendItem } from '../../../server/log/log.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { openKept } from '../../../server/kept/open-kept.ts';
import { loadControl } from '../../../server/policy/load-control.ts';

const DESKTOPS_A_MACHINE = 10;
const AT_ONCE = 400;

/** What one desktop comes with; `watches` is somebody else's case that it may see. */
export type Seat = { person: string; desktop: string; workstation: string; /** PKCS#8 in PEM. */ machineKey: string; case: string; /** Of its numbers: another one counts from one again. */ incarnation: number };

type Wanted = { database: string | null; desktops: number; /** How many others see each case: the persons of the next seats. */ watchers: number };

/** @param data empty folder of a centre that was never started */
export async function foundCentre(data: string, { database, desktops, watchers }: Wanted): Promise<Seat[]> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const now = (): string => new Date().toISOString();
  const opened = await openSealedLog(data, { database, ring: null, ringSecret: '', now, newId: () => uuidv7() });
  if (!opened.ok) throw new Error(opened.error.code);
  const { log } = opened;
  const kept = openKept(data, database, opened.sealing.keys);
  try {
    const administration = new Administration(log, now);
    await administration.start();
    const people = Array.from({ length: desktops }, (_, n) => personOf(n));
    const policy = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
    await administration.record(() => [{ kind: 'centre founded', body: { how: 'demo', people, policy } }]);
    const workstations = new Workstations(kept.enrolments, administration, now, true);
    const machines: { workstation: string; key: string }[] = [];
    for (let n = 0; n * DESKTOPS_A_MACHINE < desktops; n += 1) machines.push(await enrol(workstations, n));
    const seats = people.map(({ id }, n) => ({ person: id, desktop: uuidv7(), workstation: machines[Math.floor(n / DESKTOPS_A_MACHINE)]!.workstation, machineKey: machines[Math.floor(n / DESKTOPS_A_MACHINE)]!.key, case: uuidv7(), incarnation: 1 }));
    const items = seats.map((seat, n) => opening(seat, Array.from({ length: watchers }, (_, next) => seats[(n + next + 1) % desktops]!.person), now()));
    for (let n = 0; n < items.length; n += AT_ONCE) {
      const failed = (await log.append(items.slice(n, n + AT_ONCE))).find(({ status }) => status !== 'appended');
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
    }
    return seats;
  } finally {
    await kept.close();
    await log.close();
  }
}

function personOf(n: number): Person {
  const id = uuidv7();
  // As in a centre: of twenty one leads, one is a mentor, the others take calls.
  const role = n % 20 === 0 ? 'lead' : n % 20 === 1 ? 'mentor' : 'agent';
  return {
    id, human: id, account: `agent-${n}`, name: `座席${n}`, no: String(10_000 + n), role, team: `T${n % 50}`, skills: ['general', 'es'], entitlements: { reviewLimitFen: {} },
    relatedCustomers: [], active: true, since: '2026-06-01T00:00:00.000Z',
  };
}

async function enrol(workstations: Workstations, n: number): Promise<{ workstation: string; key: string }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const answer = await workstations.ask({ protocol: 2, name: `ws-${n}`, site: 'bench', publicKey, secret: randomBytes(32).toString('base64'), code: null });
  if ('code' in answer) throw new Error(answer.code);
  return { workstation: answer.workstation, key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

function opening(seat: Seat, watchers: readonly string[], now: string): AppendItem {
  const event = (kind: string, body: unknown): EventDraft => ({ id: uuidv7(), kind, body });
  const events = [
    event('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }),
    event('access granted', { person: seat.person, as: 'owner' }),
    ...watchers.map((person) => event('access granted', { person, as: 'quality' })),
  ];
  const actor = { kind: 'person', person: seat.person, workstation: seat.workstation } as const;
  return { writes: [{ stream: seat.case as StreamId, expectedVersion: 0, events, actor, madeAt: now, customer: null }], command: null, audit: [] };
}

/** The same desktops, whose next commands are numbered from one again. */
export const counting = (seats: readonly Seat[], incarnation: number): Seat[] => seats.map((seat) => ({ ...seat, incarnation }));
