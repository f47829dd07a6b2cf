import type { AdministrationView } from '#shared/administration/administration-view.ts';
import type { Change } from '#shared/administration/change.ts';
import type { Lang } from '#shared/flow/definition.ts';
import type { Say } from '../app/i18n.ts';
import type { administrationTexts } from './texts.ts';

type Words = Say<(typeof administrationTexts)['zh-CN']>;

export const kindNameOf = (view: AdministrationView, kind: string, lang: Lang): string => Object.entries(view.policy.kinds).find(([id]) => id === kind)?.[1].name[lang] ?? kind;

/** What a change does, for a list. */
export const changeKind = (t: Words, change: Change): string => t(change.kind === 'publish flow' && change.publication === 'recalled' ? 'kind.recall flow' : `kind.${change.kind}`);

/** Whom or what it is about, for a list. */
export function changeSubject(view: AdministrationView, change: Change, lang: Lang): string {
  switch (change.kind) {
    case 'add person':
    case 'change person':
      return `${change.person.name} ${change.person.account}`;
    case 'reset passphrase': {
      const known = view.people.find(({ person }) => person.id === change.personId)?.person;
      return known === undefined ? '····' : `${known.name} ${known.account}`;
    }
    case 'enrol workstation':
      return `${change.workstation.name} · ${change.workstation.site}`;
    case 'publish policy':
      return change.policy.version;
    case 'publish flow':
      return `${change.definition.title[lang]} v${change.definition.version}`;
    case 'release kind':
      return kindNameOf(view, change.operationKind, lang);
    case 'set legal hold':
    case 'lift legal hold':
      return `${change.customerId} · ${change.matter}`;
    case 'erase customer':
      return change.customerId;
  }
}
