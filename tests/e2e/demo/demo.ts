import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { Hands } from '../story/hands.ts';
import { callback, firstCall, followUp, review, worksheet, type Watch } from '../story/largest-instalment.ts';
import { audit } from './audit.ts';
import { Pictures } from './pictures.ts';
import { readBack } from './read-back.ts';

const out = resolve(import.meta.dirname, '..', '..', '..', 'demo-out');

/** Steps whose screen is worth seeing in both languages, by day and by night. */
const inAllFourWays = new Set(['caller on screen', 'prerequisites', 'the server is back; all of it is there, once', 'approved', 'eye: line by line', 'executed: two lines booked, one refused', 'on the list every day']);

/**
 * Plays the largest instalment unattended on two real desktops, by keyboard and mouse only, and leaves numbered pictures
 * and `summary.json` in `demo-out/`.
 */
async function main(): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const pictures = new Pictures(out);
  const steps: { name: string; ok: boolean; ms: number; error?: string }[] = [];
  const centre = new CentreProcess();
  await centre.start();
  const floor = await Floor.open();
  let failure: unknown = null;
  try {
    const agent = new Hands(await floor.desktop({ server: centre.url, as: 'agent', language: 'zh-CN', theme: 'light' }));
    const mentor = new Hands(await floor.desktop({ server: centre.url, as: 'mentor', language: 'en', theme: 'dark' }));
    const watch: Watch = async (name, play) => {
      const began = performance.now();
      try {
        await play();
      } catch (error) {
        steps.push({ name, ok: false, ms: Math.round(performance.now() - began), error: error instanceof Error ? error.message.slice(0, 500) : String(error) });
        process.stdout.write(`✕ ${name}\n`);
        await pictures.take(`failed ${name}`, agent, mentor);
        throw error;
      }
      const ms = Math.round(performance.now() - began);
      steps.push({ name, ok: true, ms });
      process.stdout.write(`✓ ${String(steps.length).padStart(2)} ${name} (${ms} ms)\n`);
      if (inAllFourWays.has(name)) await pictures.takeAllFour(name, agent);
      await pictures.take(name, agent, mentor);
    };
    await watch('signed in', async () => {
      await agent.signIn('agent');
      await mentor.signIn('mentor');
    });
    const cast = { agent, mentor, centre };
    for (const act of [firstCall, worksheet, review, callback, followUp]) await act(cast, watch);
  } catch (error) {
    failure = error;
  }
  const ledger = await centre.ledger();
  await floor.close();
  const kept = mkdtempSync(join(tmpdir(), 'aidline-demo-log-'));
  await centre.end();
  cpSync(centre.data, kept, { recursive: true });
  const told = await readBack(kept, ledger);
  // The server's own folder, untouched since it ended.
  const { audited, story } = await audit(centre.data, told.caseId);
  writeFileSync(join(out, 'audit-show.txt'), story);
  rmSync(kept, { recursive: true, force: true });
  await centre.stop();
  const once = told.linesBooked.every((line) => line.times === 1) && Object.values(told.bankLedger.booked).every((times) => times === 1);
  const signed = audited.intact && audited.allVerify && audited.purposes.join() === 'approval,order,tick' && audited.personKeys === 2 && audited.workstationKeys === 2;
  const ok = failure === null && once && signed && told.returned === 1 && told.linesBooked.length === 2 && told.makersAndReviewers === 2 && told.followUpsClosed === 1 && told.followUpsOpen === 0;
  writeFileSync(join(out, 'summary.json'), `${JSON.stringify({ ok, steps, ...told, audit: audited }, null, 2)}\n`);
  process.stdout.write(`\n${ok ? '成功 done' : '失败 failed'}: ${steps.filter((step) => step.ok).length} 步 steps · ${told.linesBooked.length} 笔入账 lines booked${once ? ' (各一次 once each)' : ''} · ${told.makersAndReviewers} 人核对 people checked · ${told.followUpsClosed} 个跟进已结 follow-ups closed\n${told.returned} 次退回 returned · ${audited.signatures.length} 个签名 signatures${audited.allVerify ? ' (全部有效 all verify' : ' (✕ 有不成立 NOT all verify'}: ${audited.personKeys} 人 people, ${audited.workstationKeys} 台 workstations) · audit verify: ${audited.chain}\n图片、summary.json 与 audit-show.txt 在 pictures, summary.json and audit-show.txt are in demo-out/\n`);
  if (!ok) {
    if (failure !== null) process.stderr.write(`${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n${centre.said}\n`);
    process.exitCode = 1;
  }
}

await main();
