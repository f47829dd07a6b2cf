/**
 * The reference of `catch-up`: so many bytes over a bare socket, put into an encrypted file of the same settings, one
 * transaction a message. Nothing is parsed, folded or shown. `transfer.ts give BYTES MESSAGE` · `transfer.ts take PORT FILE BYTES MESSAGE ROW`
 */
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo } from 'node:net';
import Database from 'better-sqlite3';

const [, , role, ...rest] = process.argv;
if (role === 'give') give(Number(rest[0]), Number(rest[1]));
else take(Number(rest[0]), rest[1]!, Number(rest[2]), Number(rest[3]), Number(rest[4]));
process.on('disconnect', () => process.exit(0));

function give(bytes: number, message: number): void {
  const part = Buffer.alloc(message, 'aidline ');
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    // One at a time, as pages are asked for: each byte that comes back asks for the next.
    let left = bytes;
    const next = (): void => {
      if (left <= 0) return;
      socket.write(part.subarray(0, Math.min(message, left)));
      left -= message;
    };
    socket.on('data', next);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
}

function take(port: number, file: string, bytes: number, message: number, row: number): void {
  const db = new Database(file);
  db.pragma("cipher = 'sqlcipher'");
  db.pragma(`key = "x'${randomBytes(32).toString('hex')}'"`);
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('temp_store = MEMORY');
  db.pragma('secure_delete = ON');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('create table held (seq integer primary key, bytes blob not null) strict');
  const insert = db.prepare('insert into held (bytes) values (?)');
  const store = db.transaction((part: Buffer) => {
    for (let at = 0; at < part.length; at += row) insert.run(part.subarray(at, at + row));
  });
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let [had, parts] = [0, [] as Buffer[]];
  const [began, processor] = [performance.now(), process.cpuUsage()];
  socket.once('connect', () => socket.write('n'));
  socket.on('data', (chunk) => {
    parts.push(chunk);
    had += chunk.length;
    const whole = parts.reduce((sum, part) => sum + part.length, 0);
    if (whole < message && had < bytes) return;
    store(Buffer.concat(parts));
    parts = [];
    if (had < bytes) socket.write('n');
    else {
      const { user, system } = process.cpuUsage(processor);
      process.send!({ did: 'take', ms: performance.now() - began, processorMs: (user + system) / 1000 });
    }
  });
}
