import './spool.css';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import type { LiveValue } from '#shared/protocol/live.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SpoolOutcome } from '#shared/protocol/spool.ts';
import { desk } from '../app/desk.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { askCentre } from '../app/send.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase } from '../app/stores/place.ts';
import { useSession } from '../app/stores/session.ts';
import { kindName, syncTexts } from '../sync/texts.ts';
import { refusalText, RefusalNotice } from '../ui/refusal-notice.tsx';
import { spoolTexts } from './texts.ts';

type Late = LiveValue<'late-work'>[number];

/** The leads' tray: unsent work whose author could not send it any more, and what became of it (SY10). */
export default function LateWorkView() {
  const t = useTexts(spoolTexts);
  const items = useLive('late-work') ?? [];
  const server = useSession(({ session }) => (session?.status === 'signed-in' ? session.server : null));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [outcome, setOutcome] = useState<SpoolOutcome | null>(null);
  const [busy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);

  async function putAway(commands: string[]): Promise<void> {
    const reply = await askCentre('put away late work', { commands });
    setRefusal(reply.ok ? null : reply.refusal);
  }

  async function look(command: string): Promise<void> {
    const reply = await askCentre('open late case', { command });
    setRefusal(reply.ok ? null : reply.refusal);
    if (reply.ok) openCase(reply.value.case);
  }

  async function importFile(chosen: File): Promise<void> {
    if (server === null) return;
    setBusy(true);
    setRefusal(null);
    setOutcome(null);
    const reply = await desk.calls.importSpool({ server, content: await chosen.text() });
    setBusy(false);
    if (reply.ok) setOutcome(reply.value);
    else setRefusal(reply.refusal);
  }

  return (
    <div className="stack page" data-testid="late-work-view">
      <div className="row-wrap">
        <h2>{t('title')}</h2>
        <span className="grow" />
        <Button size="small" loading={busy} onClick={() => file.current?.click()} data-testid="late-import">{busy ? t('importing') : t('import')}</Button>
        {items.length > 1 ? <Button size="small" onClick={() => void putAway(items.map(({ command }) => command))} data-testid="late-put-all">{t('seen.all')}</Button> : null}
        <input
          ref={file} type="file" accept="application/json,.json" hidden aria-label={t('import')} data-testid="late-file"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            event.target.value = '';
            if (chosen !== undefined) void importFile(chosen);
          }}
        />
      </div>
      <p className="tone-muted">{t('hint')}</p>
      {outcome ? <p role="status" data-testid="late-outcome">{t('outcome', outcome)}</p> : null}
      {refusal ? <RefusalNotice refusal={refusal} onClose={() => setRefusal(null)} /> : null}
      {items.length === 0 ? <section className="card"><strong>{t('none')}</strong><p className="tone-muted">{t('none.hint')}</p></section> : (
        <table className="plain late-work">
          <thead><tr><th>{t('who')}</th><th>{t('made')}</th><th>{t('what')}</th><th>{t('because')}</th><th>{t('became')}</th><th /></tr></thead>
          <tbody>{items.map((one) => <LateRow key={one.command} one={one} open={() => void look(one.command)} putAway={() => void putAway([one.command])} />)}</tbody>
        </table>
      )}
    </div>
  );
}

function LateRow({ one, open, putAway }: { one: Late; open: () => void; putAway: () => void }) {
  const t = useTexts(spoolTexts);
  const kinds = useTexts(syncTexts);
  const lang = useLang();
  return (
    <tr data-testid={`late-${one.command}`} data-became={one.became}>
      <td><strong>{one.authorName || '—'}</strong>{one.workstationName === null ? null : <div className="small tone-muted">{one.workstationName}</div>}</td>
      <td className="tabular"><time dateTime={one.madeAt}>{localMoment(one.madeAt, nowMs())}</time></td>
      <td>{kindName(kinds, one.kind)}<div className="small tone-muted tabular">…{one.caseId.slice(-6)}</div></td>
      <td>{t(`because.${one.because}`)}</td>
      <td>
        {one.became === 'recorded' ? <span className="tone-green">✓ {t('became.recorded')}</span> : <span className="tone-red">✕ {t('became.refused')}</span>}
        {one.code === null ? null : <LateReason refusal={{ code: one.code }} lang={lang} />}
      </td>
      <td><span className="row"><Button size="small" onClick={open} data-testid={`late-open-${one.command}`}>{t('open')}</Button><Button size="small" onClick={putAway} data-testid={`late-seen-${one.command}`}>{t('seen')}</Button></span></td>
    </tr>
  );
}

function LateReason({ refusal, lang }: { refusal: Refusal; lang: ReturnType<typeof useLang> }) {
  const words = refusalText(refusal, lang);
  return <div className="small tone-muted">{words.what}{lang === 'en' ? ' ' : ''}{words.todo}</div>;
}
