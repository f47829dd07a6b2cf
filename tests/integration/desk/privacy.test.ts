import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aFolder, aServer, aSignedInDesk, inStep, openCase, untilCase, write } from './harness.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

describe('[PR1] what lies on the disk', () => {
  it('holds nothing of a customer and no secret in clear, while running and after', async () => {
    const server = await aServer();
    const root = aFolder();
    const desk = await aSignedInDesk(server, root);
    const caseId = await openCase(desk);
    await write(desk, caseId, 'MARKER-NOTE 王某想提前结清');
    await desk.client.calls.saveDraft({ case: caseId, field: 'note', text: 'MARKER-DRAFT 客户说。', kind: 'text', ended: true });
    await desk.client.calls.ask({ kind: 'echo', body: 'MARKER-ANSWER' });
    server.live('voice', 1, null);
    server.write(caseId, 'note written', { text: 'MARKER-EVENT' });
    await untilCase(desk, caseId, (view) => view?.version === 3);
    await inStep(desk);

    const secrets = ['MARKER', '王某', '客户说', 'correct horse', 'note written', 'outbox', caseId];
    const encodings: BufferEncoding[] = ['utf8', 'utf16le', 'base64', 'hex'];
    const look = (): string[] => {
      const found: string[] = [];
      const files = filesUnder(root);
      for (const file of files) {
        const bytes = readFileSync(file);
        for (const secret of secrets) {
          for (const encoding of encodings) {
            const needle = encoding === 'utf8' || encoding === 'utf16le' ? Buffer.from(secret, encoding) : Buffer.from(Buffer.from(secret).toString(encoding).replace(/=+$/, '').slice(0, -1));
            if (bytes.includes(needle)) found.push(`${file}: ${secret} (${encoding})`);
          }
        }
      }
      return [...found, ...files.filter((file) => readFileSync(file).subarray(0, 15).toString() === 'SQLite format 3')];
    };
    const running = filesUnder(root).map((file) => file.split('/').at(-1));
    expect(running.sort()).toEqual(['desk.db', 'desk.db-wal', 'key.json', expect.stringMatching(/^workstation-[0-9a-f]{24}\.json$/)]);
    expect(statSync(filesUnder(root).find((file) => file.endsWith('-wal')) ?? '').size).toBeGreaterThan(4096);
    expect(look()).toEqual([]);
    desk.close();
    expect(look()).toEqual([]);
    expect(filesUnder(root).map((file) => file.split('/').at(-1)).sort()).toEqual(['desk.db', 'key.json', expect.stringMatching(/^workstation-[0-9a-f]{24}\.json$/)]);
  });

  it('[PR2] keeps no draft of a card number, a code or an answer', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    for (const kind of ['card-number', 'code', 'answer'] as const) {
      expect(await desk.client.calls.saveDraft({ case: null, field: kind, text: '6222021234567890', kind, ended: true })).toEqual({ ok: true, value: { saved: false } });
    }
    await desk.client.calls.saveDraft({ case: null, field: 'note', text: '卡 6222 0212 3456 7890 的', kind: 'text' });
    expect(await desk.client.calls.drafts({ case: null })).toMatchObject({ ok: true, value: [{ field: 'note', text: '卡 ****7890 的' }] });
    await desk.client.calls.saveDraft({ case: null, field: 'note', text: '', kind: 'text' });
    expect(await desk.client.calls.drafts({})).toEqual({ ok: true, value: [] });
  });

  it('[PR2] stores nowhere what is asked', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    await desk.client.calls.ask({ kind: 'echo', body: { answer: '0312' } });
    expect(await untilView(desk.client, 'cases', {}, () => true)).toMatchObject({ changed: [] });
    expect(await desk.client.calls.drafts({})).toEqual({ ok: true, value: [] });
    expect(await desk.client.calls.quitCheck({})).toEqual({ ok: true, value: { unsent: 0 } });
  });
});
