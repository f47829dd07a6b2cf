/**
 *   npm run audit -- verify --database FILE --checkpoints DIR
 *   npm run audit -- show CASE --database FILE
 *
 * Exit code 0: intact; 1: not; 2: the command line, or a file that cannot be read.
 */
import { UsageError } from './usage-error.ts';
import { runShow } from './show-command.ts';
import { runVerify } from './verify-command.ts';

const HELP = `Aidline audit log / 审计日志

  npm run audit -- verify --database FILE [--checkpoints DIR] [options]   核对整条审计链 / verify the whole audit log

Options of verify
  --database FILE     the log (log.db of the server's data folder); only read, also beside a running server;
                      or postgres://… of a log in PostgreSQL, of which a copy is made meanwhile
  --checkpoints DIR   folder of checkpoints; without it an end cut off cleanly cannot be seen
  --key FILE          public key had from elsewhere (audit.pub); may be given several times, then no other key counts
  --restored EPOCH    a restore that somebody answers for: checkpoints of what it replaced are passed over
  --json              the whole report as JSON

  npm run audit -- show CASE --database FILE [options]                    一个案件的全部经过 / one case's story

Options of show
  --lang LANG         zh, en or both (default both)
  --ring FILE         ring key of the server (or the address of its key service), to read sealed bodies
  --keys FILE         key store of the server (keys.sqlite, or postgres://…); goes with --ring
  --json              the story as JSON

--ring and --keys with verify: grants in sealed bodies are held against access and feeds as well.

Exit code: 0 intact, 1 not intact or a signature does not hold, 2 the command line is wrong or a file cannot be read.
`;

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === '--help' || command === '-h' || rest.includes('--help')) {
    process.stdout.write(HELP);
    return command === undefined ? 2 : 0;
  }
  try {
    if (command === 'verify') return await runVerify(rest, (text) => process.stdout.write(text));
    if (command === 'show') return await runShow(rest, (text) => process.stdout.write(text));
    throw new UsageError(`${command}: 没有这个命令 / no such command`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
