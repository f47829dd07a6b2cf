import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';

type Schema = { const?: unknown; enum?: unknown[]; anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; type?: string | string[]; format?: string; pattern?: string; minLength?: number; minimum?: number; items?: Schema; minItems?: number; properties?: Record<string, Schema>; required?: string[]; prefixItems?: Schema[] };

function text({ format, pattern, minLength = 1 }: Schema): string {
  if (format === 'uuid') return uuidv7();
  if (format === 'date-time') return '2026-11-23T02:00:00.000Z';
  if (format === 'date') return '2026-11-23';
  if (format === 'base64') return Buffer.alloc(minLength === 44 ? 32 : minLength === 88 ? 64 : 3 * Math.ceil(minLength / 4)).toString('base64');
  if (pattern?.startsWith('^hand-(') === true) return `hand-${uuidv7()}`;
  if (pattern?.includes('[0-9]{3,15}') === true) return '13800000000';
  if (pattern?.includes('{64}') === true) return 'a'.repeat(64);
  if (pattern?.includes('\\d{4}') === true) return '4711';
  return 'x'.repeat(Math.max(1, minLength));
}

function sample(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [one] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (one !== undefined) return sample(one);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((key) => [key, sample(schema.properties?.[key] ?? {})]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
    case 'integer':
    case 'number':
      return Math.max(0, schema.minimum ?? 0);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return text(schema);
    default:
      return {};
  }
}

/** Some body that keeps to a schema: what it says matters to nobody. Throws where it does not keep to it after all. */
export const someBody = (schema: z.ZodType): object => {
  const made = sample(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema);
  const parsed = schema.safeParse(made);
  if (!parsed.success) throw new Error(`${JSON.stringify(made)}: ${parsed.error.message}`);
  return made as object;
};
