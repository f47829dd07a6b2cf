/** Unsent work that outlives its author (SY10), on real screens: a file of it carried to a lead, who sees what became of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Line, aCase, command, note, personOf, present } from '../../integration/desk/spool-stage.ts';
import { inStep } from '../../integration/desk/harness.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { Hands } from '../story/hands.ts';
import { looks } from './looks.ts';

const centre = new CentreProcess();
const folder = mkdtempSync(join(tmpdir(), 'aidline-late-'));
let floor: Floor;
let lead: Hands;

beforeAll(async () => {
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  lead = new Hands(await floor.desktop({ server: centre.url, as: 'lead' }));
});
beforeEach(() => pictureOnFailure(() => ({ lead: lead.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody who worked a night without the line and was disabled before it came back; what their machine exports. */
async function salvageOf(account: string): Promise<string> {
  const line = new Line();
  const desk = await present(join(folder, 'night'), line, centre.url, account);
  const caseId = await aCase(desk);
  await inStep(desk);
  line.cut();
  await note(desk, caseId, '客户说卡丢在出租车上，已请他打自助语音');
  await command(desk, 'raise risk', caseId, { riskId: '019a0000-0000-7000-8000-000000000001', what: 'third-party', text: '' });
  await command(desk, 'close case', caseId, { outcome: 'resolved' });
  const exported = await desk.client.calls.exportSpool({ server: centre.url, folder: join(folder, 'out') });
  desk.close();
  const risk = await present(join(folder, 'day'), new Line(), centre.url, 'risk');
  expect(await risk.client.calls.administer({ kind: 'disable person', body: { personId: personOf(account).id, reason: 'left the bank' } })).toMatchObject({ ok: true });
  risk.close();
  if (!exported.ok) throw new Error(exported.refusal.code);
  return readFileSync(exported.value.file, 'utf8');
}

describe('[SY10] unsent work of somebody who is gone', () => {
  it('[SY10] can be sent, exported and imported at the sign-in screen', async () => {
    await lead.see('demo-accounts');
    await lead.click('sign-in-salvage');
    await lead.see('salvage-count');
    await looks(lead, 'sign-in-salvage');
    await lead.click('salvage-close');
  });

  it('[SY10] is imported by a lead from a file, and shown with what became of it', async () => {
    const content = await salvageOf('mentor2');
    await lead.signIn('lead');
    await lead.click('nav-late-work');
    await lead.see('late-work-view');
    await lead.at('late-file').setInputFiles({ name: 'aidline-salvage-night-3.json', mimeType: 'application/json', buffer: Buffer.from(content) });
    await lead.see('late-outcome');
    expect(await lead.page.locator('[data-became="recorded"]').count()).toBe(2);
    expect(await lead.page.locator('[data-became="refused"]').count()).toBe(1);
    await looks(lead, 'late-work');
    // The case opens for the lead, with the note in it.
    await lead.page.locator('[data-testid^="late-open-"]').first().click();
    await lead.see('workbench');
    await lead.press('F4');
    await lead.page.getByText('补收（').first().waitFor();
    await lead.page.getByText('客户说卡丢在出租车上').first().waitFor();
  });
});
