import { parseArgs } from 'node:util';
import { StartError } from '../start-error.ts';
import { backUp } from './back-up.ts';
import { readBackUp } from './manifest.ts';
import { restoreBackUp } from './restore.ts';

const HELP = `Back-ups of a centre on SQLite (docs/operations.md)

  npm run back-up -- make --data DIR --to DIR      copy a centre's data, beside its running server
  npm run back-up -- check --from DIR              look at every file of a back-up
  npm run back-up -- restore --from DIR --data DIR put a back-up into an empty data folder

The ring key is in no back-up: keep it, and the list of erasures beside it, apart.
`;

async function main(): Promise<void> {
  let parsed;
  try {
    parsed = parseArgs({ args: process.argv.slice(2), allowPositionals: true, strict: true, options: { data: { type: 'string' }, to: { type: 'string' }, from: { type: 'string' }, help: { type: 'boolean', default: false } } });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : ''}\n\n${HELP}`);
  }
  const { positionals: [command, ...rest], values: { data, to, from, help } } = parsed;
  if (help) return void process.stdout.write(HELP);
  if (rest.length === 0 && command === 'make' && data !== undefined && to !== undefined && from === undefined) {
    const { position, files } = await backUp(data, to, new Date().toISOString());
    process.stdout.write(`已备份到位置 ${position}，${files.length} 个文件；根密钥不在其中，请另行保管 / backed up to position ${position}, ${files.length} files; the ring key is not in it: keep it apart\n`);
  } else if (rest.length === 0 && command === 'check' && from !== undefined && data === undefined && to === undefined) {
    const { position, madeAt } = await readBackUp(from);
    process.stdout.write(`完好：位置 ${position}，${madeAt} / intact: position ${position}, ${madeAt}\n`);
  } else if (rest.length === 0 && command === 'restore' && from !== undefined && data !== undefined && to === undefined) {
    const { position } = await restoreBackUp(from, data);
    process.stdout.write(`已恢复到位置 ${position}。请用原来的 --ring 启动；启动后先向银行查问丢失时段的办理，查完才放行 / restored to position ${position}. Start it with the --ring of before; it first asks the bank about the lost time, and lets nobody execute until it knows\n`);
  } else throw new StartError(HELP);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof StartError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(error instanceof StartError ? 2 : 1);
});
