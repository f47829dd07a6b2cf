import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { aFolder, aServer } from './harness.ts';

const inner = fileURLToPath(new URL('./disk-child.ts', import.meta.url));
/** Root needs a mount namespace only; anybody else a user namespace in which they are root. */
const unshare = spawnSync('unshare', ['-m', 'true']).status === 0 ? ['-m'] : ['-rm'];

describe.skipIf(process.platform !== 'linux')('[RB2] a disk that is really full, or really read-only', () => {
  it('each has its own message, and no saved work is lost', { timeout: 120_000 }, async () => {
    const server = await aServer();
    const root = aFolder();
    const child = spawn('unshare', [...unshare, process.execPath, inner, root, server.url], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
    const code = await new Promise((done) => child.once('close', done));
    expect([code, errors.replaceAll(/^.*ExperimentalWarning.*$|^\(Use `node.*$/gm, '').trim()]).toEqual([0, '']);
    const said = new Map(output.trim().split('\n').map((line) => JSON.parse(line) as [string, unknown]));
    expect(said.get('first sign-in on a full disk')).toBe('store-full');
    expect(said.get('with room')).toBe('ok');
    expect(said.get('while working')).toBe('store-full');
    expect(said.get('saved')).toBeGreaterThan(2);
    expect(said.get('with room again')).toBe('ok');
    expect(said.get('read-only')).toBe('store-unwritable');
    expect(said.get('writable again')).toBe('ok');
    const notes = server.notes(String(said.get('case')));
    // What was said to be saved is at the centre, once and in order; what was refused is not.
    expect(notes.map((text) => text.split(' ')[0])).toEqual([...Array.from({ length: Number(said.get('saved')) }, (_, n) => String(n)), 'after']);
  });
});
