import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import type { CaseView } from '#shared/protocol/case-view.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { spoolOverHttp } from '../../../electron/desk/spool/spool-over-http.ts';
import { WorkstationFile } from '../../../electron/desk/signing/workstation-key.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { LinkLost, type Connect, type Link } from '../../../electron/desk/sync/link.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { demoPeople, DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre, type RunningCentre } from '../../../server/start-centre.ts';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, inStep } from './harness.ts';

export { DEMO_PASSWORD };
export const personOf = (account: string) => demoPeople.find((person) => person.account === account)!;

/** A real centre in this process, on real time, without calls of its own. */
export async function aCentre(): Promise<{ running: RunningCentre; url: string; stop(): Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), 'aidline-spool-'));
  const running = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--log-level', 'error']));
  return {
    running, url: running.url,
    stop: async () => {
      await running.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The way from a machine to the centre, that a test cuts and mends. */
export class Line {
  #down = false;
  readonly #open = new Set<() => void>();
  /** How many times rows were handed over. */
  posts = 0;

  cut(): void {
    this.#down = true;
    for (const end of this.#open) end();
  }

  mend(): void {
    this.#down = false;
  }

  readonly connect: Connect = (server, hello, handlers) => {
    if (this.#down) {
      queueMicrotask(() => handlers.down(null));
      return { request: () => Promise.reject(new LinkLost()), close: () => {} };
    }
    let link: Link | null = null;
    const end = (): void => {
      this.#open.delete(end);
      link?.close();
      handlers.down(null);
    };
    this.#open.add(end);
    link = connectSocket(server, hello, {
      ...handlers,
      down: (refusal) => {
        if (this.#open.delete(end)) handlers.down(refusal);
      },
    });
    const real = link;
    return {
      request: (kind, body) => real.request(kind, body),
      close: () => {
        this.#open.delete(end);
        real.close();
      },
    };
  };

  readonly parts = {
    logic: domainLogic,
    connect: this.connect,
    signInOverHttp: ((server, request) => (this.#down ? Promise.resolve({ status: 'unreachable' }) : signInOverHttp(server, request))) as typeof signInOverHttp,
    postSpool: ((server, request) => {
      if (this.#down) return Promise.resolve(null);
      this.posts += 1;
      return spoolOverHttp(server, request);
    }) as typeof spoolOverHttp,
  };
}

/** A desk of this machine with nobody signed in. */
export const deskAt = (root: string, line: Line): Running => aDesk(root, line.parts);

export async function signIn(desk: Running, url: string, account: string): Promise<void> {
  const answer = await desk.client.calls.signIn({ account, password: DEMO_PASSWORD, server: url });
  if (!answer.ok) throw new Error(`${account} was not let in: ${answer.refusal.code}`);
}

/** Signed in and in step with the centre, with what others left at the machine delivered. */
export async function present(root: string, line: Line, url: string, account: string): Promise<Running> {
  const desk = deskAt(root, line);
  await signIn(desk, url, account);
  await inStep(desk);
  await untilView(desk.client, 'sync', {}, (view) => view.spooled === 0);
  // Asked for beside the feed: nothing can be decided before they are here.
  await untilView(desk.client, 'rules', {}, (rules) => rules !== null);
  return desk;
}

export async function command(desk: Running, kind: string, caseId: string, body: unknown): Promise<string> {
  const answer = await desk.client.calls.command({ kind, case: caseId, body });
  if (!answer.ok) throw new Error(`${kind} was refused here: ${answer.refusal.code}`);
  return answer.value.commandId;
}

export async function aCase(desk: Running): Promise<string> {
  const caseId = v7();
  await command(desk, 'open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  return caseId;
}

export const note = (desk: Running, caseId: string, text: string): Promise<string> => command(desk, 'write note', caseId, { noteId: v7(), text });

/** What the centre has of a case's notes. */
export const notesAt = async (running: RunningCentre, caseId: string): Promise<string[]> => (await running.centre.cases.load(caseId))?.notes.map(({ text }) => text) ?? [];
export const notesIn = (view: CaseView | null): string[] => ((view?.state ?? null) as CaseState | null)?.notes.map(({ text }) => text) ?? [];

export const trayOf = (running: RunningCentre, lead = 'lead'): LiveValue<'late-work'> =>
  (running.centre.live.all(personOf(lead).id).find(({ topic }) => topic === 'late-work')?.value ?? []) as LiveValue<'late-work'>;

/** Every audit entry of a kind. */
export const audited = async (running: RunningCentre, kind: string) => (await running.centre.log.auditAfter(0, 100_000)).filter((entry) => entry.kind === kind);

/** A lead in front of nothing disables somebody, or revokes a key, as an administrator does. */
export async function disable(running: RunningCentre, account: string): Promise<void> {
  const { administration } = running.centre;
  const personId = personOf(account).id;
  await administration.record((state) => (state.people[personId]!.person.active ? [{ kind: 'person disabled', body: { personId, by: personOf('risk').id, reason: 'a test' } }] : []));
}

/** As a person's key, or a machine, is revoked at the centre. */
export async function revoke(running: RunningCentre, what: { keyOf: string } | { workstation: string }): Promise<void> {
  const by = personOf('risk').id;
  await running.centre.administration.record((state) => {
    if ('workstation' in what) return [{ kind: 'workstation revoked', body: { workstationId: what.workstation, by, reason: 'a test' } }];
    const personId = personOf(what.keyOf).id;
    return state.people[personId]!.keys.filter(({ revokedAt }) => revokedAt === null).map(({ keyId }) => ({ kind: 'key revoked' as const, body: { personId, keyId, by, reason: 'a test' } }));
  });
}

/** The id under which a machine's root is enrolled. */
export function machineOf(root: string): string {
  const name = readdirSync(root).find((one) => one.startsWith('workstation-') && one.endsWith('.json'))!;
  return WorkstationFile.parse(JSON.parse(readFileSync(join(root, name), 'utf8'))).workstation!;
}
