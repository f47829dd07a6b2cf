import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../electron/desk/environment.ts';
import { realEnvironment, untilView } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, inStep, looksOf, openCase, signInto, untilCase, write } from './harness.ts';
import type { TestServer } from './test-server.ts';

const LONG_MS = 5_000;

/** Long waits end when the test says so, as on a machine whose clock is put right meanwhile. */
function slowTimers() {
  const real = realEnvironment();
  let ahead = 0;
  let long: { ms: number; run: () => void }[] = [];
  const environment: Environment = {
    ...real,
    now: () => real.now() + ahead,
    after: (ms, run) => {
      if (ms < LONG_MS) return real.after(ms, run);
      const wait = { ms, run };
      long.push(wait);
      return () => { long = long.filter((one) => one !== wait); };
    },
  };
  return {
    environment,
    clock: (ms: number) => { ahead += ms; },
    /** A wait of some bit less than so many seconds is over; what waits for just as many is something else. */
    over: (seconds: number) => {
      const due = long.filter((one) => one.ms < seconds * 1_000 && one.ms > (seconds - 1) * 1_000);
      long = long.filter((one) => !due.includes(one));
      for (const one of due) one.run();
    },
  };
}

/** The server fails at whatever carries this text. */
function poisonedBy(server: TestServer, text: string, how: 'word' | 'silence' = 'word'): { heal(): void; pushes(): number } {
  let ill = true;
  let pushes = 0;
  server.onPush = (commands) => {
    pushes += 1;
    if (!ill || !commands.some((command) => command.inner.includes(text))) return undefined;
    if (how === 'word') server.goodbye({ code: 'server-trouble' });
    return 'cut';
  };
  return { heal: () => { ill = false; }, pushes: () => pushes };
}

describe('a command that makes the server fail', () => {
  it('[SY3] [RB1] is set aside visibly, with what came before it in its case sent, and every other case goes on', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const cases = [await openCase(desk), await openCase(desk), await openCase(desk)];
    const ill = cases[1] ?? '';
    await inStep(desk);
    const poison = poisonedBy(server, 'poison');
    await write(desk, ill, 'before');
    await write(desk, ill, 'poison');
    await write(desk, ill, 'behind it');
    for (const one of cases.filter((id) => id !== ill)) await write(desk, one, 'free');
    const sync = await untilView(desk.client, 'sync', {}, (view) => view.setAside.length === 1 && view.unsent === 2 && view.connection === 'online');
    expect(sync.setAside[0]).toMatchObject({ stream: ill, kind: 'write note', code: 'server-trouble', tries: 1 });
    expect(server.notes(ill)).toEqual(['before']);
    for (const one of cases.filter((id) => id !== ill)) expect(server.notes(one)).toEqual(['free']);
    expect(looksOf(await untilCase(desk, ill, () => true))).toEqual(['confirmed', 'confirmed', 'saved-here', 'saved-here']);

    // The line stays: what comes later in other cases is sent at once, and the poison is left alone.
    const hellos = server.hellos.length;
    await write(desk, cases[0] ?? '', 'later');
    await untilView(desk.client, 'sync', {}, (view) => view.unsent === 2);
    expect(server.notes(cases[0] ?? '')).toEqual(['free', 'later']);
    expect(server.hellos.length).toBe(hellos);
    expect(poison.pushes()).toBeLessThan(30);
  });

  it('[SY3] survives a restart set aside, and is sent, in order, once the person tries again at a server that was mended', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const [ill, other] = [await openCase(desk), await openCase(desk)];
    await inStep(desk);
    const poison = poisonedBy(server, 'poison');
    await write(desk, ill, 'poison');
    await write(desk, ill, 'behind it');
    await write(desk, other, 'free');
    await untilView(desk.client, 'sync', {}, (view) => view.setAside.length === 1 && view.unsent === 2);
    desk.close();

    const again = await aDeskThatHolds(server, root);
    expect((await untilView(again.client, 'sync', {}, () => true)).setAside.map((one) => one.stream)).toEqual([ill]);
    poison.heal();
    expect(await again.client.calls.tryAgain({ stream: ill })).toEqual({ ok: true, value: { done: true } });
    await inStep(again);
    expect(server.notes(ill)).toEqual(['poison', 'behind it']);
    expect((await untilView(again.client, 'sync', {}, () => true)).setAside).toEqual([]);
  });

  it('[SY3] a server that fails at everything costs nothing: what was set aside goes out by itself when one of it gets through', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const cases = [await openCase(desk), await openCase(desk)];
    await inStep(desk);
    const poison = poisonedBy(server, '"text"');
    for (const one of cases) await write(desk, one, 'night');
    await untilView(desk.client, 'sync', {}, (view) => view.setAside.length === 2, 20_000);
    poison.heal();
    await desk.client.calls.tryAgain({ stream: cases[0] ?? '' });
    await inStep(desk);
    for (const one of cases) expect(server.notes(one)).toEqual(['night']);
  });

  it('[SY3] is tried again though the clock was put back while it waited, or had been hours ahead', async () => {
    for (const [aheadBefore, backBy] of [[0, 30_000], [7_200_000, 7_200_000]] as const) {
      const server = await aServer();
      const timers = slowTimers();
      timers.clock(aheadBefore);
      const desk = await aSignedInDesk(server, aFolder(), { environment: timers.environment });
      const [ill, other] = [await openCase(desk), await openCase(desk)];
      await inStep(desk);
      const poison = poisonedBy(server, 'poison');
      await write(desk, ill, 'poison');
      await untilView(desk.client, 'sync', {}, (view) => view.setAside.length === 1 && view.connection === 'online');
      // Greeted, and with nothing on its way: what goes out from now on goes because its time has come.
      await write(desk, other, 'free');
      await untilView(desk.client, 'sync', {}, (view) => view.unsent === 1 && view.inFlight === 0);
      poison.heal();
      const hellos = server.hellos.length;
      timers.clock(60_000 - backBy);
      timers.over(60);
      timers.clock(backBy);
      timers.over(30);
      await inStep(desk);
      expect(server.notes(ill)).toEqual(['poison']);
      expect(server.hellos.length).toBe(hellos);
    }
  });

  it('[SY3] a server that falls silent at it is no different, only slower to tell from a bad line', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const [ill, other] = [await openCase(desk), await openCase(desk)];
    await inStep(desk);
    poisonedBy(server, 'poison', 'silence');
    await write(desk, ill, 'poison');
    await write(desk, other, 'free');
    const sync = await untilView(desk.client, 'sync', {}, (view) => view.setAside.length === 1, 20_000);
    expect(sync.setAside[0]).toMatchObject({ stream: ill, code: 'no-answer' });
    expect(server.notes(other)).toEqual(['free']);
  });
});

async function aDeskThatHolds(server: TestServer, root: string): ReturnType<typeof aSignedInDesk> {
  const desk = aDesk(root);
  expect(await signInto(desk, server.url)).toMatchObject({ ok: true });
  await untilView(desk.client, 'sync', {}, (view) => view.connection === 'online' && !view.catchingUp);
  return desk;
}
