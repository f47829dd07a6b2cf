/** Everything under docs/ that is generated, by its path from the project's root. */
import { stringify } from 'yaml';
import { asyncApi } from './asyncapi.ts';
import { bankOpenApi } from './bank-openapi.ts';
import { openApi } from './openapi.ts';
import { refusalsTable } from './refusals-table.ts';
import { vectors } from './vectors.ts';

/** @param version of YAML whose parsers read it too: 1.1 takes an unquoted instant for no text */
const yaml = (document: object, version: '1.1' | '1.2' = '1.2'): string =>
  `# Generated from the schemas in shared/ by npm run docs:protocol; do not edit.\n${stringify(document, { lineWidth: 120, aliasDuplicateObjects: false, version })}`;

export const VERSIONS_FILE = 'docs/protocol/versions.json';

/** @returns content by path; versions.json is apart, because it remembers what was */
export const generatedFiles = (): Record<string, string> => ({
  'docs/protocol/asyncapi.yaml': yaml(asyncApi()),
  'docs/protocol/openapi.yaml': yaml(openApi()),
  'docs/protocol/bank-openapi.yaml': yaml(bankOpenApi(), '1.1'),
  'docs/protocol/refusals.md': refusalsTable(),
  'docs/protocol/vectors.json': `${JSON.stringify(vectors(), null, 2)}\n`,
});
