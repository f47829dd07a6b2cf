import type { ReactNode } from 'react';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { Role, roleNames } from '#shared/people/roles.ts';
import { Instant } from '#shared/protocol/ids.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localDate } from '../app/local-time.ts';
import { Money } from '../ui/money.tsx';
import { isLeafWords, type Leaf } from './difference.ts';
import { fieldTexts } from './field-texts.ts';
import { administrationTexts } from './texts.ts';

export type Subject = 'policy' | 'person' | 'flow';
type FieldKey = keyof typeof fieldTexts.en;
const isFieldKey = (key: string): key is FieldKey => Object.hasOwn(fieldTexts.en, key);

/** `2026-11-01 08:00` */
export const moment = (at: string): string => `${localDate(at)} ${localClock(at)}`;
export const nameOf = (view: AdministrationView, id: string | null): string => view.people.find(({ person }) => person.id === id)?.person.name ?? '····';
/** As the machine itself shows it: the first 16 digits of its key's id, in fours. */
export const fingerprintOf = (keyId: string): string => (keyId.slice(0, 16).match(/.{4}/g) ?? []).join('-');
export const shortKey = (keyId: string): string => fingerprintOf(keyId).slice(0, 9);

/** Names of fields and their values, for people: paths of policies and persons in words, money in yuan, instants by the centre's clock. */
export function useFieldWords(control: ControlPolicy): { label: (subject: Subject, path: readonly string[]) => string; show: (path: readonly string[], leaf: Leaf | undefined) => ReactNode } {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const lang = useLang();
  const kind = (part: string): string | undefined => Object.entries(control.kinds).find(([id]) => id === part)?.[1].name[lang];
  const partOf = (subject: Subject, part: string, before: string | undefined): string => {
    if (before === 'kinds' || (before === 'reviewLimitFen' && subject === 'person')) return kind(part) ?? part;
    if (before === 'reviewLimitFen') return Role.safeParse(part).success ? roleNames[part as Role][lang] : part;
    const key = before === 'keyFigures' ? `figure.${part}` : before === 'pinned' ? `fact.${part}` : subject === 'person' && part === 'name' ? 'person' : part;
    return isFieldKey(key) ? field(key) : part;
  };
  return {
    label: (subject, path) =>
      path.map((part, index) => (part === 'kinds' || part === 'entitlements' || (subject === 'person' && part === 'reviewLimitFen') ? (part === 'reviewLimitFen' ? field('reviewLimitFen') : null) : subject === 'flow' ? part : partOf(subject, part, path[index - 1])))
        .filter((part) => part !== null).join(' › '),
    show: (path, leaf) => {
      if (leaf === undefined || leaf === null) return <span className="tone-muted">—</span>;
      if (isLeafWords(leaf)) return `${leaf.zh} / ${leaf.en}`;
      if (typeof leaf === 'boolean') return t(leaf ? 'yes' : 'no');
      if (typeof leaf === 'number') return path.some((part) => part.endsWith('Fen')) ? <Money fen={leaf} /> : String(leaf);
      if (path.at(-1) === 'role' && Role.safeParse(leaf).success) return roleNames[leaf as Role][lang];
      if (Instant.safeParse(leaf).success) return moment(leaf);
      return leaf === '' ? <span className="tone-muted">—</span> : leaf;
    },
  };
}
