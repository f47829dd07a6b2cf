/**
 * Bundles the desktop: main process, desk process, preload and renderer, into `out/`.
 *
 * Targets are the lower of the two runtimes the desktop must run on (current Electron, and the
 * older one that set-up falls back to), so one build serves both. Everything is bundled but the
 * SQLite addon: a package with a binary inside must stay a package (`stage.ts` copies it for tests,
 * `electron-builder.yml` for installers).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const project = resolve(import.meta.dirname, '..');
const from = (path: string) => resolve(project, path);

/** Native or optional packages that are looked up at run time, never copied into the bundle. */
const external = ['electron', 'better-sqlite3', 'bufferutil', 'utf-8-validate'];

/** Puts the window's picture beside the main process. */
const windowIcon: Plugin = {
  name: 'window-icon',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'icon.png', source: readFileSync(from('build/icons/256x256.png')) });
  },
};

export default defineConfig({
  main: {
    plugins: [windowIcon],
    resolve: { alias: { argon2: from('build/argon2-wasm.ts') } },
    build: {
      target: 'node20',
      outDir: from('out/main'),
      externalizeDeps: false,
      rollupOptions: {
        external,
        input: { main: from('electron/main.ts'), desk: from('electron/desk/desk.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: from('out/preload'),
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron'],
        input: { preload: from('electron/preload.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: from('renderer'),
    plugins: [react()],
    build: {
      target: 'chrome130',
      outDir: from('out/renderer'),
      emptyOutDir: true,
      // Fonts stay files: the content policy allows none from data: addresses.
      assetsInlineLimit: 0,
      // A call must never wait for the reporting of sizes.
      reportCompressedSize: false,
      // A third of the script is names and spaces, and all of it is read at each start: the page keeps no cache.
      minify: true,
      rollupOptions: { input: { index: from('renderer/index.html') } },
    },
  },
});
