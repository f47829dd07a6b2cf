import { useEffect, useState } from 'react';
import type { PoolRow } from '#shared/protocol/live.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { sendCommand } from '../app/send.ts';
import { useCase } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { useMe } from '../app/stores/session.ts';
import { useSync } from '../app/stores/sync.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { DecidedList } from './decided-list.tsx';
import { ReviewList } from './review-list.tsx';
import { ReviewWork } from './review-work.tsx';
import './review.css';

/** The review desk: what waits, and the one review that this person has taken. */
export default function ReviewDesk() {
  const me = useMe();
  const rows = useLive('reviews');
  const [open, setOpen] = useState<{ caseId: string; reviewId: string } | null>(null);
  const [taking, setTaking] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const view = useCase(open?.caseId ?? null);
  // The case is not here before the centre grants it, so a refusal of the taking shows among those of the desktop.
  const declined = useSync(({ sync }) => (taking === null ? undefined : sync?.refused.find((mark) => mark.command === taking)));
  const review = open === null ? null : (view?.state.reviews[open.reviewId] ?? null);
  const mine = review !== null && me !== null && (review.takenBy === me.id || review.seats.some((seat) => seat.by === me.id) || review.decidedBy === me.id || review.entries.some((entry) => entry.by === me.id) || (me.role === 'lead' && review.decidedBy !== null));
  useEffect(() => {
    if (mine) setTaking(null);
  }, [mine]);
  useEffect(() => {
    if (declined === undefined) return;
    setTaking(null);
    setRefused(declined.refusal);
  }, [declined]);
  if (me === null) return null;
  const join = async (row: PoolRow, reason: string): Promise<void> => {
    setRefused(null);
    setOpen({ caseId: row.caseId, reviewId: row.reviewId });
    const reply = await sendCommand(row.caseId, 'join break-glass', { reviewId: row.reviewId, reason });
    if (reply.ok) setTaking(reply.value.commandId);
    else setRefused(reply.refusal);
  };
  const take = async (row: PoolRow): Promise<void> => {
    setRefused(null);
    setOpen({ caseId: row.caseId, reviewId: row.reviewId });
    const reply = await sendCommand(row.caseId, 'take review', { reviewId: row.reviewId });
    if (reply.ok) setTaking(reply.value.commandId);
    else setRefused(reply.refusal);
  };
  return (
    <div className="rv-desk" data-testid="review-desk">
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
      {mine && open !== null && view !== null ? <ReviewWork key={open.reviewId} view={view} reviewId={open.reviewId} me={me.id} onBack={() => setOpen(null)} /> : (
        <>
          <ReviewList
            rows={rows} me={me.id} takingId={taking === null ? null : (open?.reviewId ?? null)} onTake={(row) => void take(row)}
            lead={me.role === 'lead'} onJoin={(row, reason) => void join(row, reason)}
            onOpen={(row) => setOpen({ caseId: row.caseId, reviewId: row.reviewId })}
          />
          <DecidedList me={me.id} lead={me.role === 'lead'} onOpen={(caseId, reviewId) => setOpen({ caseId, reviewId })} />
        </>
      )}
    </div>
  );
}
