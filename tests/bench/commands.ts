/**
 * `commands`: commands a second accepted durably on one node, from a thousand desktops that each send the next when the last was
 * answered; on SQLite and on PostgreSQL, everything on the same processors. Reference: bare Socket.IO that acknowledges messages
 * of the same size.
 */
import { atLeast, inTurn, side, type Bench } from './result.ts';
import { NOTE, Stage, type Crowds } from './scale/stage.ts';

const DESKTOPS = 1_000;
const WARM_MS = 2_000;
const MS = 8_000;

async function rateOf(crowds: Crowds): Promise<number> {
  await crowds.all('work', { ms: WARM_MS });
  const worked = (await crowds.all('work', { ms: MS })) as { accepted: number }[];
  return (worked.reduce((sum, { accepted }) => sum + accepted, 0) * 1000) / MS;
}

export const commands: Bench = {
  name: 'commands',
  async run({ runs, say }) {
    const stage = new Stage('commands');
    const rates = { sqlite: [] as number[], postgres: [] as number[], reference: [] as number[] };
    const processor = { sqlite: 0, postgres: 0 };
    const ours = async (kind: 'sqlite' | 'postgres'): Promise<void> => {
      const database = kind === 'sqlite' ? null : await stage.database();
      const { data, seats } = await stage.found(`${kind}-${rates[kind].length}`, { database, desktops: DESKTOPS, watchers: 0 });
      const { child, url } = await stage.centre(['--data', data, ...(database === null ? [] : ['--database', database])], true);
      const crowds = await stage.crowds(child, [url], seats);
      const { seconds: before } = (await child.does('processor')) as { seconds: number };
      const rate = await rateOf(crowds);
      const { seconds: after } = (await child.does('processor')) as { seconds: number };
      rates[kind].push(rate);
      processor[kind] = ((after - before) * 1e6) / (rate * ((WARM_MS + MS) / 1000));
      say(`ours on ${kind} ${Math.round(rate)} commands/s, ${Math.round(processor[kind])} µs of the server's processor each`);
      await crowds.end();
      await stage.end(child);
    };
    try {
      await inTurn(runs, async () => {
        await ours('sqlite');
        await ours('postgres');
      }, async () => {
        const { child, url } = await stage.bareServer();
        const crowds = await stage.bareCrowds([url], DESKTOPS, NOTE);
        rates.reference.push(await rateOf(crowds));
        say(`reference ${Math.round(rates.reference.at(-1)!)} acknowledgements/s`);
        await crowds.end();
        await stage.end(child);
      });
    } finally {
      await stage.dispose();
    }
    const low = (of: readonly number[]): ReturnType<typeof side> => side(of.map((one) => [one]), 'low');
    const [a, p, b] = [low(rates.sqlite), low(rates.postgres), low(rates.reference)];
    const ratio = a.median / b.median;
    return {
      bench: 'commands', unit: 'commands/s', better: 'higher', ours: a, reference: b, ratio,
      aims: [atLeast('SQLite / reference', 0.25, ratio), atLeast('PostgreSQL / reference', 0.15, p.median / b.median)],
      notes: [
        `${DESKTOPS} desktops with a case each, one note at a time, ${MS / 1000} s; authorised, decided, sealed, chained, synced, answered, and sent to the person's feed`,
        `on PostgreSQL ${Math.round(p.median)}/s (${p.runs.map(Math.round).join(', ')})`,
        `the server's own processor time, last run: ${Math.round(processor.sqlite)} µs a command on SQLite, ${Math.round(processor.postgres)} on PostgreSQL, without the database's own`,
        'clients, server and database on this machine; session tokens made without a passphrase, everybody let in at once (OF5 lifted); no TLS on either',
      ],
    };
  },
};
