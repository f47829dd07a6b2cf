/** The table of roles in docs/roles.md, from the one in code (PR3): between two marks, so that the prose around it stays. */
import { administrationCommandSchemas } from '#shared/administration/administration-schema.ts';
import { commandSchemas } from '#shared/case/commands.ts';
import { may, type Act } from '#shared/people/may.ts';
import { Role, roleNames } from '#shared/people/roles.ts';
import { asks } from '#shared/protocol/asks.ts';

export const ROLES_FILE = 'docs/roles.md';
const BEGIN = '<!-- roles: generated from shared/people/may.ts by npm run docs:protocol; do not edit -->';
const END = '<!-- /roles -->';

const isOf = (schemas: object) => (act: Act): boolean => Object.hasOwn(schemas, act);
const groups: readonly { zh: string; en: string; has: (act: Act) => boolean }[] = [
  { zh: '案件里的操作', en: 'Commands of a case', has: isOf(commandSchemas) },
  { zh: '中心本身', en: 'The centre itself', has: (act) => isOf(administrationCommandSchemas)(act) || act === "revoke others' keys" },
  { zh: '要两个人办的改动（提出或同意）', en: 'Changes by two people (to propose or to approve)', has: () => true },
  { zh: '查询和即时请求', en: 'Asks', has: isOf(asks) },
];

/** @returns the tables, one for each kind of act, in both languages */
export function rolesTable(): string {
  const left = new Set(Object.keys(may) as Act[]);
  const take = (has: (act: Act) => boolean): Act[] => [...left].filter(has).filter((act) => left.delete(act));
  // What nothing else claims is a kind of change: asked last, shown third.
  const [commands = [], centre = [], asked = []] = [groups[0]!, groups[1]!, groups[3]!].map(({ has }) => take(has));
  const acts = [commands, centre, take(() => true), asked];
  const heading = `| | ${Role.options.map((role) => `${roleNames[role].zh} ${roleNames[role].en}`).join(' | ')} |`;
  return groups.flatMap(({ zh, en }, index) => [
    `### ${zh} / ${en}`, '', heading, `|---|${Role.options.map(() => ':-:|').join('')}`,
    ...(acts[index] ?? []).map((act) => `| \`${act}\` | ${Role.options.map((role) => (may[act].includes(role) ? '●' : '')).join(' | ')} |`), '',
  ]).join('\n');
}

/** @returns the document with its table as it is in code; throws where the marks are missing */
export function withRolesTable(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${ROLES_FILE} has no place for the table: ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${rolesTable()}${document.slice(end)}`;
}
