import type { Expr, Expr_Call, Expr_Comprehension, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { operators, type Operator } from './condition-operators.ts';
import { listLimit, type FactShape, type FactType } from './facts.ts';
import { isUnknown, merge, unknown, type Scalar, type Unknown } from './unknown.ts';

/** Turns a parsed expression into closures, checking types, names and bounds on the way. */

export interface ExpressionProblem {
  readonly code: string;
  readonly message: string;
  /** Characters from the start of the expression. */
  readonly offset: number;
}

export type Value = Scalar | readonly unknown[] | Readonly<Record<string, unknown>> | Unknown;
export interface Ground { readonly facts: unknown; readonly item: unknown }
export type Evaluate = (ground: Ground) => Value;
/** A node: its type, how to evaluate it, and for a fact the path it reads. `never` after a problem. */
interface Node { readonly type: FactType | 'never'; readonly evaluate: Evaluate; readonly path?: string; readonly literal?: boolean }

export interface CompiledExpression {
  readonly type: FactType | 'never';
  readonly evaluate: Evaluate;
  readonly nodes: number;
  readonly references: readonly string[];
  readonly problems: readonly ExpressionProblem[];
}

const dead: Node = { type: 'never', evaluate: () => unknown('refused expression') };

/**
 * @param parsed the library's syntax tree, macros expanded
 * @param scope names and types an expression may use
 */
export function compileExpression(parsed: ParsedExpr, scope: FactShape): CompiledExpression {
  const compiler = new Compiler(scope, parsed);
  const node = parsed.expr === undefined ? dead : compiler.node(parsed.expr);
  const whole = node.type !== 'never' && !isScalarType(node.type) ? compiler.fail('CEL_TYPE', 'a list or group is not an answer', 0) : node;
  return { type: whole.type, evaluate: whole.evaluate, nodes: compiler.nodes, references: [...compiler.references].sort(), problems: compiler.problems };
}

class Compiler {
  readonly problems: ExpressionProblem[] = [];
  readonly references = new Set<string>();
  nodes = 0;
  readonly #scope: FactShape;
  readonly #parsed: ParsedExpr;
  /** The comprehension variable in force: only one, since comprehensions do not nest. */
  #local: { name: string; type: FactType; path: string } | null = null;

  constructor(scope: FactShape, parsed: ParsedExpr) {
    this.#scope = scope;
    this.#parsed = parsed;
  }

  fail(code: string, message: string, id: bigint | number): Node {
    const offset = this.#parsed.sourceInfo?.positions[String(id)] ?? 0;
    this.problems.push({ code, message, offset });
    return dead;
  }

  node(expr: Expr): Node {
    this.nodes += 1;
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'constExpr': return this.#constant(expr);
      case 'identExpr': return this.#identifier(kind.value.name, expr.id);
      case 'selectExpr': {
        if (kind.value.testOnly) return this.fail('CEL_HAS', 'has() would take an unknown fact for a missing one', expr.id);
        if (kind.value.operand === undefined) return this.fail('CEL_SYNTAX', 'a field of nothing', expr.id);
        return this.#select(this.node(kind.value.operand), kind.value.field, expr.id);
      }
      case 'callExpr': return this.#call(kind.value, expr.id);
      case 'listExpr': return this.#list(kind.value.elements, expr.id);
      case 'comprehensionExpr': return this.#comprehension(kind.value, expr.id);
      default: return this.fail('CEL_UNSUPPORTED', 'maps and messages are not used in conditions', expr.id);
    }
  }

  #constant(expr: Expr): Node {
    const constant = expr.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined;
    switch (constant?.case) {
      case 'boolValue': case 'stringValue': {
        const value = constant.value;
        return { type: constant.case === 'boolValue' ? 'bool' : 'string', evaluate: () => value, literal: true };
      }
      case 'int64Value': {
        const value = Number(constant.value);
        if (!Number.isSafeInteger(value)) return this.fail('CEL_NUMBER', 'the number is too large', expr.id);
        return { type: 'int', evaluate: () => value, literal: true };
      }
      default: return this.fail('CEL_CONSTANT', 'only whole numbers, texts, true and false (money is fen, rates are integers)', expr.id);
    }
  }

  #identifier(name: string, id: bigint): Node {
    if (this.#local?.name === name) {
      const { type, path } = this.#local;
      return { type, path, evaluate: ({ item }) => leaf(item, type, path) };
    }
    const type = Object.hasOwn(this.#scope, name) ? this.#scope[name] : undefined;
    if (type === undefined) return this.fail('CEL_UNKNOWN_FACT', `${name} is not a declared fact`, id);
    if (isLeaf(type)) this.references.add(name);
    return { type, path: name, evaluate: ({ facts }) => leaf(child(facts, name), type, name) };
  }

  #select(operand: Node, field: string, id: bigint): Node {
    if (operand.type === 'never') return dead;
    if (typeof operand.type === 'string' || !('object' in operand.type)) {
      return this.fail('CEL_UNKNOWN_FACT', `${operand.path ?? 'the value'} has no field ${field}`, id);
    }
    const path = `${operand.path ?? ''}.${field}`;
    const type = Object.hasOwn(operand.type.object, field) ? operand.type.object[field] : undefined;
    if (type === undefined) return this.fail('CEL_UNKNOWN_FACT', `${path} is not a declared fact`, id);
    if (isLeaf(type)) this.references.add(path);
    const inner = operand.evaluate;
    return {
      type, path,
      evaluate: (ground) => {
        const value = inner(ground);
        return isUnknown(value) ? unknown(path) : leaf(child(value, field), type, path);
      },
    };
  }

  #list(elements: readonly Expr[], id: bigint): Node {
    const nodes = elements.map((element) => this.node(element));
    const type = nodes[0]?.type ?? 'string';
    if (type === 'never' || nodes.some((node) => node.type === 'never')) return dead;
    if (!isScalarType(type) || nodes.some((node) => !sameType(node.type, type))) {
      return this.fail('CEL_TYPE', 'a list in a condition holds plain values of one kind', id);
    }
    const parts = nodes.map((node) => node.evaluate);
    return {
      type: { list: type }, literal: true,
      evaluate: (ground) => {
        const values: Scalar[] = [];
        for (const part of parts) {
          const value = part(ground);
          if (isUnknown(value)) return value;
          values.push(value as Scalar);
        }
        return values;
      },
    };
  }

  #call(call: Expr_Call, id: bigint): Node {
    const operands = [...(call.target === undefined ? [] : [call.target]), ...call.args].map((operand) => this.node(operand));
    if (operands.some((operand) => operand.type === 'never')) return dead;
    if (call.function === '_[_]') return this.#index(operands, id);
    const operator: Operator | undefined = Object.hasOwn(operators, call.function) ? operators[call.function] : undefined;
    if (operator === undefined) return this.fail('CEL_FUNCTION', `${call.function} is not allowed in a condition`, id);
    const whole = operands.find((operand) => operand.path !== undefined && typeof operand.type !== 'string' && 'list' in operand.type);
    if (call.function === '@in' && this.#local !== null && whole !== undefined) {
      return this.fail('CEL_TOO_DEEP', 'a list searched once for every item of a list is two deep', id);
    }
    const result = operator(operands.map((operand) => ({ type: operand.type as FactType, literal: operand.literal === true, evaluate: operand.evaluate })));
    if (typeof result === 'string') return this.fail('CEL_TYPE', result, id);
    return { type: result.type, evaluate: result.evaluate };
  }

  #index(operands: readonly Node[], id: bigint): Node {
    const [map, key] = operands;
    if (map === undefined || key === undefined || map.type === 'never' || typeof map.type === 'string' || !('map' in map.type) || key.type !== 'string') {
      return this.fail('CEL_TYPE', 'only a policy table is indexed, and only by text', id);
    }
    const type = map.type.map;
    const path = `${map.path ?? ''}[]`;
    if (isLeaf(type)) this.references.add(path);
    const [inMap, inKey] = [map.evaluate, key.evaluate];
    return {
      type, path,
      evaluate: (ground) => {
        const [table, name] = [inMap(ground), inKey(ground)];
        if (isUnknown(table) || isUnknown(name)) return merge(table, name);
        return leaf(child(table, String(name)), type, path);
      },
    };
  }

  #comprehension(comprehension: Expr_Comprehension, id: bigint): Node {
    const { iterRange, iterVar, iterVar2 } = comprehension;
    const macro = macroOf(comprehension);
    if (macro === null || iterRange === undefined || iterVar2 !== '') {
      return this.fail('CEL_FUNCTION', 'of the list macros only all, exists and exists_one are allowed', id);
    }
    if (this.#local !== null) return this.fail('CEL_TOO_DEEP', 'a comprehension inside a comprehension', id);
    if (Object.hasOwn(this.#scope, iterVar)) return this.fail('CEL_SHADOW', `${iterVar} is already the name of a fact`, id);
    const range = this.node(iterRange);
    if (range.type === 'never') return dead;
    if (typeof range.type === 'string' || !('list' in range.type)) return this.fail('CEL_TYPE', `${macro.name} needs a list`, id);
    this.#local = { name: iterVar, type: range.type.list, path: `${range.path ?? 'list'}[]` };
    const body = this.node(macro.body);
    this.#local = null;
    if (body.type === 'never') return dead;
    if (body.type !== 'bool') return this.fail('CEL_TYPE', `${macro.name} needs a condition`, id);
    return { type: 'bool', evaluate: folds[macro.name](range.evaluate, body.evaluate) };
  }
}

type MacroName = 'all' | 'exists' | 'exists_one';

/** The parser expands macros; their shape tells which one it was. Anything else is refused. */
function macroOf({ accuInit, loopStep }: Expr_Comprehension): { name: MacroName; body: Expr } | null {
  const start = accuInit?.exprKind.case === 'constExpr' ? accuInit.exprKind.value.constantKind : undefined;
  const step = loopStep?.exprKind.case === 'callExpr' ? loopStep.exprKind.value : undefined;
  if (start === undefined || step === undefined) return null;
  const [first, second] = step.args;
  if (start.case === 'boolValue' && start.value && step.function === '_&&_' && second) return { name: 'all', body: second };
  if (start.case === 'boolValue' && !start.value && step.function === '_||_' && second) return { name: 'exists', body: second };
  if (start.case === 'int64Value' && step.function === '_?_:_' && first) return { name: 'exists_one', body: first };
  return null;
}

function fold(range: Evaluate, body: Evaluate, onItem: (value: boolean, ones: number) => boolean | null, atEnd: (ones: number) => boolean): Evaluate {
  return ({ facts, item }) => {
    const list = range({ facts, item });
    if (isUnknown(list)) return list;
    let missing: Unknown | null = null;
    let ones = 0;
    for (const element of list as readonly unknown[]) {
      const value = body({ facts, item: element });
      if (isUnknown(value)) { missing = missing === null ? value : merge(missing, value); continue; }
      if (value === true) ones += 1;
      const early = onItem(value === true, ones);
      if (early !== null) return early;
    }
    return missing ?? atEnd(ones);
  };
}

const folds: Record<MacroName, (range: Evaluate, body: Evaluate) => Evaluate> = {
  all: (range, body) => fold(range, body, (value) => (value ? null : false), () => true),
  exists: (range, body) => fold(range, body, (value) => (value ? true : null), () => false),
  exists_one: (range, body) => fold(range, body, () => null, (ones) => ones === 1),
};

function isScalarType(type: FactType | 'never'): type is 'bool' | 'int' | 'string' | 'timestamp' | 'duration' | 'date' {
  return typeof type === 'string' && type !== 'never' && type !== 'words';
}

const isLeaf = (type: FactType): boolean => typeof type === 'string' || 'list' in type;

/** A civil date is text in `YYYY-MM-DD`, so it compares with text. */
function sameType(a: FactType | 'never', b: FactType | 'never'): boolean {
  const plain = (type: FactType | 'never') => (type === 'date' ? 'string' : type);
  return plain(a) === plain(b);
}

function child(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/**
 * A fact as it is read: of the declared type, or unknown. Instants become milliseconds, durations
 * (whole seconds in the tree) too; a list that is too long is unknown rather than cut.
 */
function leaf(value: unknown, type: FactType, path: string): Value {
  switch (type) {
    case 'bool': return typeof value === 'boolean' ? value : unknown(path);
    case 'int': return Number.isSafeInteger(value) ? (value as number) : unknown(path);
    case 'string': case 'date': return typeof value === 'string' ? value : unknown(path);
    case 'duration': return Number.isSafeInteger(value) ? (value as number) * 1000 : unknown(path);
    // No operator takes words, so no condition ever sees one.
    case 'words': return unknown(path);
    case 'timestamp': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(time) ? unknown(path) : time;
    }
    default:
      if ('list' in type) return Array.isArray(value) && value.length <= listLimit ? (value as readonly unknown[]) : unknown(path);
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : unknown(path);
  }
}
