/** Everything under docs/ that is generated, by its path from the project's root. */
import { stringify } from 'yaml';
import { asyncApi } from './asyncapi.ts';
import { openApi } from './openapi.ts';
import { refusalsTable } from './refusals-table.ts';
import { vectors } from './vectors.ts';

const yaml = (document: object): string =>
  `# Generated from the schemas in shared/ by npm run docs:protocol; do not edit.\n${stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })}`;

export const VERSIONS_FILE = 'docs/protocol/versions.json';

/** @returns content by path; versions.json is apart, because it remembers what was */
export const generatedFiles = (): Record<string, string> => ({
  'docs/protocol/asyncapi.yaml': yaml(asyncApi()),
  'docs/protocol/openapi.yaml': yaml(openApi()),
  'docs/protocol/refusals.md': refusalsTable(),
  'docs/protocol/vectors.json': `${JSON.stringify(vectors(), null, 2)}\n`,
});
