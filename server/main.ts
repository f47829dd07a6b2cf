import { LogFailure } from './log/log-errors.ts';
import { initAdministrators, newFirstCode } from './people/init.ts';
import { forbidDumps } from './no-dump.ts';
import { helpText, OptionsError, readOptions } from './options.ts';
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
  const running = await startCentre(options);
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

main().catch((error: unknown) => {
  if (error instanceof LogFailure) {
    process.stderr.write(`${error.error.code} (${error.error.cause}): ${error.error.text.zh}\n${error.error.text.en}\n`);
    process.exit(2);
  }
  const told = error instanceof OptionsError || error instanceof StartError || error instanceof PublicationError;
  process.stderr.write(`${told ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(told ? 2 : 1);
});
