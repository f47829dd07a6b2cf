/** A real centre, not a demonstration: a machine that nobody has enrolled signs nobody in, says so, and asks (PR9). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor, type Desktop } from '../harness/desktop-app.ts';
import { pictureOnFailure } from '../harness/picture.ts';
import { looks } from '../look/looks.ts';
import { Hands } from '../story/hands.ts';

const PASSWORD = 'correct horse battery';
const centre = new CentreProcess();
let floor: Floor;
let desktop: Desktop;
let admin: Hands;
let code = '';

beforeAll(async () => {
  code = await centre.found([{ account: 'qian', name: '钱管理' }, { account: 'sun', name: '孙管理' }].map((one) => ({ ...one, password: PASSWORD })));
  [floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), centre.start()]);
  desktop = await floor.desktop({ server: centre.url, as: 'admin' });
  admin = new Hands(desktop);
});
beforeEach(() => pictureOnFailure(() => ({ admin: admin.page })));
afterAll(async () => {
  await floor?.close();
  await centre.stop();
});

async function tryIn(): Promise<void> {
  await admin.type('sign-in-account', 'qian');
  await admin.type('sign-in-password', PASSWORD);
  await admin.press('Enter');
}

describe('a machine that is not enrolled', () => {
  it('[PR9] signs nobody in, whatever the password, and shows the form to ask with', async () => {
    await tryIn();
    await admin.becomes('sign-in-refusal', 'data-code', 'workstation-not-enrolled');
    await admin.see('enrol');
    expect(await admin.at('top-bar').count()).toBe(0);
    await looks(admin, 'enrolment');
  });

  it('[PR9] a code that is wrong is refused, in words, and what else was typed stays', async () => {
    await admin.type('enrol-name', '二楼 07 号');
    await admin.type('enrol-site', '总部');
    await admin.type('enrol-code', 'not-the-code');
    await admin.click('enrol-send');
    await admin.see('enrol-refusal');
    expect(await admin.text('enrol-refusal')).toMatch(/码/);
    expect(await admin.at('enrol-name').inputValue()).toBe('二楼 07 号');
    expect(await admin.at('enrol-site').inputValue()).toBe('总部');
  });

  it('[PR9] the code of the founding enrols it, once, and the administrator is in', async () => {
    await admin.type('enrol-code', code);
    await admin.click('enrol-send');
    await admin.becomes('enrol-status', 'data-status', 'enrolled');
    expect(await admin.text('enrol-fingerprint')).not.toBe('');
    await tryIn();
    await admin.see('top-bar');
  });
});

describe('the key of the machine is damaged on its disk', () => {
  it('[PR9] [RB2] says so at the sign-in, and the machine is enrolled anew, never silently', async () => {
    const { profile } = desktop;
    await desktop.kill();
    const damaged = readdirSync(profile, { recursive: true, encoding: 'utf8' }).filter((name) => /workstation-[0-9a-f]{24}\.json$/.test(name));
    expect(damaged).toHaveLength(1);
    for (const name of damaged) writeFileSync(join(profile, name), readFileSync(join(profile, name), 'utf8').slice(0, 40));
    desktop = await floor.desktop({ server: centre.url, as: 'admin', profile });
    admin = new Hands(desktop);
    await tryIn();
    await admin.becomes('sign-in-refusal', 'data-code', 'workstation-key-lost');
    await admin.see('enrol');
    await admin.type('enrol-name', '二楼 07 号');
    await admin.type('enrol-site', '总部');
    await admin.click('enrol-send');
    await admin.becomes('enrol-status', 'data-status', 'waiting');
    expect(await admin.text('enrol-fingerprint')).toMatch(/[0-9a-f]/i);
    expect(await admin.at('top-bar').count()).toBe(0);
  });
});
