import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../shared/protocol/refusals.ts';

const root = join(import.meta.dirname, '../../..');
const files = ['electron/desk', 'renderer/desk-client'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(root, folder, name), 'utf8')));

describe('what the desk can refuse', () => {
  it('has words in both languages for every code in its source', () => {
    const codes = new Set(files.flatMap((text) => [...text.matchAll(/(?:code: |refuse\(|StoreError\(|, |\| )'([a-z]+(?:-[a-z]+)+|offline)'/g)].map(([, code]) => code ?? '')));
    const used = [...codes].filter((code) => /^(store|command|params|method|desk|signed|already|rules|no|answer|feed|offline|passphrase|old|unsent|server|locked|wrong|key|workstation|tp\d+|operation|review|case|change)\b/.test(code));
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((code) => REFUSALS[code] === undefined)).toEqual([]);
  });
});
