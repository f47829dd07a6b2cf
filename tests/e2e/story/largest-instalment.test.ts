import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBack } from '../demo/read-back.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { Hands } from './hands.ts';
import { callback, firstCall, followUp, PLANS, review, worksheet, type Watch } from './largest-instalment.ts';

let centre: CentreProcess;
let floor: Floor;
beforeAll(async () => {
  centre = new CentreProcess();
  await centre.start();
  floor = await Floor.open();
});
afterAll(async () => {
  await floor.close();
  await centre.stop();
});

it('[TP1] [TP4] [TP6] [TP18] [FL2] [FL5] [SY1] [SY8] the largest instalment, on two real desktops, the server killed in the middle', async () => {
  const agent = new Hands(await floor.desktop({ server: centre.url, as: 'agent' }));
  const mentor = new Hands(await floor.desktop({ server: centre.url, as: 'mentor' }));
  const watch: Watch = async (name, play) => {
    try {
      await play();
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}\n${centre.said}`, { cause: error });
    }
  };
  await agent.signIn('agent');
  await mentor.signIn('mentor');
  for (const act of [firstCall, worksheet, review, callback, followUp]) await act({ agent, mentor, centre }, watch);

  const ledger = await centre.ledger();
  await centre.end();
  const kept = mkdtempSync(join(tmpdir(), 'aidline-story-log-'));
  cpSync(centre.data, kept, { recursive: true });
  const told = await readBack(kept, ledger);
  rmSync(kept, { recursive: true, force: true });
  expect(told.linesBooked.map((line) => [line.plan, line.times]).sort()).toEqual([[PLANS[0], 1], [PLANS[2], 1]]);
  expect(told.linesRefused).toEqual([PLANS[1]]);
  expect(told.bankLedger).toEqual({ booked: { [PLANS[0]]: 1, [PLANS[2]]: 1 }, refused: [PLANS[1]] });
  expect(told.makersAndReviewers).toBe(2);
  expect([told.followUpsClosed, told.followUpsOpen, told.casesClosed]).toEqual([1, 0, 1]);
});
