import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESK_REFUSALS } from '../../../shared/protocol/desk-refusals.ts';
import { LINK_REFUSALS } from '../../../shared/protocol/link-refusals.ts';

const root = join(import.meta.dirname, '../../..');
const files = ['electron/desk', 'renderer/desk-client'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(root, folder, name), 'utf8')));

describe('what the desk can refuse', () => {
  it('has words in both languages for every code in its source', () => {
    const codes = new Set(files.flatMap((text) => [...text.matchAll(/(?:code: |refuse\(|StoreError\(|, |\| )'([a-z]+(?:-[a-z]+)+|offline)'/g)].map(([, code]) => code ?? '')));
    const used = [...codes].filter((code) => /^(store|command|params|method|desk|signed|already|rules|no|answer|feed|offline|passphrase|old|unsent|server|locked|wrong)\b/.test(code));
    expect(used.length).toBeGreaterThan(20);
    const words: Record<string, unknown> = { ...LINK_REFUSALS, ...DESK_REFUSALS };
    expect(used.filter((code) => words[code] === undefined)).toEqual([]);
  });
});
