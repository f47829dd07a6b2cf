import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { impurities, unsteadiness } from '../../../build/check/purity.ts';
import { refusedImport } from '../../../build/check/room-rules.ts';

const check = (file: string, to: string, typeOnly = false) =>
  refusedImport({ file, request: to, target: /^(shared|electron|renderer|server|build|tests)\//.test(to) ? to : null, typeOnly });

describe('who may import whom', () => {
  it.each([
    ['renderer/app/app.tsx', 'server/main.ts'],
    ['server/main.ts', 'renderer/app/app.tsx'],
    ['shared/case/fold.ts', 'server/main.ts'],
    ['shared/case/fold.ts', 'node:crypto'],
    ['shared/case/fold.ts', 'react'],
    ['shared/case/fold.ts', 'uuid'],
    ['renderer/app/app.tsx', 'electron'],
    ['renderer/app/app.tsx', 'node:fs'],
    ['renderer/app/app.tsx', 'socket.io-client'],
    ['renderer/app/app.tsx', 'electron/desk/store/store.ts'],
    ['renderer/app/app.tsx', 'electron/ipc/bridge.ts'],
    ['server/main.ts', 'electron/options.ts'],
    ['server/main.ts', 'antd'],
    ['electron/main.ts', 'electron/desk/store/store.ts'],
    ['electron/desk/desk.ts', 'electron/main.ts'],
    ['electron/desk/desk.ts', 'electron'],
    ['electron/preload.ts', 'electron/options.ts'],
    ['server/main.ts', 'tests/unit/x.ts'],
  ])('%s may not import %s', (file, to) => {
    expect(check(file, to)).not.toBeNull();
  });

  it.each([
    ['renderer/app/app.tsx', 'shared/case/fold.ts', false],
    ['renderer/app/desk.ts', 'electron/ipc/bridge.ts', true],
    ['server/main.ts', 'shared/case/fold.ts', false],
    ['server/main.ts', 'fastify', false],
    ['shared/case/fold.ts', 'zod', false],
    ['shared/case/fold.ts', '@noble/hashes/sha2.js', false],
    ['electron/desk/desk.ts', 'electron/ipc/desk-options.ts', false],
    ['electron/desk/desk.ts', 'better-sqlite3', false],
    ['tests/integration/x.test.ts', 'server/main.ts', false],
  ])('%s may import %s', (file, to, typeOnly) => {
    expect(check(file, to, typeOnly)).toBeNull();
  });
});

describe('neither clock nor chance in shared/', () => {
  const found = (code: string) => impurities(parseSync('x.ts', code).program).map((item) => item.what);

  it.each(['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'setTimeout(f, 1)', 'performance.now()', 'crypto.randomUUID()', 'process.env', 'window.x', 'globalThis.x'])('finds %s', (code) => {
    expect(found(`export const f = () => ${code};`)).toHaveLength(1);
  });

  it('leaves alone what gives the same answer each time', () => {
    expect(found("export const a = new Date('2026-01-02T03:04:05.678Z'); const o = { now: 1 }; o.now; Math.max(1, 2); // Date.now()")).toEqual([]);
  });
});

describe('sync and log take clock, chance and timers as arguments', () => {
  const found = (file: string, code: string) => unsteadiness(file, parseSync('x.ts', `export const f = () => ${code};`).program).map((item) => item.what);

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'performance.now()', 'setTimeout(f, 1)', 'setInterval(f, 1)', 'randomUUID()', 'crypto.randomUUID()'])('finds %s', (code) => {
    for (const file of ['electron/desk/sync/line.ts', 'server/log/sqlite/reader.ts', 'server/cases/command-service.ts', 'server/gateway/desk-connection.ts']) expect(found(file, code)).toHaveLength(1);
    expect(found('electron/desk/desk.ts', code)).toEqual([]);
  });

  it('leaves alone what the simulation has as well', () => {
    expect(found('server/log/group-commit.ts', 'setImmediate(f)')).toEqual([]);
  });
});
