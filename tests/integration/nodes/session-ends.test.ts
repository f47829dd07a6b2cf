/** What ends a session, and what is good once, at one node: it holds at the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endOwnSessionDigest } from '#shared/protocol/signature.ts';
import type { RunningCentre } from '../../../server/start-centre.ts';
import { byTwo, newcomer } from '../administration/centre-acts.ts';
import { Cluster } from '../postgres/cluster.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { comeBack, Knock, responseOf, settingsFile } from '../sign-on/knock.ts';
import { RealProvider, SmallBrowser } from '../sign-on/real-provider.ts';
import { startNodes } from './start-nodes.ts';

const data = mkdtempSync(join(tmpdir(), 'aidline-ends-'));
const desktops: RawDesktop[] = [];
/** What the provider tells of sign-outs, held here until a test hands it to a node. */
const told: string[] = [];
let mailbox: Server;
let heard = (): void => undefined;
let cluster: Cluster;
let database: string;
let provider: RealProvider;
let here: RunningCentre;
let there: RunningCentre;

beforeAll(async () => {
  cluster = await Cluster.start({ max_connections: '120' });
  mailbox = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      told.push(body);
      response.end();
      heard();
    });
  });
  await new Promise<void>((resolve) => mailbox.listen(0, '127.0.0.1', resolve));
  const back = `http://127.0.0.1:${(mailbox.address() as AddressInfo).port}/`;
  provider = await RealProvider.start({ accounts: [{ sub: 'u-lin' }], backChannelLogout: back });
  database = await cluster.database();
  [here, there] = (await startNodes(cluster.url(database), data, [null, null], ['--oidc', settingsFile(provider.issuer)])) as [RunningCentre, RunningCentre];
  const [admin, admin2] = [await signedIn(here, 'admin'), await signedIn(here, 'admin2')];
  await byTwo(admin, admin2, { kind: 'add person', person: newcomer('lin', { signOn: { issuer: provider.issuer, claim: 'sub', value: 'u-lin' } }) });
}, 60_000);
afterAll(async () => {
  for (const desktop of desktops) desktop.close();
  await there.stop();
  await here.stop();
  await provider.stop();
  await new Promise((resolve) => mailbox.close(resolve));
  await cluster.dispose();
  rmSync(data, { recursive: true, force: true });
});

async function signedIn(at: RunningCentre, account: string): Promise<RawDesktop> {
  const desktop = await RawDesktop.signIn(at.url, account);
  desktops.push(desktop);
  return desktop;
}

/** The same session at another node, as a desktop has it that was moved, or whoever took all that it has. */
async function alsoAt(at: RunningCentre, { desktop, person, token, workstation, machineKey, personKey }: RawDesktop): Promise<RawDesktop> {
  const other = Object.assign(new RawDesktop(at.url, desktop), { person, token, workstation, machineKey, personKey });
  desktops.push(other);
  await other.connect();
  return other;
}

async function machine(at: RunningCentre): Promise<RawDesktop> {
  const desktop = new RawDesktop(at.url);
  await desktop.enrol('ws-ends');
  desktops.push(desktop);
  return desktop;
}

const sessionOf = ({ token }: RawDesktop): string => (decodeJwt(token)['session'] as { id: string }).id;
const tellNode = async (at: RunningCentre, body: string): Promise<number> =>
  (await fetch(`${at.url}/oidc/back-channel-logout`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body })).status;

it('[OF3] [TP12] who signs out at one node is out at the other, and their token opens neither', async () => {
  const agent = await signedIn(here, 'agent');
  const other = await alsoAt(there, agent);
  await agent.ask('end session', {});
  expect([await agent.dismissed(), await other.dismissed()]).toEqual(['session-over', 'session-over']);
  for (const one of [agent, other]) await expect(one.connect()).rejects.toThrow('session-over');
});

it('[OF3] [TP12] where no word of it comes, the other node finds it by looking, within seconds', async () => {
  const agent = await signedIn(there, 'agent2');
  const since = performance.now();
  await cluster.sql(database, `INSERT INTO aidline.session_ends (key, at) VALUES ('session ${sessionOf(agent)}', '2026-11-23T02:00:00.000Z')`);
  expect(await agent.dismissed()).toBe('session-over');
  expect(performance.now() - since).toBeLessThan(5_000);
});

it('[OF3] [TP12] a sign-out at the provider, told to one node, ends the session at the other, and is told to either once', async () => {
  const browser = new SmallBrowser();
  const desktop = await machine(there);
  const knock = await Knock.begun(there.url, desktop);
  const { answer, code } = await knock.answer(responseOf(await browser.signIn(knock.url, 'u-lin')));
  if (answer === null) throw new Error(code);
  expect(await comeBack(there.url, desktop, answer.comeBack)).toBe('ok');
  await desktop.connect();
  const came = new Promise<void>((resolve) => void (heard = resolve));
  await browser.signOut(there.centre.signOn!.logoutUrl()!);
  await came;
  expect(await tellNode(here, told[0]!)).toBe(200);
  expect(await desktop.dismissed()).toBe('sign-on-ended');
  expect(await comeBack(there.url, desktop, answer.comeBack)).toBe('sign-on-ended');
  expect([await tellNode(there, told[0]!), await tellNode(here, told[0]!)]).toEqual([400, 400]);
});

it('[OF3] [PR3] somebody ends another of their sessions at one node, and it is out at the other; its desktop is not brought back at either', async () => {
  const [mine, lost] = [await signedIn(here, 'mentor'), await signedIn(there, 'mentor')];
  const { session } = (await mine.ask('own sessions', {})).find((one) => !one.here)!;
  expect(session).toBe(sessionOf(lost));
  await mine.ask('end own session', { session, signed: mine.signed('end-session', endOwnSessionDigest({ person: mine.person, session })) as never });
  expect(await lost.dismissed()).toBe('session-ended');
  for (const at of [here, there]) {
    lost.url = at.url;
    await expect(lost.connect()).rejects.toThrow('session-ended');
  }
  expect((await mine.ask('own sessions', {})).map((one) => one.here)).toEqual([true]);
});

it('[TP7] an attempt that was begun at one node is finished at another, and at most once', async () => {
  const desktop = await machine(here);
  const [finished, spent] = [await Knock.begun(here.url, desktop), await Knock.begun(here.url, desktop)];
  finished.centre = there.url;
  expect((await finished.answer(responseOf(await new SmallBrowser().signIn(finished.url, 'u-lin')))).code).toBe('ok');
  // The code is not used yet: that the attempt is over, the other node knows from nobody but this one.
  const back = responseOf(await new SmallBrowser().signIn(spent.url, 'u-lin'));
  expect(await spent.answer({ ...back, state: 'x'.repeat(back.state.length) })).toMatchObject({ code: 'sign-on-answer-false', why: 'state' });
  spent.centre = there.url;
  expect((await spent.answer(back)).code).toBe('sign-on-code-over');
});
