import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { aFolder, aServer, aSignedInDesk, inStep, notesOf, untilCase } from './harness.ts';

const child = fileURLToPath(new URL('./desk-child.ts', import.meta.url));

describe('a desk killed with work unsent', () => {
  it('[SY1][CT3] has every answered command and draft again, and sends each once', async () => {
    const server = await aServer();
    const root = aFolder();
    // The line takes nothing, so that all of it is unsent when the desk dies.
    server.onPush = () => 'cut';
    const desk = spawn(process.execPath, [child, root, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const saved: string[] = [];
    let caseId = '';
    for await (const line of createInterface(desk.stdout)) {
      const [what, value = ''] = line.split(' ');
      if (what === 'case') caseId = value;
      if (what === 'saved') saved.push(value);
      // In the middle of the next one.
      if (saved.length === 40) break;
    }
    const exited = once(desk, 'exit');
    desk.kill('SIGKILL');
    await exited;
    expect(server.notes(caseId)).toEqual([]);

    server.onPush = null;
    const again = await aSignedInDesk(server, root);
    await inStep(again);
    const notes = server.notes(caseId);
    expect(notes.slice(0, saved.length)).toEqual(saved);
    expect(new Set(notes).size).toBe(notes.length);
    expect(notesOf(await untilCase(again, caseId, (view) => view?.version === notes.length + 1))).toEqual(notes);
    const drafts = await again.client.calls.drafts({});
    expect(drafts).toMatchObject({ ok: true, value: [{ case: caseId, field: 'note', text: '她说明天再打来。' }] });
  });
});
