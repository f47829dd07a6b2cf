import { memo, useMemo } from 'react';
import type { Look } from '#shared/protocol/case-view.ts';
import type { HeldCases } from '../desk-client/held-cases.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useCasesCalmly } from '../app/stores/calm-cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { openCase } from '../app/stores/place.ts';
import { bracketed } from '../ui/punctuation.ts';
import { SavedMark } from '../ui/saved-mark.tsx';
import { kindName, syncTexts } from './texts.ts';
import { waitingOf } from './waiting.ts';

/** A night's work is ten thousand rows; nobody reads them, and drawing them stops everything else (OF5). */
export const MOST_ROWS = 100;
const CALM_MS = 500;

type RowProps = { stream: string; kind: string; look: Look; urgent: boolean; madeAt: string; doubtful: boolean };

/**
 * Plain values only: every push brings new objects of the same commands, and a row that says the same is not drawn again. A
 * plain button too: with Ant Design's, a hundred rows that come and go at once were a tenth of a second of work.
 */
const QueueRow = memo(function QueueRow({ stream, kind, look, urgent, madeAt, doubtful }: RowProps) {
  const t = useTexts(syncTexts);
  return (
    <tr data-testid="queue-row">
      <td>{urgent ? <span className="chip chip-red">{t('urgent')}</span> : null} {kindName(t, kind)}</td>
      <td className="tabular">{localMoment(madeAt, nowMs())}</td>
      <td><SavedMark look={look} />{doubtful ? <span className="small tone-amber"> ▲ {t('doubtful')}</span> : null}</td>
      <td><button type="button" className="bar-button tone-accent" onClick={() => openCase(stream)}>{t('open')}</button></td>
    </tr>
  );
});

const Queue = memo(function Queue({ held }: { held: HeldCases }) {
  const t = useTexts(syncTexts);
  const lang = useLang();
  const { count, first } = useMemo(() => waitingOf(held, MOST_ROWS), [held]);
  return (
    <>
      <h3>{t('queue')}{bracketed(lang, count)}</h3>
      {count === 0 ? <p className="tone-muted">{t('queue.none')}</p> : (
        <table className="plain" style={{ maxWidth: 860 }}>
          <thead><tr><th>{t('kind')}</th><th>{t('made')}</th><th>{t('look')}</th><th /></tr></thead>
          <tbody>{first.map(({ command, stream, kind, look, urgent, madeAt, doubtful }) => (
            <QueueRow key={command} stream={stream} kind={kind} look={look} urgent={urgent} madeAt={madeAt} doubtful={doubtful !== null} />
          ))}</tbody>
        </table>
      )}
      {count > MOST_ROWS ? <p className="tone-muted" data-testid="queue-more">{t('moreRows', { n: count - MOST_ROWS })}</p> : null}
    </>
  );
});

/** What waits to be sent; each answer changes it, and drawing the whole list for each would stop the rest of the screen (OF5). */
export function QueuePart() {
  return <Queue held={useCasesCalmly(CALM_MS)} />;
}
