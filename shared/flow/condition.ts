import { parse } from '@bufbuild/cel';
import { compileExpression, type Evaluate, type ExpressionProblem } from './condition-compile.ts';
import type { FactShape } from './facts.ts';
import { isUnknown } from './unknown.ts';

/**
 * A condition in CEL, bounded at publication (FL3) and judged over facts of which some may be
 * unknown (FL5). The grammar is the CEL library's; the evaluation is our own closures over the checked
 * tree, because unknown facts must be named and the worst admissible expression must stay under 5 ms
 * (the library's evaluator took 8 ms on it). A property test holds both to the same answers.
 */
export interface Condition {
  readonly source: string;
  readonly nodes: number;
  /** Fact paths read; items of a list as `selected[].status`. */
  readonly references: readonly string[];
  /**
   * @param facts the fact tree with the run's answers laid over it
   * @returns `pass`, `fail`, or `unknown` with the facts that would have to be known
   */
  evaluate(facts: unknown): Verdict;
}

export type Verdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'fail' }
  | { readonly verdict: 'unknown'; readonly unknown: readonly string[] };

export type CompiledCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

export const nodeLimit = 100;

/**
 * Compiles a condition against the declared facts.
 * @param source CEL text
 * @param scope declared facts, the flow's fields and ticks, and policy parameters, with types
 * @returns the condition, or every reason why it may not be published
 */
export function compileCondition(source: string, scope: FactShape): CompiledCondition {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(source);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replace(/^<input>:/, '') : String(cause);
    return { ok: false, problems: [{ code: 'CEL_SYNTAX', message, offset: 0 }] };
  }
  const compiled = compileExpression(parsed, scope);
  const problems = [...compiled.problems];
  if (compiled.nodes > nodeLimit) {
    problems.push({ code: 'CEL_TOO_LARGE', message: `${compiled.nodes} nodes; at most ${nodeLimit} are allowed`, offset: 0 });
  }
  if (compiled.type !== 'bool' && problems.length === 0) {
    problems.push({ code: 'CEL_NOT_A_CONDITION', message: 'the expression is not true or false', offset: 0 });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, condition: toCondition(source, compiled.nodes, compiled.references, compiled.evaluate) };
}

function toCondition(source: string, nodes: number, references: readonly string[], evaluate: Evaluate): Condition {
  return {
    source,
    nodes,
    references,
    evaluate(facts) {
      const value = evaluate({ facts, item: undefined });
      if (value === true) return { verdict: 'pass' };
      if (value === false) return { verdict: 'fail' };
      const missing = isUnknown(value) ? value.unknown : ['not a condition'];
      return { verdict: 'unknown', unknown: [...new Set(missing)].sort() };
    },
  };
}
