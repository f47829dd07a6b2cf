// Stands in for Electron's own default app in the fallback runtime, which ships without one:
// `electron FOLDER …` loads that folder's package, as it does with an official runtime.
// Top-level await holds back Electron's "ready" until the package has been loaded.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const given = process.argv.slice(1).find((word) => !word.startsWith('-'));
if (!given) {
  console.error('Give the folder of the program to run. 请给出要运行的程序所在文件夹。');
  process.exit(2);
}
const folder = resolve(given);
const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
process.defaultApp = true;
app.setAppPath(folder);
if (description.version) app.setVersion(description.version);
app.setName(description.productName ?? description.name);
const entry = createRequire(join(folder, 'package.json')).resolve(`./${description.main ?? 'index.js'}`);
await import(pathToFileURL(entry).href);
