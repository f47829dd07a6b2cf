/** Finds what makes a function give another answer the next time: the clock, chance, timers, the surroundings. */
import { Visitor } from 'oxc-parser';
import type { Program } from 'oxc-parser';

export interface Impurity {
  what: string;
  start: number;
}

/** Members that read the clock or chance. */
const MEMBERS: Record<string, string[]> = {
  Date: ['now'],
  Math: ['random'],
  performance: ['now'],
  crypto: ['randomUUID', 'getRandomValues'],
};
const CALLS = ['randomUUID', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'fetch'];
const GLOBALS = ['process', 'window', 'document', 'globalThis', 'navigator', 'localStorage', 'require'];

/** What the simulation of tests/chaos could not make the same again: clock, chance and timers of the machine. */
const UNSTEADY = ['new Date()', 'Date()', 'Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'randomUUID()', 'setTimeout()', 'setInterval()'];
/** Where sync and log are: all of it is handed in (SY1 to SY9 are tried by seed). */
const STEADY_ROOMS = ['electron/desk/sync/', 'server/log/', 'server/cases/', 'server/gateway/desk-connection.ts'];
/** A program of its own, and the log behind a network, whose deadlines are the machine's: the simulation runs on SQLite. */
const OUTSIDE = ['server/log/sealing/rotate-ring.ts', 'server/log/postgres/'];

/** @returns what is not allowed in this file because a seed could not repeat it */
export const unsteadiness = (file: string, program: Program): Impurity[] =>
  !STEADY_ROOMS.some((room) => file.startsWith(room)) || OUTSIDE.some((path) => file.startsWith(path)) ? [] : impurities(program).filter(({ what }) => UNSTEADY.includes(what));

/** @param program syntax tree of one file */
export function impurities(program: Program): Impurity[] {
  const found: Impurity[] = [];
  new Visitor({
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) found.push({ what: 'new Date()', start: node.start });
    },
    CallExpression(node) {
      if (node.callee.type !== 'Identifier') return;
      if (node.callee.name === 'Date' || CALLS.includes(node.callee.name)) found.push({ what: `${node.callee.name}()`, start: node.start });
    },
    MemberExpression(node) {
      if (node.object.type !== 'Identifier') return;
      const { name } = node.object;
      const member = node.property.type === 'Identifier' ? node.property.name : '';
      if (MEMBERS[name]?.includes(member)) found.push({ what: `${name}.${member}`, start: node.start });
      else if (GLOBALS.includes(name)) found.push({ what: name, start: node.start });
    },
  }).visit(program);
  return found;
}
