import type { OperationKind } from '#shared/operation/payload.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { useControl } from './control.ts';
import { controlTexts } from './control-texts.ts';

type Stop = LiveValue<'stopped-kinds'>[number];

/** TP15: the stop of a kind that holds now, or null. */
export const useStopped = (kind: OperationKind): Stop | null => useLive('stopped-kinds')?.find((one) => one.kind === kind) ?? null;

/** On the screens of that kind: since when, by whom, why, and what to tell the customer. */
export function StoppedKind({ kind }: { kind: OperationKind }) {
  const stop = useStopped(kind);
  return stop === null ? null : <StoppedNotice stop={stop} testId="kind-stopped" />;
}

export function StoppedNotice({ stop, testId }: { stop: Stop; testId: string }) {
  const t = useTexts(controlTexts);
  const lang = useLang();
  const control = useControl();
  return (
    <div className="notice notice-red" role="alert" data-testid={testId} data-kind={stop.kind}>
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words">
        <strong>{t('stoppedTitle', { kind: control?.kinds[stop.kind]?.name[lang] ?? stop.kind })}</strong> · <span className="tabular">{t('stoppedBy', { at: localMoment(stop.since, nowAt()), name: stop.byName, reason: stop.reason })}</span>
        <p>{t('stoppedSay')}</p>
      </div>
    </div>
  );
}

/** On every screen, one line for each kind that is stopped: nobody should learn it from a refusal. */
export function StoppedStrips() {
  const t = useTexts(controlTexts);
  const lang = useLang();
  const control = useControl();
  const stopped = useLive('stopped-kinds') ?? [];
  return stopped.map((stop) => (
    <div key={stop.kind} className="notice notice-red" role="status" data-testid={`strip-stopped-${stop.kind}`}>
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words"><strong>{t('stoppedTitle', { kind: control?.kinds[stop.kind]?.name[lang] ?? stop.kind })}</strong> · <span className="tabular">{t('stoppedBy', { at: localMoment(stop.since, nowAt()), name: stop.byName, reason: stop.reason })}</span> · {t('stoppedSay')}</div>
    </div>
  ));
}
