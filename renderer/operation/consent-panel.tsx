import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Hotkey } from '../ui/hotkey.tsx';
import { ConfirmFrame, type Confirmable } from './confirm-frame.tsx';
import { eyeItems, heartItems, nextItem } from './confirmation-view.ts';
import { useControl } from './control.ts';
import { isOnButton, isTyping, stopRepeat } from './keys.ts';
import { offsetText } from './named-plans.ts';
import { confirmTexts } from './confirm-texts.ts';

/** 心到: each consequence ticked by itself, the last one in the customer's own words. */
export function ConsentPanel(props: StepPanelProps) {
  const t = useTexts(confirmTexts);
  return (
    <ConfirmFrame props={props} testId="consent" title={t('consent')}>
      {(on) => <Consent {...props} on={on} />}
    </ConfirmFrame>
  );
}

function Consent({ on, lang, command, offset, now, readOnly }: StepPanelProps & { on: Confirmable }) {
  const t = useTexts(confirmTexts);
  const control = useControl();
  const [hesitates, setHesitates] = useState(false);
  // Of this one a press is on its way; the next one that is shown may be pressed at once, though the answer is not back.
  const sending = useRef<string | null>(null);
  const { operation, payload, callId } = on;
  const items = control === null ? [] : heartItems(operation, control, callId);
  const at = nextItem(items);
  const readFirst = nextItem(eyeItems(operation, payload, callId)) >= 0;
  const canSay = !readOnly && callId !== null && !readFirst && at >= 0;
  const say = async (): Promise<void> => {
    const item = items[at];
    if (!canSay || item === undefined || callId === null || sending.current === item.item) return;
    sending.current = item.item;
    setHesitates(false);
    await command('confirm item', {
      operationId: operation.id, part: 'heart', item: item.item, agrees: true, callId, customerWords: t(item.final ? 'consentFinal' : 'consentWords'), recordingOffset: offset() ?? 0,
    }, { saidAt: now() });
    if (sending.current === item.item) sending.current = null;
  };
  useEffect(() => {
    if (!canSay) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
      const key = event.key.normalize('NFKC').toLowerCase();
      if (key !== 'y' && (key !== 'enter' || isOnButton(event))) return;
      event.preventDefault();
      void say();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  return (
    <div className="stack">
      {readFirst ? <p className="tone-amber" role="status">▲ {t('eyeFirst')}</p> : null}
      <p className="op-say">{t('consentIntro', { n: items.length })}</p>
      <ol className="op-consent" onKeyDown={stopRepeat}>
        {items.map((item, index) => (
          <li key={item.item} data-state={item.said !== null ? 'done' : index === at ? 'now' : 'later'} data-testid={`consent-${item.item}`}>
            <span className="op-box" aria-hidden="true">{item.said === null ? '' : '✓'}</span>
            <span className={item.said === null && index === at ? 'op-say' : ''}>{item.text[lang]}</span>
            {item.said === null ? (
              index === at ? (
                <Button type="primary" disabled={!canSay} onClick={() => void say()} data-testid="consent-say">{t(item.final ? 'confirmFinal' : 'confirmOne')}<Hotkey keys={t('keyAgree')} /></Button>
              ) : <span />
            ) : <span className="tone-muted tabular nowrap">{item.said.words} ▶ {offsetText(item.said.offset)}</span>}
          </li>
        ))}
      </ol>
      {at >= 0 && items[at]?.final === true ? <p className="op-say">{t('consentSay')}</p> : null}
      {at < 0 && items.length > 0 ? <p className="op-done" data-testid="consent-done">✓ {t('consentDone')}</p> : (
        <div className="row">
          <Button disabled={readOnly} onClick={() => setHesitates(!hesitates)} data-testid="hesitates" aria-expanded={hesitates}>{t('hesitates')}</Button>
          {hesitates ? <p className="op-say" role="status">{t('hesitatesSay')}</p> : null}
        </div>
      )}
    </div>
  );
}
