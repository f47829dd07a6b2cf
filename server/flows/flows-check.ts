import { relative, resolve } from 'node:path';
import { flowsDirectory, loadFiles, loadFlows } from './load-flows.ts';

/**
 * `npm run flows:check [-- FILE…]`: what would keep a flow from being published, as file:line: code reason.
 * Without files, all flows that come with the program. Exit code 1 when there is anything to report.
 */
function main(files: readonly string[]): number {
  if (files.includes('--help') || files.includes('-h')) {
    console.log('usage: npm run flows:check [-- FILE…]\nChecks flow definitions as publication does; without FILE, those in server/flows.');
    return 0;
  }
  const loaded = files.length === 0 ? loadFlows() : loadFiles(files.map((file) => resolve(file)));
  for (const { file, line, code, reason } of loaded.problems) {
    console.error(`${relative(process.cwd(), file)}:${line}: ${code} ${reason}`);
  }
  const count = loaded.problems.length;
  if (count > 0) {
    console.error(`${count} problem${count === 1 ? '' : 's'}; nothing with a problem is published`);
    return 1;
  }
  console.log(`${loaded.definitions.length} flow${loaded.definitions.length === 1 ? '' : 's'} fit to be published (${relative(process.cwd(), flowsDirectory) || '.'})`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
