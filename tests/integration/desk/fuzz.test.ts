import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { untilView, type Running } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, inStep, notesOf, openCase, signInto, write } from './harness.ts';

/** A small generator with a seed, so that a failure can be played again. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const STEPS = 60;

describe('[SY4] after any schedule of faults', () => {
  it.each([1, 2, 3, 4, 5, 6])('what the desktop shows is the fold of the log, nothing lost, nothing twice (seed %i)', async (seed) => {
    const roll = seeded(seed);
    const server = await aServer();
    const root = aFolder();
    let desk: Running = await aSignedInDesk(server, root);
    const mine: string[] = [await openCase(desk)];
    const visible = new Set(mine);
    const written = new Map<string, string[]>();
    const oneOf = <T,>(list: readonly T[]): T => list[roll(list.length)] as T;
    await inStep(desk);

    for (let step = 0; step < STEPS; step += 1) {
      const text = `s${step}`;
      switch (roll(12)) {
        case 0: {
          const caseId = await openCase(desk);
          mine.push(caseId);
          visible.add(caseId);
          break;
        }
        case 1:
          server.cut();
          break;
        case 2:
          server.loseFeed += 1 + roll(3);
          break;
        case 3: {
          const faults = 1 + roll(3);
          let done = 0;
          server.onPush = () => (done++ < faults ? oneOf(['cut', 'cut-after'] as const) : undefined);
          break;
        }
        case 4: {
          const caseId = v7();
          server.write(caseId, 'case opened', {});
          server.write(caseId, 'note written', { text });
          server.grant(caseId);
          visible.add(caseId);
          break;
        }
        case 5: {
          const others = [...visible].filter((id) => !mine.includes(id));
          if (others.length === 0) break;
          const caseId = oneOf(others);
          server.revoke(caseId);
          visible.delete(caseId);
          break;
        }
        case 6: {
          const known = [...visible].filter((id) => server.events(id).length > 0);
          if (known.length > 0) server.write(oneOf(known), 'note written', { text }, roll(4) === 0);
          break;
        }
        case 7:
          // Killed and started again: only the file is left.
          desk.close();
          desk = aDesk(root);
          expect(await signInto(desk, server.url)).toMatchObject({ ok: true });
          break;
        default: {
          const caseId = oneOf(mine);
          await write(desk, caseId, text, { urgent: roll(5) === 0 });
          written.set(caseId, [...(written.get(caseId) ?? []), text]);
        }
      }
    }
    server.onPush = null;
    server.loseFeed = 0;
    // Something that the feed still has to tell, so that a stretch lost at the very end is noticed.
    const last = v7();
    server.write(last, 'case opened', {});
    server.grant(last);
    visible.add(last);
    await inStep(desk);
    await untilView(desk.client, 'case', { case: last }, (view) => view !== null);

    for (const [caseId, texts] of written) {
      expect(server.notes(caseId).filter((text) => texts.includes(text))).toEqual(texts);
    }
    for (const caseId of visible) {
      const view = await untilView(desk.client, 'case', { case: caseId }, (held) => held?.version === server.events(caseId).length);
      expect(notesOf(view)).toEqual(server.notes(caseId));
      expect(view?.state).toEqual(server.state(caseId));
    }
    const list = await untilView(desk.client, 'cases', {}, (change) => change.whole);
    expect(new Set(list.changed.map((view) => view.case))).toEqual(visible);
    expect(desk.errors).toEqual([]);
  });
});
