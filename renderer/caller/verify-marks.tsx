import { callIdsOf } from '#shared/operation/call-of.ts';
import { useTexts } from '../app/i18n.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { useCallInHand, isOnCall } from '../call/current-call.ts';
import { callTexts } from '../call/texts.ts';
import { callerTexts } from './texts.ts';

const factorNames = ['name', 'idLast4', 'birthDate', 'recentTransaction', 'addressDistrict', 'branchDistrict', 'statementDay', 'autoDebitLastFour', 'servicePassword'] as const;

/** The verification of the call in hand (a callback verifies again), or of the call the case came with. */
export function useVerification(view: TypedCase): { callId: string | null; onCall: boolean; level: number; factors: { factor: string; ok: boolean }[]; failuresToday: number } {
  const hand = useCallInHand();
  const onCall = hand !== null && isOnCall(view, hand.callId);
  const callId = onCall ? hand.callId : (callIdsOf(view.state).at(-1) ?? view.state.opened?.callId ?? null);
  const held = view.state.verification[callId ?? 'none'];
  return { callId, onCall, level: held?.level ?? 0, factors: held?.factors ?? [], failuresToday: held?.failuresToday ?? 0 };
}

/** 核身 L2 ✓✓○: a mark a level, and which kinds passed or failed; never a value. */
export function VerifyMarks({ view }: { view: TypedCase }) {
  const t = useTexts(callerTexts);
  const say = useTexts(callTexts);
  const { level, factors, failuresToday, onCall } = useVerification(view);
  return (
    <div data-testid="verify-marks" data-level={level}>
      <p>
        <strong className={!onCall ? 'tone-muted' : level >= 3 ? 'tone-green' : level > 0 ? 'tone-amber' : 'tone-muted'}>{t('level', { n: level })}</strong>{' '}
        <span aria-hidden="true">{[1, 2, 3].map((n) => (n <= level ? '✓' : '○')).join('')}</span>
        {!onCall && level > 0 ? <span className="small tone-muted"> {t('earlierCall')}</span> : null}
        {failuresToday > 0 ? <span className="tone-red small"> ✕ {t('failures', { n: failuresToday })}</span> : null}
      </p>
      <p className="row-wrap" style={{ gap: 4 }}>
        {factors.map(({ factor, ok }, index) => {
          const name = factorNames.find((one) => one === factor);
          return <span key={index} className={`chip ${!onCall ? '' : ok ? 'chip-green' : 'chip-red'}`}>{ok ? '✓' : '✕'} {name ? say(`factor.${name}`) : factor}</span>;
        })}
      </p>
    </div>
  );
}
