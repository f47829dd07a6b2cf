/** Bundles the harness page: `node tests/component/harness/build.ts OUT_FOLDER`. */
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { published } from '../setup/published.ts';

const out = process.argv[2];
if (out === undefined) throw new Error('usage: node tests/component/harness/build.ts OUT_FOLDER');
await build({
  configFile: false, root: import.meta.dirname, plugins: [react()], base: './', logLevel: 'warn',
  resolve: { alias: { '#shared': resolve(import.meta.dirname, '../../../shared') } },
  define: { __RULES__: JSON.stringify(published) },
  build: { outDir: resolve(out), emptyOutDir: true, target: 'chrome130', minify: false, reportCompressedSize: false },
});
