import { v7 as uuidv7 } from 'uuid';
import type { AdministrationCommandKind } from '#shared/administration/administration-schema.ts';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import type { Person } from '#shared/people/person.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { RunningCentre } from '../../../server/start-centre.ts';
import type { RawDesktop, RawKey } from '../server/raw-desktop.ts';

/** 'ok', or the code of the refusal. */
export async function act(desktop: RawDesktop, kind: AdministrationCommandKind, body: object): Promise<string> {
  const answer = await desktop.tryAsk('administer', { kind, body });
  return answer.ok ? 'ok' : answer.refusal.code;
}

export type Proposed = { changeId: string; digest: string; change: Change };

export const proposed = (desktop: RawDesktop, change: Change, changeId = uuidv7()): Proposed => ({ changeId, change, digest: changeDigest({ changeId, proposer: desktop.person, change }) });

export const proposal = (desktop: RawDesktop, made: Proposed, keys: { person?: RawKey; machine?: RawKey } = {}): object =>
  ({ changeId: made.changeId, change: made.change, reason: 'a reason', signed: desktop.signed('order', made.digest, keys) });
export const approval = (desktop: RawDesktop, made: Proposed, keys: { person?: RawKey; machine?: RawKey } = {}): object =>
  ({ changeId: made.changeId, digest: made.digest, signed: desktop.signed('approval', made.digest, keys) });

export async function propose(desktop: RawDesktop, change: Change): Promise<Proposed> {
  const made = proposed(desktop, change);
  const code = await act(desktop, 'propose change', proposal(desktop, made));
  if (code !== 'ok') throw new Error(`${change.kind}: ${code}`);
  return made;
}

export const approve = (desktop: RawDesktop, made: Proposed): Promise<string> => act(desktop, 'approve change', approval(desktop, made));

/** Both of them; throws where either is refused. @returns the approver's half, or null */
export async function byTwo(one: RawDesktop, other: RawDesktop, change: Change): Promise<Proposed & { half: string | null }> {
  const made = await propose(one, change);
  const { half } = await other.ask('administer', { kind: 'approve change', body: approval(other, made) });
  return { ...made, half };
}

/** As whoever is at a keyboard would: the code of the refusal, or what came. */
export async function post(url: string, path: string, body: object): Promise<{ status: number; code: string; body: Record<string, unknown> }> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ protocol: PROTOCOL_VERSION, ...body }) });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, code: (answer['refusal'] as { code?: string } | undefined)?.code ?? 'ok', body: answer };
}

export const signInCode = async (url: string, account: string, password: string, at: RawDesktop): Promise<string> =>
  (await post(url, '/session', { account, password, workstation: at.workstation, desktop: uuidv7(), clockAt: new Date().toISOString() })).code;

/** Somebody who is not there yet. */
export function newcomer(account: string, more: Partial<Person> = {}): Person {
  const id = uuidv7();
  return { id, human: id, account, name: '新人', no: `7${account.length}`, role: 'agent', team: 'A', skills: ['general'], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: '2026-11-01T00:00:00.000Z', ...more };
}

export const personOf = ({ centre }: RunningCentre, account: string): Person => centre.people.byAccount(account)!;

/** Changes a person by two administrators. */
export const changePerson = (running: RunningCentre, one: RawDesktop, other: RawDesktop, account: string, more: Partial<Person>): Promise<unknown> =>
  byTwo(one, other, { kind: 'change person', person: { ...personOf(running, account), ...more } });
