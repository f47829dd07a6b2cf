import type { ReviewState } from '#shared/review/review-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { usePersonName } from '../operation/people.ts';
import { quoted } from '../ui/punctuation.ts';
import { reviewTexts } from './texts.ts';

/** TP11: the two leads at it, why each is, and who has signed. What they typed stays with each of them. */
export function Seats({ review, me, released }: { review: ReviewState; me: string; released: boolean }) {
  const t = useTexts(reviewTexts);
  const lang = useLang();
  const name = usePersonName();
  const empty = Math.max(0, 2 - review.seats.length);
  return (
    <section className="rv-seats" aria-label={t('seats')} data-testid="seats">
      <strong>{t('seats')}</strong>
      {review.seats.map((seat) => (
        <span key={seat.by} className="row" data-testid={`seat-${seat.by}`} data-signed={seat.signedAt !== null}>
          <span className={`chip ${seat.signedAt !== null ? 'chip-green' : seat.by === me ? 'chip-accent' : ''}`}>{seat.signedAt !== null ? '✓' : '◔'} {name(seat.by)} · {t(seat.signedAt !== null ? 'seatHasSigned' : 'seatWorking')}</span>
          <span className="small">{quoted(lang, seat.reason)}</span>
        </span>
      ))}
      {released ? <strong className="tone-amber" data-testid="glass-released">▲ {t('glassReleased')}</strong> : Array.from({ length: empty }, (_, index) => <span key={index} className="chip tone-muted">○ {t('seatEmpty')}</span>)}
    </section>
  );
}
