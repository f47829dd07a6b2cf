import type { FlowDefinition, FlowField } from './definition.ts';
import { declaredFacts, type FactShape, type FactType } from './facts.ts';
import { policyShape } from './policy.ts';

/** The names a flow's conditions may use: declared facts, its own fields and ticks, policy parameters. */

/** What an answer is to a condition. `planRefs` and `cardRefs` are looked up: the condition sees the plans. */
export function fieldFactType(field: FlowField): FactType {
  switch (field.type) {
    case 'text': case 'choice': case 'digits': case 'branchRef': return 'string';
    case 'date': return 'date';
    case 'dateTime': return 'timestamp';
    case 'money': case 'number': return 'int';
    case 'boolean': return 'bool';
    case 'multi': return { list: 'string' };
    case 'window': return { object: { from: 'timestamp', to: 'timestamp' } };
    case 'planRefs': return declaredFacts.plans;
    case 'cardRefs': return declaredFacts.holder.object.cards;
    case 'perItem': return { list: { object: { id: 'string', answer: 'string' } } };
  }
}

/** Where an answer of this type is looked up, for those that are ids of something else. */
export function lookedUpIn(field: FlowField): string | null {
  if (field.type === 'planRefs') return 'plans';
  return field.type === 'cardRefs' ? 'holder.cards' : null;
}

/**
 * @returns names with types; a field with a dotted id joins the declared group of its first part
 */
export function flowScope(definition: FlowDefinition): FactShape {
  const ticks: Record<string, FactType> = {};
  const scope: Record<string, FactType> = { ...declaredFacts, policy: { object: policyShape() } };
  for (const step of definition.steps) {
    for (const tick of step.ticks) ticks[tick.id] = 'bool';
    for (const field of step.fields) {
      // What is never stored can never be asked of a run.
      if (field.secret || field.searchOnly) continue;
      const [group, name] = field.id.split('.') as [string, string?];
      const before = scope[group];
      const members = typeof before === 'object' && 'object' in before ? before.object : {};
      if (name !== undefined) scope[group] = { object: { ...members, [name]: fieldFactType(field) } };
      else if (field.type === 'window') scope[group] = { object: { ...members, from: 'timestamp', to: 'timestamp' } };
      else scope[group] = fieldFactType(field);
    }
  }
  scope['ticks'] = { object: ticks };
  return scope;
}

/** The type at a dotted path, or undefined when no such fact is declared. */
export function typeAt(scope: FactShape, path: string): FactType | undefined {
  let type: FactType = { object: scope };
  for (const part of path.split('.')) {
    if (typeof type !== 'object' || !('object' in type) || !Object.hasOwn(type.object, part)) return undefined;
    const next: FactType | undefined = type.object[part];
    if (next === undefined) return undefined;
    type = next;
  }
  return type;
}
