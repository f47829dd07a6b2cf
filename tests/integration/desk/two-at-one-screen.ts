import { rmSync } from 'node:fs';
import { v7 } from 'uuid';
import type { CommandKind } from '#shared/case/commands.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { CaseView } from '#shared/protocol/case-view.ts';
import type { DeskParts } from '../../../electron/desk/create-desk.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { spoolOverHttp } from '../../../electron/desk/spool/spool-over-http.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { LinkLost, type LinkHandlers } from '../../../electron/desk/sync/link.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { demoPeople, DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { RunningCentre } from '../../../server/start-centre.ts';
import { approved } from '../../unit/case/path.ts';
import { CASE, MAKER, REVIEWER } from '../../unit/case/world.ts';
import type { Running } from '../../unit/desk/test-desk.ts';
import { startDemoCentre } from '../server/story.ts';
import { aDesk, aFolder, inStep, untilCase } from './harness.ts';

export const personOf = (account: string) => demoPeople.find((one) => one.account === account)!;

/** One workstation's line to the centre, which a test cuts. */
export class Line {
  up = true;
  readonly #open = new Map<LinkHandlers, () => void>();

  readonly parts: Pick<DeskParts, 'connect' | 'signInOverHttp' | 'postSpool'> = {
    connect: (server, hello, handlers) => {
      if (!this.up) {
        queueMicrotask(() => handlers.down(null));
        return { request: () => Promise.reject(new LinkLost()), close: () => undefined };
      }
      const link = connectSocket(server, hello, handlers);
      this.#open.set(handlers, () => link.close());
      return link;
    },
    signInOverHttp: (server, request) => (this.up ? signInOverHttp(server, request) : Promise.resolve({ status: 'unreachable' })),
    postSpool: (server, request) => (this.up ? spoolOverHttp(server, request) : Promise.resolve(null)),
  };

  cut(): void {
    this.up = false;
    for (const [handlers, close] of this.#open) {
      close();
      handlers.down(null);
    }
    this.#open.clear();
  }
}

export type AtOneScreen = { running: RunningCentre; root: string; line: Line; stop(): Promise<void> };

/** A centre, and one machine at which these have signed in today. */
export async function atOneScreen(accounts: readonly string[] = ['agent2', 'agent']): Promise<AtOneScreen> {
  const { running, data } = await startDemoCentre();
  const night = { running, root: aFolder(), line: new Line() };
  for (const account of accounts) {
    const desk = await signedIn(night, account);
    desk.close();
  }
  return { ...night, stop: async () => {
    await running.stop();
    rmSync(data, { recursive: true, force: true });
  } };
}

export async function signedIn(night: Pick<AtOneScreen, 'running' | 'root' | 'line'>, account: string, root = night.root): Promise<Running> {
  const desk = aDesk(root, { logic: domainLogic, ...night.line.parts });
  const answer = await desk.client.calls.signIn({ account, password: DEMO_PASSWORD, server: night.running.url });
  if (!answer.ok) throw new Error(`${account} was not signed in: ${answer.refusal.code}`);
  if (night.line.up) await inStep(desk);
  return desk;
}

export async function must(desk: Running, kind: CommandKind, caseId: string, body: object): Promise<string> {
  const answer = await desk.client.calls.command({ kind, case: caseId, body });
  if (!answer.ok) throw new Error(`${kind} was refused here: ${answer.refusal.code}`);
  return answer.value.commandId;
}

export async function openByHand(desk: Running): Promise<string> {
  const caseId = v7();
  await must(desk, 'open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  return caseId;
}

export const note = (desk: Running, caseId: string, text: string): Promise<string> => must(desk, 'write note', caseId, { noteId: v7(), text });
export const stateOf = (view: CaseView | null): CaseState => view?.state as CaseState;
export const notes = (state: CaseState | null): string[] => state?.notes.map((one) => one.text) ?? [];
export const shown = async (desk: Running, caseId: string): Promise<CaseState> => stateOf(await untilCase(desk, caseId, (view) => view !== null));

/** Puts a case with an approved settlement of this agent's, reviewed by the mentor, into the centre's log. */
export async function withApproval({ running: { centre } }: AtOneScreen, account: string): Promise<string> {
  const caseId = v7();
  const { events } = approved();
  const mapped = (value: unknown): string =>
    JSON.stringify(value).replaceAll(CASE, caseId).replaceAll(MAKER, personOf(account).id).replaceAll(REVIEWER, personOf('mentor').id);
  const written = events.map(({ kind, body, actor }) => JSON.parse(mapped({ kind, body, person: actor.person })) as { kind: string; body: unknown; person: string | null });
  for (const [index, { kind, body, person }] of written.entries()) {
    const [result] = await centre.log.append([{
      writes: [{
        stream: caseId as never, expectedVersion: index, events: [{ id: v7(), kind, body }], madeAt: centre.clock.now(), customer: null,
        actor: { kind: person === null ? 'server' : 'person', person, workstation: null },
      }],
      command: null, audit: [],
    }]);
    if (result?.status !== 'appended') throw new Error(`${kind} was not written: ${JSON.stringify(result)}`);
  }
  return caseId;
}

/** How often each kind of event stands in the case's log. */
export async function kinds({ running: { centre } }: AtOneScreen, caseId: string): Promise<Record<string, number>> {
  const count: Record<string, number> = {};
  for (const { envelope } of await centre.log.readStream(caseId as never, 1)) count[envelope.kind] = (count[envelope.kind] ?? 0) + 1;
  return count;
}
