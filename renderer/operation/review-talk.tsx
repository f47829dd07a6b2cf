import type { Lang } from '#shared/flow/definition.ts';
import type { ReviewState } from '#shared/review/review-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { useMe } from '../app/stores/session.ts';
import { usePersonName } from './people.ts';
import { submitTexts } from './submit-texts.ts';
import { localClock } from '../app/local-time.ts';

/** What maker and reviewer said to each other about one request, oldest first. */
export function Talk({ review }: { review: ReviewState; lang: Lang }) {
  const t = useTexts(submitTexts);
  const name = usePersonName();
  const me = useMe();
  if (review.talk.length === 0) return null;
  return (
    <ul className="op-talk" data-testid="talk">
      {review.talk.map((item) => (
        <li key={`${item.at} ${item.kind}`} data-kind={item.kind}>
          <span className="tone-muted tabular small">{localClock(item.at)} {item.by === me?.id ? t('you') : name(item.by)}</span>
          <span>{item.kind === 'hang-up' ? t('hangUpSuggested') : item.text}</span>
        </li>
      ))}
    </ul>
  );
}
