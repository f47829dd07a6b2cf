import type { CaseState } from '#shared/case/state.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { escalationTexts } from './texts.ts';

export type LeadCardData = Omit<CaseState['escalations'][number], 'escalationId' | 'at' | 'acceptedBy' | 'outcome' | 'by'>;

/** The card of PW-7: all the lead needs, so that nothing has to be told twice. */
export function LeadCard({ card, who, minutes }: { card: LeadCardData; who: string; minutes: number }) {
  const t = useTexts(escalationTexts);
  const lang = useLang();
  const rows: [string, string][] = [
    [t('card.who'), who], [t('card.level'), `L${card.verifiedLevel}`], [t('card.kind'), card.kind], [t('card.goal'), card.goal || t('none')], [t('card.deadline'), card.deadline || t('none')],
    [t('card.ruleTold'), card.ruleToldAt === null ? t('not.told') : `▶ ${timer(card.ruleToldAt * 1000)}`], [t('card.rungs'), card.rungsUsed.join(lang === 'zh' ? '、' : '; ') || t('none')], [t('card.branch'), card.branch || t('none')],
    [t('card.mood'), card.mood || t('none')], [t('card.minutes'), t('minutes', { n: minutes })], [t('card.complaint'), t(card.complaintWords ? 'yes' : 'no')],
  ];
  return <dl className="pairs lead-card" data-testid="lead-card">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}
