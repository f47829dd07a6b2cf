import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The ways in which a text may lie on a disk without being sealed. */
function needlesOf(text: string): [string, Buffer][] {
  const bytes = Buffer.from(text, 'utf8');
  // In base64 a text looks different by what stands before it; its ends depend on its neighbours and are left out.
  const base64 = (raw: Buffer, at: number): Buffer => {
    const encoded = Buffer.concat([Buffer.alloc(at), raw]).toString('base64').replaceAll('=', '');
    return Buffer.from(encoded.slice(at === 0 ? 0 : at + 1, -1), 'latin1');
  };
  const wide = Buffer.from(text, 'utf16le');
  return [
    ['utf-8', bytes], ['utf-16', wide], ['utf-16be', Buffer.from(wide).swap16()],
    ...[0, 1, 2].map((at): [string, Buffer] => [`base64+${at}`, base64(bytes, at)]),
    ['hex', Buffer.from(bytes.toString('hex'), 'latin1')], ['json', Buffer.from(JSON.stringify(text).slice(1, -1).replaceAll(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`), 'latin1')],
    ['url', Buffer.from(encodeURIComponent(text), 'latin1')],
  ];
}

/** Plain files under a folder; what goes away meanwhile is passed over. */
export function filesUnder(folder: string, since = 0): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since);
}

/** @returns `file: text (encoding)` for each text that lies in one of these files in clear */
export function inClear(files: readonly string[], texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => needlesOf(text).map(([encoding, needle]) => ({ text, encoding, needle })));
  return files.flatMap((file) => {
    if (!existsSync(file)) return [];
    const bytes = readFileSync(file);
    return needles.filter(({ needle }) => bytes.includes(needle)).map(({ text, encoding }) => `${file}: ${text} (${encoding})`);
  });
}
