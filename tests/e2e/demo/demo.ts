import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CentreProcess } from '../harness/centre-process.ts';
import { Floor } from '../harness/desktop-app.ts';
import { Hands } from '../story/hands.ts';
import { callback, firstCall, followUp, review, worksheet, type Watch } from '../story/largest-instalment.ts';
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
  rmSync(kept, { recursive: true, force: true });
  await centre.stop();
  const once = told.linesBooked.every((line) => line.times === 1) && Object.values(told.bankLedger.booked).every((times) => times === 1);
  const ok = failure === null && once && told.linesBooked.length === 2 && told.makersAndReviewers === 2 && told.followUpsClosed === 1 && told.followUpsOpen === 0;
  writeFileSync(join(out, 'summary.json'), `${JSON.stringify({ ok, steps, ...told }, null, 2)}\n`);
  process.stdout.write(`\n${ok ? '成功 done' : '失败 failed'}: ${steps.filter((step) => step.ok).length} 步 steps · ${told.linesBooked.length} 笔入账 lines booked${once ? ' (各一次 once each)' : ''} · ${told.makersAndReviewers} 人核对 people checked · ${told.followUpsClosed} 个跟进已结 follow-ups closed\n图片与 summary.json 在 pictures and summary.json are in demo-out/\n`);
  if (!ok) {
    if (failure !== null) process.stderr.write(`${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n${centre.said}\n`);
    process.exitCode = 1;
  }
}

await main();
