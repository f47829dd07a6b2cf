/** A display in memory (Xvfb), for machines without a screen and for tests. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface VirtualDisplay {
  /** DISPLAY and XAUTHORITY, for the programs that are to use it. */
  env: { DISPLAY: string; XAUTHORITY: string };
  stop(): void;
}

const START_MS = 15_000;

/**
 * Starts a display of its own, closed to other users of the machine by a cookie.
 * @param size in pixels
 * @param forOthers let the ordinary test user of a root shell read the cookie too
 */
export async function startVirtualDisplay(size = { width: 1920, height: 1080 }, forOthers = false): Promise<VirtualDisplay> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'aidline-display-'));
  const cookie = join(folder, 'cookie');
  writeFileSync(cookie, xauthorityEntry(randomBytes(16)), { mode: forOthers ? 0o644 : 0o600 });
  if (forOthers) chmodSync(folder, 0o711);
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${size.width}x${size.height}x24`, '-nolisten', 'tcp', '-auth', cookie],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const stop = () => {
    server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const number = await displayNumber(server);
    return { env: { DISPLAY: `:${number}`, XAUTHORITY: cookie }, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Xvfb picks a free number and writes it to the file handle it was given. */
function displayNumber(server: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('Xvfb did not start within 15 s')), START_MS);
    let complaint = '';
    let number = '';
    server.stderr?.on('data', (chunk) => (complaint += chunk));
    (server.stdio[3] as Readable).on('data', (chunk) => {
      number += chunk;
      if (!number.includes('\n')) return;
      clearTimeout(late);
      done(number.trim());
    });
    server.once('error', (error) => {
      clearTimeout(late);
      fail(new Error(`Xvfb cannot be started (${error.message}): run node build/setup.mjs --need tests`));
    });
    server.once('exit', (code) => {
      clearTimeout(late);
      fail(new Error(`Xvfb ended with code ${code}: ${complaint.trim()}`));
    });
  });
}

/** One line of an authority file that is good for any display: family, address, number, name, data. */
function xauthorityEntry(data: Buffer): Buffer {
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const anyHost = Buffer.from([0xff, 0xff]);
  const empty = Buffer.alloc(0);
  return Buffer.concat([anyHost, field(empty), field(empty), field(Buffer.from('MIT-MAGIC-COOKIE-1')), field(data)]);
}
