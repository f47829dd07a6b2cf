import type { Lang } from '#shared/flow/definition.ts';
import { formatFen } from '#shared/money/fen.ts';
import type { OperationPayload } from '#shared/operation/payload.ts';
import { useTexts } from '../app/i18n.ts';
import { PlainLineCard } from './plain-line.tsx';
import { worksheetTexts } from './worksheet-texts.ts';

/** The very figures that a signature is for, line by line (TP2): nothing that is signed is not shown. */
export function PayloadCard({ payload, lang }: { payload: OperationPayload; lang: Lang }) {
  const t = useTexts(worksheetTexts);
  return (
    <section className="op-payload" data-testid="payload">
      <ul>
        {payload.lines.map((line) => line.type === 'plain' ? <li key={line.lineId}><PlainLineCard line={line} lang={lang} spoken={false} /></li> : (
          <li key={line.lineId}>
            <p className="row"><strong className="grow">{line.merchant}</strong><strong className="tabular">¥{formatFen(line.dueNowFen)}</strong></p>
            <p className="tone-muted small tabular">
              {line.signedOn} · {t('colPrincipal')} {formatFen(line.principalFen)} · {t('colPeriods')} {line.periodsPosted}/{line.periodsTotal} · {t('colRemaining')} {formatFen(line.remainingFen)}
            </p>
            <p className="tone-muted small">{line.chargingRule[lang]}</p>
          </li>
        ))}
      </ul>
      <p className="row-wrap">
        <span>{t('total', { n: payload.lines.length })}</span><strong className="op-24 tabular">¥{formatFen(payload.totalDueFen)}</strong>
        {payload.kind === 'early-settlement' ? <span className="tone-muted">{t('dueDate')} <span className="tabular">{payload.dueDate}</span></span> : null}
        <span className="tone-muted">{t('typeLastFour')} <span className="tabular">{payload.cardLastFour}</span></span>
      </p>
    </section>
  );
}
