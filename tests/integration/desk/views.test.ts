import { describe, expect, it } from 'vitest';
import { RECORD_VIEW_MS } from '../../../electron/desk/session/recorded-views.ts';
import { realEnvironment, untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, inStep, openCase, signInto, untilCase, write } from './harness.ts';

const VIEW = 'record view';
const looks = async (desk: Running): Promise<number> => {
  const list = await untilView(desk.client, 'cases', {}, () => true);
  return list.changed.flatMap((view) => view.marks).filter((mark) => mark.kind === VIEW).length;
};

describe('[PR8] a look at a customer’s case', () => {
  it('is recorded once in a quarter of an hour, however often it is drawn, and again after a restart in time', async () => {
    const server = await aServer();
    let ahead = 0;
    const environment = { ...realEnvironment(), now: () => Date.now() + ahead };
    const root = aFolder();
    const desk = await aSignedInDesk(server, root, { environment });
    const caseId = await openCase(desk);
    await write(desk, caseId, 'customer');
    expect(await looks(desk)).toBe(0);
    for (let n = 0; n < 5; n += 1) {
      await untilCase(desk, caseId, (view) => view !== null);
      await write(desk, caseId, `redrawn ${n}`);
    }
    await inStep(desk);
    expect(server.received.filter((outer) => outer.kind === VIEW)).toHaveLength(1);
    desk.close();
    const again = await aSignedInDesk(server, root, { environment });
    await untilCase(again, caseId, (view) => view !== null);
    expect(await looks(again)).toBe(1);
    ahead = RECORD_VIEW_MS + 60_000;
    await untilCase(again, caseId, (view) => view !== null);
    await inStep(again);
    expect(server.received.filter((outer) => outer.kind === VIEW)).toHaveLength(2);
  });

  it('is recorded when the customer becomes known while the case is open, and not before', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    const stop = desk.client.subscribe('case', { case: caseId }, () => {});
    await write(desk, caseId, 'nobody yet');
    expect(await looks(desk)).toBe(0);
    await write(desk, caseId, 'customer');
    await expect.poll(() => looks(desk)).toBe(1);
    stop();
  });

  it('without the server waits with the rest and reaches it', async () => {
    const server = await aServer();
    const root = aFolder();
    const first = await aSignedInDesk(server, root);
    const caseId = await openCase(first);
    await write(first, caseId, 'customer');
    await inStep(first);
    await untilView(first.client, 'cases', {}, (list) => list.changed.some((view) => view.case === caseId && view.version === 2));
    first.close();
    const port = Number(new URL(server.url).port);
    const url = server.url;
    await server.stop();
    const night = aDesk(root);
    await signInto(night, url);
    await untilCase(night, caseId, (view) => view !== null);
    expect(await night.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 1 } });
    await server.start(port);
    await inStep(night);
    expect(server.received.filter((outer) => outer.kind === VIEW)).toHaveLength(1);
    expect(night.errors).toEqual([]);
  });

  it('[SY3] carries no other command with it: nothing depends on a look', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    let held = true;
    server.onPush = () => (held ? 'cut' : undefined);
    const caseId = await openCase(desk);
    await write(desk, caseId, 'customer');
    await untilCase(desk, caseId, (view) => view?.marks.some((mark) => mark.kind === VIEW) === true);
    await write(desk, caseId, 'after the look');
    held = false;
    await inStep(desk);
    const last = JSON.parse(server.received.at(-1)?.inner ?? '{}') as { dependsOn: string[] };
    const ids = server.received.filter((outer) => outer.kind !== VIEW).map((outer) => outer.id);
    // On the case being opened alone: as little as it can stand on.
    expect(last.dependsOn).toEqual(ids.slice(0, 1));
    expect(server.notes(caseId)).toEqual(['customer', 'after the look']);
  });
});
