/**
 * The server killed in the middle of the worksheet, then again in a call, and the desktop killed with work unsent: what
 * was typed and ticked is there, is marked for what it is, and reaches the centre once.
 */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';
import { firstCall } from '../story/largest-instalment.ts';

const centre = new CentreProcess();
let floor: Floor;
let desktop: Desktop;
let agent: Hands;

const open = async (profile?: string): Promise<void> => {
  desktop = await floor.desktop({ server: centre.url, as: 'agent', ...(profile === undefined ? {} : { profile }) });
  agent = new Hands(desktop);
};
const caseId = async (): Promise<string> => (await agent.at('flow').getAttribute('data-case-id')) ?? '';
/** 待同步 n, as the top bar has it. */
const unsent = async (): Promise<number> => Number(await agent.at('unsent').getAttribute('data-unsent'));
const untilUnsent = (n: number) => expect.poll(unsent, { timeout: 30_000 }).toBe(n);
const mark = async (): Promise<string | null> => agent.at('saved').locator('[data-look]').getAttribute('data-look');
const untilMark = (look: string) => expect.poll(mark, { timeout: 30_000 }).toBe(look);

type Logged = { kind: string; body: Record<string, unknown> };
/** All events of a case in the server's own log; the server is down while it is read. */
async function logged(stream: string): Promise<Logged[]> {
  const opened = await openSealedLog(centre.data, { now: () => new Date().toISOString(), newId: () => uuidv7() });
  if (!opened.ok) throw new Error(opened.error.text.en);
  const events = await opened.log.readCase(stream);
  await opened.log.close();
  return events.map(({ kind, body }) => ({ kind, body: body as Record<string, unknown> }));
}
const notesOf = (events: Logged[]): unknown[] => events.filter(({ kind }) => kind === 'note written').map(({ body }) => body['text']);
/** Each item that was ticked, as often as it was. */
const ticksOf = (events: Logged[]): string[] => events.filter(({ kind, body }) => kind === 'self-check ticked' && body['on'] === true).map(({ body }) => String(body['item']));

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open(), centre.start()]);
  await open();
  await agent.signIn('agent');
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

/** The server's time at its death, from which its clock goes on. */
let diedAt = '';
async function killServer(): Promise<void> {
  diedAt = await centre.serverTime();
  await centre.kill();
  await agent.becomes('light-centre', 'data-light', 'down');
}

describe('the server is killed in the middle of the worksheet', () => {
  let worksheetCase = '';

  it('[SY1] [SY8] she goes on; what she ticks and writes is kept here, and says so', async () => {
    await firstCall({ agent, centre }, (_name, play) => play());
    await agent.click('worksheet-draft');
    await agent.see('worksheet-table');
    await untilUnsent(0);
    await untilMark('confirmed');
    worksheetCase = await caseId();
    await killServer();
    for (const key of ['1', '2', '3', '4']) await agent.press(key);
    await agent.page.locator('[data-testid^="self-check-"][aria-checked="true"]').nth(3).waitFor();
    await agent.press('F7');
    await agent.page.keyboard.type('客户说下午三点以后方便接电话');
    await agent.click('note-add');
    await untilUnsent(5);
    await untilMark('saved-here');
    expect(await agent.text('unsent')).toContain('待同步 5');
    await agent.see('strip-centre');
  });

  it('[SY2] [SY8] all of it is received when the server is back, and the work goes on', async () => {
    await centre.start(diedAt);
    await agent.becomes('light-centre', 'data-light', 'ok', 40_000);
    await untilUnsent(0);
    await untilMark('confirmed');
    await agent.click('self-check');
    for (const key of ['5', '6', '7', '8']) await agent.press(key);
    await agent.see('self-check-done');
    await agent.next('ES-10');
    await untilUnsent(0);
  });

  it('[SY2] nothing is lost and nothing is there twice', async () => {
    await killServer();
    const events = await logged(worksheetCase);
    expect(notesOf(events)).toEqual(['客户说下午三点以后方便接电话']);
    const ticks = ticksOf(events);
    expect(ticks).toHaveLength(8);
    expect(new Set(ticks).size).toBe(8);
    await centre.start(diedAt);
    await agent.becomes('light-centre', 'data-light', 'ok', 40_000);
  });
});

describe('the desktop is killed in a call, with work unsent', () => {
  let callCase = '';

  it('[SY1] [OF3] signs in without the centre and finds the call, the case and every character', async () => {
    await agent.click('agent-state');
    await agent.click('state-available');
    await answerCallOf(agent, centre, { customerId: 'cust-story-small', intent: 'early-settlement' });
    await agent.see('plans-total');
    await agent.click('intent-early-settlement');
    await agent.onStep('ES-1');
    await untilUnsent(0);
    callCase = await caseId();
    await killServer();
    await agent.type('input-statedRequest', '想问问提前还清要多少钱');
    await agent.click('option-intent-settle_plan');
    await agent.type('note-text', '她在医院，声音小；记到一半');
    await agent.page.getByTestId('note-draft').waitFor();
    const before = await unsent();
    expect(before).toBeGreaterThanOrEqual(2);

    const { profile } = desktop;
    await desktop.kill();
    await open(profile);
    await agent.type('sign-in-account', 'agent');
    await agent.type('sign-in-password', 'aidline-demo');
    await agent.press('Enter');
    await agent.see('top-bar');
    await agent.onStep('ES-1');
    expect(await caseId()).toBe(callCase);
    expect(await agent.at('input-statedRequest').inputValue()).toBe('想问问提前还清要多少钱');
    expect(await agent.at('option-intent-settle_plan').isChecked()).toBe(true);
    await expect.poll(() => agent.at('note-text').inputValue()).toBe('她在医院，声音小；记到一半');
    expect(await unsent()).toBe(before);
    await agent.see('call-timer');
  });

  it('[SY2] sends it once when the centre is back', async () => {
    await agent.click('note-add');
    await centre.start(diedAt);
    await agent.becomes('light-centre', 'data-light', 'ok', 40_000);
    await untilUnsent(0);
    await untilMark('confirmed');
    await killServer();
    const events = await logged(callCase);
    expect(notesOf(events)).toEqual(['她在医院，声音小；记到一半']);
    const filled = events.filter(({ kind }) => kind === 'fields filled').map(({ body }) => body['values'] as Record<string, unknown>);
    expect(filled.filter((values) => 'statedRequest' in values).map((values) => values['statedRequest'])).toEqual(['想问问提前还清要多少钱']);
    expect(filled.filter((values) => values['intent'] === 'settle_plan')).toHaveLength(1);
  });
});
