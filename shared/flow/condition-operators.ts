import type { Evaluate, Ground } from './condition-compile.ts';
import type { FactType } from './facts.ts';
import { isUnknown, merge, unknown, type Scalar } from './unknown.ts';

/**
 * The operators and functions a condition may use, and nothing else: no regular expressions, no
 * concatenation, no conversion, nothing whose cost grows with the length of a text.
 */

interface Operand { readonly type: FactType; readonly literal: boolean; readonly evaluate: Evaluate }
interface Result { readonly type: FactType; readonly evaluate: Evaluate }
/** Given operands, the result, or why these operands cannot be. */
export type Operator = (operands: readonly Operand[]) => Result | string;

const scalarTypes: readonly FactType[] = ['bool', 'int', 'string', 'date', 'timestamp', 'duration'];
const plain = (type: FactType): FactType => (type === 'date' ? 'string' : type);

function strict(evaluates: readonly Evaluate[], apply: (values: readonly Scalar[]) => Scalar | null): Evaluate {
  const [first, second] = evaluates;
  const inOrder = (ground: Ground) => {
    const a = first?.(ground);
    const b = second?.(ground);
    if (isUnknown(a) || isUnknown(b)) return merge(a, b);
    return apply([a as Scalar, b as Scalar]) ?? unknown('a number beyond what can be counted');
  };
  return inOrder;
}

function pair(operands: readonly Operand[]): [Operand, Operand] | null {
  const [a, b] = operands;
  return operands.length === 2 && a !== undefined && b !== undefined ? [a, b] : null;
}

function equality(wanted: boolean): Operator {
  return (operands) => {
    const both = pair(operands);
    if (both === null || !scalarTypes.includes(both[0].type) || plain(both[0].type) !== plain(both[1].type)) return 'only plain values of one kind are compared';
    return { type: 'bool', evaluate: strict(both.map((o) => o.evaluate), ([a, b]) => (a === b) === wanted) };
  };
}

function order(holds: (a: Scalar, b: Scalar) => boolean): Operator {
  return (operands) => {
    const both = pair(operands);
    const ordered: readonly FactType[] = ['int', 'timestamp', 'duration'];
    if (both === null) return 'two values are compared';
    const dates = [both[0].type, both[1].type].includes('date') && both.every((o) => plain(o.type) === 'string');
    if (!dates && (!ordered.includes(both[0].type) || both[0].type !== both[1].type)) return 'only two numbers, two times or two dates have an order';
    return { type: 'bool', evaluate: strict(both.map((o) => o.evaluate), ([a, b]) => holds(a as Scalar, b as Scalar)) };
  };
}

function arithmetic(types: Readonly<Record<string, FactType>>, apply: (a: number, b: number) => number): Operator {
  return (operands) => {
    const both = pair(operands);
    const type = both === null ? undefined : types[`${String(both[0].type)} ${String(both[1].type)}`];
    if (both === null || type === undefined) return 'these two cannot be reckoned with each other';
    return {
      type,
      evaluate: strict(both.map((o) => o.evaluate), ([a, b]) => {
        const value = apply(Number(a), Number(b));
        return Number.isSafeInteger(value) ? value : null;
      }),
    };
  };
}

/** `&&` and `||` take the side that decides, whatever is unknown on the other. */
function logic(deciding: boolean): Operator {
  return (operands) => {
    if (operands.length < 2 || operands.some((o) => o.type !== 'bool')) return 'both sides must be conditions';
    const sides = operands.map((o) => o.evaluate);
    return {
      type: 'bool',
      evaluate: (ground) => {
        const missing = [];
        for (const side of sides) {
          const value = side(ground);
          if (value === deciding) return deciding;
          if (isUnknown(value)) missing.push(value);
        }
        return missing.length > 0 ? merge(...missing) : !deciding;
      },
    };
  };
}

const hour = 3_600_000;
/** No zone of a rule has summer time, so a fixed offset is exact; other zones are refused. */
const zoneOffsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Shanghai': 8 * hour };

function clockPart(read: (time: number) => number): Operator {
  return (operands) => {
    const [time, zone] = operands;
    if (time?.type !== 'timestamp' || operands.length > 2) return 'only a time has hours';
    if (zone !== undefined && (zone.type !== 'string' || !zone.literal)) return 'the zone is written out';
    const offset = zone === undefined ? 0 : zoneOffsets[String(zone.evaluate({ facts: undefined, item: undefined }))];
    if (offset === undefined) return 'the zone is UTC or Asia/Shanghai';
    return {
      type: 'int',
      evaluate: (ground) => {
        const value = time.evaluate(ground);
        return isUnknown(value) ? value : read(Number(value) + offset);
      },
    };
  };
}

function literalOf(type: FactType, read: (text: string) => number | null): Operator {
  return ([operand, more]) => {
    if (operand?.type !== 'string' || !operand.literal || more !== undefined) return 'a written text is needed';
    const value = read(String(operand.evaluate({ facts: undefined, item: undefined })));
    return value === null ? 'the text is no such time' : { type, evaluate: () => value };
  };
}

function readDuration(text: string): number | null {
  const found = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?$/.exec(text);
  if (found === null || text === '') return null;
  return (Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0)) * 1000;
}

export const operators: Readonly<Record<string, Operator>> = {
  '_&&_': logic(false),
  '_||_': logic(true),
  '!_': ([operand]) => (operand?.type === 'bool'
    ? { type: 'bool', evaluate: strict([operand.evaluate], ([a]) => a === false) }
    : 'only a condition is negated'),
  '_==_': equality(true),
  '_!=_': equality(false),
  '_<_': order((a, b) => a < b),
  '_<=_': order((a, b) => a <= b),
  '_>_': order((a, b) => a > b),
  '_>=_': order((a, b) => a >= b),
  '_+_': arithmetic({ 'int int': 'int', 'timestamp duration': 'timestamp', 'duration timestamp': 'timestamp', 'duration duration': 'duration' }, (a, b) => a + b),
  '_-_': arithmetic({ 'int int': 'int', 'timestamp duration': 'timestamp', 'duration duration': 'duration', 'timestamp timestamp': 'duration' }, (a, b) => a - b),
  '_*_': arithmetic({ 'int int': 'int' }, (a, b) => a * b),
  '-_': ([operand]) => (operand?.type === 'int'
    ? { type: 'int', evaluate: strict([operand.evaluate], ([a]) => -Number(a)) }
    : 'only a number is negated'),
  '_?_:_': ([condition, yes, no]) => {
    if (condition?.type !== 'bool' || yes === undefined || no === undefined || plain(yes.type) !== plain(no.type) || !scalarTypes.includes(yes.type)) return 'a choice is between two plain values of one kind';
    return {
      type: yes.type,
      evaluate: (ground) => {
        const value = condition.evaluate(ground);
        return isUnknown(value) ? value : (value === true ? yes : no).evaluate(ground);
      },
    };
  },
  '@in': (operands) => {
    const both = pair(operands);
    const type = both?.[1].type;
    if (both === null || typeof type !== 'object' || !('list' in type) || !['int', 'string', 'date'].includes(String(both[0].type)) || plain(type.list) !== plain(both[0].type)) return 'a plain value is looked for in a list of its kind';
    const [needle, list] = [both[0].evaluate, both[1].evaluate];
    return {
      type: 'bool',
      evaluate: (ground) => {
        const [value, among] = [needle(ground), list(ground)];
        if (isUnknown(value) || isUnknown(among)) return merge(value, among);
        return (among as readonly unknown[]).includes(value);
      },
    };
  },
  size: ([operand, more]) => {
    if (operand === undefined || more !== undefined || typeof operand.type !== 'object' || !('list' in operand.type)) return 'only a list has a size';
    return {
      type: 'int',
      evaluate: (ground) => {
        const value = operand.evaluate(ground);
        return isUnknown(value) ? value : (value as readonly unknown[]).length;
      },
    };
  },
  getHours: clockPart((time) => Math.floor(time / hour) % 24),
  getMinutes: clockPart((time) => Math.floor(time / 60_000) % 60),
  duration: literalOf('duration', readDuration),
  timestamp: literalOf('timestamp', (text) => (Number.isNaN(Date.parse(text)) ? null : Date.parse(text))),
};
