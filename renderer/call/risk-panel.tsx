import { Button } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { useMe } from '../app/stores/session.ts';
import { closeTool, toggleTool, useTools } from '../app/stores/tools.ts';
import { Hotkey } from '../ui/hotkey.tsx';
import { StopList } from '../stop/stop-list.tsx';
import { WarmTransfer } from '../stop/warm-transfer.tsx';
import { newId, startStop } from './start-run.ts';
import { callTexts } from './texts.ts';

const kinds = ['coached', 'screen-shared', 'disclosed-code', 'third-party', 'threat', 'other'] as const;
const isKind = (what: string): what is (typeof kinds)[number] => kinds.some((one) => one === what);
const redFlags: ReadonlySet<string> = new Set(['scamWatch', 'complaintOpen']);

/** Pinned: flags of the customer, risks raised, cards being stopped. Opened (F8) it carries what to say at once. */
export function RiskPanel({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const me = useMe();
  const open = useTools((tools) => tools.risk);
  const flags = (me && view?.state.facts[me.id]?.facts.customer.flags) ?? [];
  const risks = view?.state.risks ?? [];
  const stops = view?.state.stops ?? [];
  const raise = (what: (typeof kinds)[number]): void => {
    if (view) void sendCommand(view.caseId, 'raise risk', { riskId: newId(), what, text: '' });
  };
  return (
    <section className="risk" aria-label={t('hand.risk')} data-testid="risk">
      <div className="row">
        <h2>{t('hand.risk')}</h2>
        <span className="grow row-wrap" style={{ gap: 4 }}>
          {flags.map((flag) => <span key={flag} className={`chip ${redFlags.has(flag) ? 'chip-red' : 'chip-amber'}`}>▲ {t(`flag.${flag}`)}</span>)}
          {risks.map((risk) => <span key={risk.riskId} className="chip chip-red">✕ {isKind(risk.what) ? t(`risk.${risk.what}`) : risk.what} {localClock(risk.at)}</span>)}
          {flags.length + risks.length + stops.length === 0 ? <span className="small tone-muted">{t('hand.noRisk')}</span> : null}
        </span>
        <Button size="small" danger onClick={() => void startStop()} data-testid="stop-card">{t('risk.stopCard')}<Hotkey keys="F8" /></Button>
      </div>
      {stops.length > 0 && view ? <StopList view={view} /> : null}
      {open ? (
        <div className="risk-open">
          <p className="speech speech-small">{t('risk.say')}</p>
          <p className="small tone-red">{t('risk.first')}</p>
          <WarmTransfer />
          <div className="row-wrap" style={{ gap: 4 }}>
            {kinds.map((what) => <Button key={what} size="small" disabled={view === null} onClick={() => raise(what)} data-testid={`risk-${what}`}>{t(`risk.${what}`)}</Button>)}
          </div>
        </div>
      ) : null}
      <button type="button" className="bar-button small tone-muted" aria-expanded={open} onClick={() => (open ? closeTool('risk') : toggleTool('risk'))}>{open ? '▴' : '▾'} {t('risk.raise')}</button>
    </section>
  );
}
