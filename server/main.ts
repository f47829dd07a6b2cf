import { LogFailure } from './log/log-errors.ts';
import { beginEpoch, copyIntoDatabase, migrateDatabase } from './database-commands.ts';
import { initAdministrators, newFirstCode } from './people/init.ts';
import { forbidDumps } from './no-dump.ts';
import { helpText, OptionsError, readOptions, type Options } from './options.ts';
import { PublicationError } from './policy/publish.ts';
import { salvageFile } from './spool/salvage-command.ts';
import { startCentre } from './start-centre.ts';
import { StartError } from './start-error.ts';

async function main(): Promise<void> {
  // First: the demo bank, which is started from here, inherits it.
  if (!forbidDumps()) process.stderr.write('崩溃时系统可能写出内存转储；请在启动前执行 ulimit -c 0（systemd：LimitCORE=0）。\nThe system may write a memory dump if the server crashes; run ulimit -c 0 before starting it (systemd: LimitCORE=0).\n');
  const options = readOptions(process.argv.slice(2));
  if (options.command === 'help') {
    process.stdout.write(helpText);
    return;
  }
  if (options.command === 'init') return initAdministrators(options);
  if (options.command === 'first-code') return newFirstCode(options);
  if (options.command === 'salvage' && options.file !== null) {
    process.stdout.write(await salvageFile(options.file, `${options.tls === null ? 'http' : 'https'}://${options.host}:${options.port}`));
    return;
  }
  const done = await databaseCommand(options);
  if (done !== null) {
    process.stdout.write(done);
    return;
  }
  // SY9: what this process has folded may be of a history that is no more; whoever keeps it running starts it anew.
  const running = await startCentre(options, { onReplaced: () => process.exit(3) });
  for (const notice of running.notices) process.stderr.write(`${notice}\n`);
  process.stdout.write(`listening ${running.url}\n`);
  if (running.metricsUrl !== null) process.stdout.write(`metrics ${running.metricsUrl}/metrics\n`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    running.stop().then(() => process.exit(0), (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** @returns what to tell, or null where it is another command */
async function databaseCommand({ command, data, database, reason, copy, ring }: Options): Promise<string | null> {
  const wraps = { ring, ringSecret: process.env['AIDLINE_RING_SECRET'] ?? '' };
  if (command === 'migrate' && database !== null) return migrateDatabase(database, data, wraps);
  if (command === 'new-epoch' && reason !== null) return beginEpoch(data, database, reason);
  return command === 'copy' && copy !== null ? copyIntoDatabase(copy, wraps) : null;
}

main().catch((error: unknown) => {
  if (error instanceof LogFailure) {
    process.stderr.write(`${error.error.code} (${error.error.cause}): ${error.error.text.zh}\n${error.error.text.en}\n`);
    process.exit(2);
  }
  const told = error instanceof OptionsError || error instanceof StartError || error instanceof PublicationError;
  process.stderr.write(`${told ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(told ? 2 : 1);
});
