/**
 * A call with notes, half typed drafts and a card number read out, on a real desktop; then the desktop is killed in the middle
 * of it. Nothing of a customer lies on any disk in clear: profile, spool, temporary files, the server's data and words.
 */
import { readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, removeFolder } from '../../../build/launch.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { filesUnder, inClear } from '../harness/clear-text.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { ordinaryUser } from '../harness/own-start.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { answerCallOf } from '../story/caller.ts';
import { Hands } from '../story/hands.ts';

const CUSTOMER = 'cust-story-settle';
const NOTE = '客户说下周三以后方便接电话 unmistakable-note';
const DRAFT = '她在医院陪护 unmistakable-draft。';
/** Of a test range, as it is read out: whole in a note, half in what is still being typed. */
const CARD = '4000001234567899';
const HALF = '400000123456';

const began = Date.now();
const centre = new CentreProcess();
let floor: Floor;
let profile: string;
let desktop: Desktop;
let agent: Hands;

const open = async (): Promise<void> => {
  desktop = await floor.desktop({ server: centre.url, as: 'agent', profile });
  agent = new Hands(desktop);
};

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open(), centre.start()]);
  profile = makeFolder('in-clear', true);
  await open();
});
beforeEach(() => pictureOnFailure(() => ({ agent: agent.page })));
afterAll(async () => {
  await floor?.close();
  if (profile) removeFolder(profile);
  await centre.stop();
});

/** What the demo bank knows of the caller: it is the bank's own disk, which is none of ours. */
function ofTheCustomer(): string[] {
  const bank = new Database(join(centre.data, 'bank', 'demo-bank.sqlite'), { readonly: true });
  const person = bank.prepare('select surname || given as name, id_number, phone from customer where id = ?').get(CUSTOMER) as { name: string; id_number: string; phone: string };
  const cards = bank.prepare('select number from card join account on account.id = card.account where account.customer = ?').pluck().all(CUSTOMER) as string[];
  const merchants = bank.prepare('select distinct merchant from plan join account on account.id = plan.account where account.customer = ?').pluck().all(CUSTOMER) as string[];
  bank.close();
  return [person.name, person.id_number, person.phone, ...cards, ...merchants];
}
const texts = (): string[] => [...ofTheCustomer(), NOTE, 'unmistakable-note', DRAFT, 'unmistakable-draft', CARD, HALF];

/** All that a desktop may have written: its profile, its user's home, temporary files of its user. */
function ofTheDesktop(): string[] {
  const user = ordinaryUser();
  const uid = user?.uid ?? process.getuid?.() ?? 0;
  const temporary = readdirSync(tmpdir()).map((name) => join(tmpdir(), name)).filter((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && found.uid === uid && found.mtimeMs >= began && path !== profile;
  });
  return [
    ...filesUnder(profile),
    ...(user === null ? [] : filesUnder(user.home, began)),
    ...temporary.flatMap((path) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? filesUnder(path, began) : [path])),
  ];
}

describe('[PR1] [PR2] nothing of a customer lies on a disk in clear', () => {
  it('the search finds it where it does', () => {
    expect(inClear(filesUnder(join(centre.data, 'bank')), ofTheCustomer()).length).toBeGreaterThanOrEqual(ofTheCustomer().length);
  });

  it('while somebody works, with a note, a draft, and a card number typed to its middle', async () => {
    await agent.signIn('agent');
    await agent.click('go-available');
    await answerCallOf(agent, centre, { customerId: CUSTOMER, intent: 'early-settlement' });
    await agent.see('plans-total');
    await agent.type('note-text', `${NOTE}，卡号${CARD}，请核`);
    await agent.click('note-add');
    await expect.poll(() => agent.at('note-text').inputValue()).toBe('');
    await agent.type('note-text', `${DRAFT}卡号${HALF}`);
    await agent.page.getByTestId('note-draft').waitFor();
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent'), { timeout: 30_000 }).toBe('0');
    expect(ofTheDesktop().some((file) => file.endsWith('desk.db-wal'))).toBe(true);
    expect(inClear(ofTheDesktop(), [...texts(), 'aidline-demo'])).toEqual([]);
  });

  it('after it was killed in the middle, with work that the server has not', async () => {
    await centre.kill();
    await agent.type('note-text', `${DRAFT}又打来一次，卡号${CARD}。`);
    await agent.click('note-add');
    await expect.poll(() => agent.at('note-text').inputValue()).toBe('');
    await agent.type('note-text', `${DRAFT}卡号${CARD.slice(0, 15)}`);
    await agent.page.getByTestId('note-draft').waitFor();
    await desktop.kill();
    expect(filesUnder(join(profile, 'desk')).some((file) => file.includes('spool'))).toBe(true);
    expect(inClear(ofTheDesktop(), [...texts(), 'aidline-demo'])).toEqual([]);
    expect(desktop.said).not.toContain('unmistakable');
  });

  it('and after it was opened again, signed in and closed; nor on the server’s disk, nor in its words', async () => {
    await centre.start();
    await open();
    await agent.signIn('agent');
    await expect.poll(() => agent.at('unsent').getAttribute('data-unsent'), { timeout: 30_000 }).toBe('0');
    await desktop.app.close();
    expect(inClear(ofTheDesktop(), [...texts(), 'aidline-demo'])).toEqual([]);
    await centre.end();
    const theirs = filesUnder(centre.data).filter((file) => !file.startsWith(join(centre.data, 'bank')));
    expect(theirs.length).toBeGreaterThan(3);
    expect(inClear(theirs, texts())).toEqual([]);
    for (const text of texts()) expect(centre.said).not.toContain(text);
  });
});
