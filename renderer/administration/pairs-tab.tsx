import { Button } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { askCentre } from '../app/send.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { administrationTexts } from './texts.ts';

type Pair = AskValue<'review pairs'>[number];
const HALF = 0.5;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const both = (pair: Pair): number => Math.min(pair.shareOfMaker, pair.shareOfReviewer);
/** More than half of both: two people who keep to each other. */
const isClose = (pair: Pair): boolean => both(pair) > HALF;
const count = (pair: Pair): number => pair.approved + pair.returned;

/** Who reviewed whom how often; pairs that keep to each other stand first. */
export function PairsTab() {
  const t = useTexts(administrationTexts);
  const [pairs, setPairs] = useState<readonly Pair[] | null>(null);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [reading, setReading] = useState(false);
  const read = useCallback(async (): Promise<void> => {
    setReading(true);
    const reply = await askCentre('review pairs', {});
    setReading(false);
    setRefused(reply.ok ? null : reply.refusal);
    if (reply.ok) setPairs([...reply.value].sort((a, b) => both(b) - both(a) || count(b) - count(a)));
  }, []);
  useEffect(() => void read(), [read]);
  return (
    <section className="card stack" data-testid="pairs-tab">
      <header className="row-wrap"><h2>{t('pairs.title')}</h2><span className="tone-muted">{t('pairs.about')}</span><span className="grow" /><Button size="small" disabled={reading} onClick={() => void read()} data-testid="pairs-reload">{t('pairs.reload')}</Button></header>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId="pairs-refused" />}
      {pairs === null ? (refused === null ? <p className="tone-muted">{t('pairs.reading')}</p> : null) : pairs.length === 0 ? <p data-testid="pairs-none"><strong>{t('pairs.none')}</strong></p> : (
        <table className="plain">
          <thead><tr><th>{t('pairs.maker')}</th><th>{t('pairs.reviewer')}</th><th className="amount">{t('pairs.approved')}</th><th className="amount">{t('pairs.returned')}</th><th className="amount">{t('pairs.ofMaker')}</th><th className="amount">{t('pairs.ofReviewer')}</th><th /></tr></thead>
          <tbody>
            {pairs.map((pair) => (
              <tr key={`${pair.maker} ${pair.reviewer}`} className={isClose(pair) ? 'row-amber' : ''} data-testid="pair" data-close={isClose(pair)}>
                <td>{pair.makerName}</td><td>{pair.reviewerName}</td><td className="amount">{pair.approved}</td><td className="amount">{pair.returned}</td><td className="amount">{percent(pair.shareOfMaker)}</td><td className="amount">{percent(pair.shareOfReviewer)}</td>
                <td>{isClose(pair) ? <span className="chip chip-amber"><span aria-hidden="true">▲</span> {t('pairs.look')}</span> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
