/**
 * `review-request`: from the maker's press on 提交复核 until the row has been painted on the mentor's screen: two signatures and
 * a commit on the maker's desk, the server's own reading, its commit and the offer, the mentor's desk and page. Two real
 * desktops, a real server and bank. The reference is a Socket.IO event sent, and its text painted, in the same Electron.
 */
import { join } from 'node:path';
import { readRuntime } from '../../build/runtime-file.ts';
import { CentreProcess } from '../e2e/harness/centre-process.ts';
import { Floor } from '../e2e/harness/desktop-app.ts';
import { Hands } from '../e2e/story/hands.ts';
import { firstCall } from '../e2e/story/largest-instalment.ts';
import { atMost, inTurn, median, side, type Bench } from './result.ts';
import { aWhile, popReference, Sender, stageReference, Window } from './screen-pop.ts';
import { wallOffset } from './wall-clock.ts';

const REQUESTS = 20;
const WARM_UP = 3;

type Seen = { changedAt: number; paintedAt: number };

/** Notes in the maker's page when the press came, in the mentor's when a row it had not shown was painted. */
async function observe(agent: Hands, mentor: Hands): Promise<void> {
  await agent.page.evaluate(() => {
    document.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('[data-testid="submit-for-review"]') !== null) Object.assign(window, { benchPressedAt: performance.now() });
    }, true);
  });
  await mentor.page.evaluate(() => {
    const rows: Seen[] = [];
    let last = '';
    new MutationObserver(() => {
      const review = document.querySelector('[data-testid="review-row-0"]')?.getAttribute('data-review') ?? '';
      if (review === last) return;
      last = review;
      const changedAt = performance.now();
      if (review !== '') requestAnimationFrame(() => requestAnimationFrame(() => rows.push({ changedAt, paintedAt: performance.now() })));
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-review'] });
    Object.assign(window, { benchRows: rows });
  });
}

async function requests(agent: Hands, mentor: Hands, count: number): Promise<{ samples: number[]; untilChanged: number[] }> {
  const [here, there] = [await agent.page.evaluate(wallOffset), await mentor.page.evaluate(wallOffset)];
  const taken = { samples: [] as number[], untilChanged: [] as number[] };
  for (let n = 0; n < count; n += 1) {
    const before = await mentor.page.evaluate(() => (window as unknown as { benchRows: Seen[] }).benchRows.length);
    await agent.click('submit-for-review');
    const handle = await mentor.page.waitForFunction((had) => (window as unknown as { benchRows: Seen[] }).benchRows[had], before, { polling: 20 });
    const row = (await handle.jsonValue()) as Seen;
    const pressedAt = await agent.page.evaluate(() => (window as unknown as { benchPressedAt: number }).benchPressedAt);
    taken.samples.push(row.paintedAt + there - pressedAt - here);
    taken.untilChanged.push(row.changedAt + there - pressedAt - here);
    await agent.click('withdraw-review');
    await agent.click('withdraw-sure');
    await agent.becomes('submit-review', 'data-phase', 'prepare');
    await mentor.see('review-none');
    await aWhile();
  }
  return taken;
}

export const reviewRequest: Bench = {
  name: 'review-request',
  async run({ runs, say }) {
    const ends: (() => Promise<void> | void)[] = [];
    const ours: { samples: number[]; untilChanged: number[] }[] = [];
    const other: { samples: number[]; untilChanged: number[] }[] = [];
    try {
      const centre = new CentreProcess();
      ends.push(() => centre.stop());
      await centre.start();
      const floor = await Floor.open();
      ends.push(() => floor.close());
      const bare = stageReference();
      ends.push(() => bare.remove());
      const server = await Sender.start(join(import.meta.dirname, 'reference', 'bare-socket', 'server.cjs'), []);
      ends.push(() => server.sender.stop());

      say('opening the maker’s and the mentor’s desktop and the reference');
      const agent = new Hands(await floor.desktop({ server: centre.url, as: 'agent' }));
      const mentor = new Hands(await floor.desktop({ server: centre.url, as: 'mentor' }));
      await agent.signIn('agent');
      await mentor.signIn('mentor');
      await mentor.click('nav-review');
      await mentor.see('review-none');
      await firstCall({ agent, centre }, (_name, play) => play(), { plans: ['plan-story-a'], holds: 'insists' });
      await agent.click('worksheet-draft');
      await agent.see('worksheet-table');
      for (let key = 1; key <= 8; key += 1) await agent.press(String(key));
      await agent.see('self-check-done');
      await agent.next('ES-10');
      const window = await Window.open(bare.folder, floor.env, { server: server.url });
      ends.push(() => window.close());
      await window.page.waitForSelector('[data-testid="text"][data-connected="yes"]', { state: 'attached' });
      await window.observe('[data-testid="text"]', null);
      await observe(agent, mentor);

      await requests(agent, mentor, WARM_UP);
      await popReference(server.sender, window, WARM_UP);
      await inTurn(runs, async () => {
        ours.push(await requests(agent, mentor, REQUESTS));
        say(`ours ${median(ours.at(-1)!.samples).toFixed(1)} ms`);
      }, async () => {
        other.push(await popReference(server.sender, window, REQUESTS));
        say(`reference ${median(other.at(-1)!.samples).toFixed(1)} ms`);
      });
    } finally {
      // Each for itself: one that fails must not keep the others.
      for (const end of ends.toReversed()) await Promise.resolve().then(end).catch((error: unknown) => say(`could not clean up: ${String(error)}`));
    }
    const [mine, its] = [side(ours.map(({ samples }) => samples)), side(other.map(({ samples }) => samples))];
    return {
      bench: 'review-request', unit: 'ms', better: 'lower', ours: mine, reference: its, ratio: mine.median / its.median,
      aims: [atMost('ours, p95 in ms', 100, mine.p95)],
      notes: [
        `${REQUESTS} requests a run, each withdrawn before the next; p95 is that of all requests`,
        `until the mentor's page changed, before the frames: median ${median(ours.flatMap((one) => one.untilChanged)).toFixed(1)} ms; reference ${median(other.flatMap((one) => one.untilChanged)).toFixed(1)} ms`,
        'from the press on the maker’s button: two signatures, the desk’s commit, the server’s decision and commit and the offer are in it; the reference is one socket and one page',
        `Electron ${readRuntime().electron.version}, 60 frames a second under Xvfb 1920×1080, server, bank and all desktops on this machine`,
      ],
    };
  },
};
