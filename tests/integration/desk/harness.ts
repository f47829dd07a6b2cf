import { afterEach } from 'vitest';
import { v7 } from 'uuid';
import type { DeskParts } from '../../../electron/desk/create-desk.ts';
import { Enrolment } from '../../../electron/desk/signing/enrolment.ts';
import type { Signer } from '../../../electron/desk/signing/signer.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import type { CaseView } from '../../../shared/protocol/case-view.ts';
import { runDesk, tempFolder, untilView, type Running } from '../../unit/desk/test-desk.ts';
import type { Notes } from '../../unit/desk/small-logic.ts';
import { PERSON, TestServer } from './test-server.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export async function aServer(): Promise<TestServer> {
  const server = new TestServer();
  await server.start();
  cleanUps.push(() => server.stop());
  return server;
}

export function aFolder(): string {
  const folder = tempFolder();
  cleanUps.push(folder.remove);
  return folder.path;
}

export function aDesk(root: string, parts: Partial<DeskParts> = {}): Running {
  const running = runDesk({ root, connect: connectSocket, signInOverHttp, ...parts });
  cleanUps.push(running.close);
  return running;
}

/** A machine that the server has enrolled, with its key open. */
export async function anEnrolledMachine(server: TestServer): Promise<{ workstationId: string; workstation: Signer }> {
  const enrolment = new Enrolment(aFolder());
  const answer = await enrolment.ask(server.url, { name: 'ws', site: 'here', code: null });
  const known = enrolment.known(server.url);
  if ('refusal' in answer || typeof known === 'string') throw new Error('not enrolled');
  const secret = [...server.machines.values()].find((one) => one.id === answer.workstation)?.secret ?? '';
  const workstation = enrolment.open(server.url, known.file, secret);
  if (workstation === null) throw new Error('the key does not open');
  return { workstationId: answer.workstation, workstation };
}

/** Answers when the person's key is open as well, or known not to open: nobody else waits for that. */
export async function signInto({ client }: Running, server: string, password = 'correct horse', oldPassword?: string) {
  const answer = await client.calls.signIn({ account: PERSON.account, password, server, ...(oldPassword === undefined ? {} : { oldPassword }) });
  if (!answer.ok) return answer;
  return { ...answer, value: await untilView(client, 'session', {}, (view) => view.status === 'signed-in' && view.key !== 'opening') };
}

/** A desk signed in and in step. */
export async function aSignedInDesk(server: TestServer, root = aFolder(), parts: Partial<DeskParts> = {}): Promise<Running> {
  const running = aDesk(root, parts);
  const answer = await signInto(running, server.url);
  if (!answer.ok) throw new Error(`sign-in refused: ${answer.refusal.code}`);
  await inStep(running);
  return running;
}

/** Connected, nothing unsent, the feed read to its end. */
export const inStep = (running: Running) =>
  untilView(running.client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp);

export async function give(running: Running, caseId: string, kind: string, body: unknown, more: object = {}): Promise<string> {
  const answer = await running.client.calls.command({ kind, case: caseId, body, ...more });
  if (!answer.ok) throw new Error(`refused here: ${answer.refusal.code}`);
  return answer.value.commandId;
}

export async function openCase(running: Running): Promise<string> {
  const caseId = v7();
  await give(running, caseId, 'open case', {});
  return caseId;
}

export const write = (running: Running, caseId: string, text: string, more: object = {}) => give(running, caseId, 'write note', { text }, more);

export const notesOf = (view: CaseView | null): string[] => ((view?.state ?? null) as Notes | null)?.notes ?? [];
export const looksOf = (view: CaseView | null): string[] => (view?.marks ?? []).map((mark) => mark.look);

export const untilCase = (running: Running, caseId: string, fits: (view: CaseView | null) => boolean) =>
  untilView(running.client, 'case', { case: caseId }, fits);
