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
const CALLS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'fetch'];
const GLOBALS = ['process', 'window', 'document', 'globalThis', 'navigator', 'localStorage', 'require'];

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
