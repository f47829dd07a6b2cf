import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { formatFen } from '#shared/money/fen.ts';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Hotkey } from '../ui/hotkey.tsx';
import { ConfirmFrame, type Confirmable } from './confirm-frame.tsx';
import { eyeItems, nextItem, type ConfirmItem } from './confirmation-view.ts';
import { isOnButton, isTyping, stopRepeat } from './keys.ts';
import { lineName } from './line-words.ts';
import { offsetText } from './named-plans.ts';
import { PlainReadBack } from './plain-line.tsx';
import { confirmTexts } from './confirm-texts.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import { spokenDate } from './when.ts';

/** 眼到: one plan at a time, then the sum, then the due date; each with the customer's word and where it was said. */
export function ReadBackPanel(props: StepPanelProps) {
  const t = useTexts(confirmTexts);
  return (
    <ConfirmFrame props={props} testId="read-back" title={t('readBack')}>
      {(on) => <ReadBack {...props} on={on} />}
    </ConfirmFrame>
  );
}

function ReadBack({ on, lang, command, offset, now, readOnly }: StepPanelProps & { on: Confirmable }) {
  const t = useTexts(confirmTexts);
  const worksheetSay = useTexts(worksheetTexts);
  const { operation, payload, callId } = on;
  const items = eyeItems(operation, payload, callId);
  const at = nextItem(items);
  const [asking, setAsking] = useState(false);
  // One word of the customer's is one tick: a press counts for the line that is shown, and once for each.
  const sending = useRef<string | null>(null);
  const item = items[at];
  const canSay = !readOnly && callId !== null && item !== undefined;
  const say = async (agrees: boolean): Promise<void> => {
    if (!canSay || sending.current === item.item) return;
    sending.current = item.item;
    setAsking(false);
    await command('confirm item', {
      operationId: operation.id, part: 'eye', item: item.item, agrees, callId, customerWords: t(agrees ? 'wordsAgree' : 'wordsDisagree'), recordingOffset: offset() ?? 0,
    }, { saidAt: now() });
    if (sending.current === item.item) sending.current = null;
  };
  useEffect(() => {
    if (!canSay) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
      const key = event.key.normalize('NFKC').toLowerCase();
      if (key === 'enter' && isOnButton(event)) return;
      if (asking) {
        if (key === 'escape') setAsking(false);
        return;
      }
      if (key === 'y' || key === 'enter') void say(true);
      else if (key === 'n') setAsking(true);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  const line = payload.lines.find((one) => item?.item === `line:${one.lineId}`);
  return (
    <div className="op-aloud">
      <ol className="op-steps" aria-label={t('readBack')}>
        {items.map((one, index) => (
          <li key={one.item} data-state={one.said !== null ? 'done' : index === at ? 'now' : 'later'} aria-current={index === at ? 'step' : undefined}>
            {one.said !== null ? <span className="tone-green">✓</span> : index === at ? '●' : '○'} {itemName(one, payload.lines.length, index)}
            {one.said === null ? null : <span className="tone-muted tabular"> {one.said.words} ▶ {offsetText(one.said.offset)}</span>}
          </li>
        ))}
      </ol>
      {item === undefined ? (
        <p className="op-done" data-testid="read-back-done">✓ {t('readBackDone')}</p>
      ) : (
        <div className="op-card" data-testid="read-back-item" data-item={item.item}>
          <p className="tone-muted">{t('orderOf', { i: at + 1, n: items.length })}</p>
          {line !== undefined ? line.type === 'plain' ? <PlainReadBack line={line} lang={lang} /> : (
            <>
              <p className="op-24">{spokenDate(line.signedOn, lang)}　<strong>{line.merchant}</strong></p>
              <p className="op-24 tabular">{t('sayOriginally')} {formatFen(line.principalFen)}</p>
              <p className="op-24 tabular">{t('sayNow')} <strong>{formatFen(line.dueNowFen)}</strong> {t('yuan')}</p>
            </>
          ) : item.item === 'total' ? (
            <>
              <p className="op-24 tabular">{worksheetSay('total', { n: payload.lines.length })}　<strong>{formatFen(payload.totalDueFen)}</strong> {t('yuan')}</p>
              <p className="op-24">{t('sayStatement', { date: spokenDate(payload.statementDate, lang) })}</p>
            </>
          ) : (
            <>
              <p className="op-24">{t('sayDueBy')} <strong>{spokenDate(payload.dueDate, lang)}</strong></p>
              <p className="op-24">{t('sayAgree')}</p>
            </>
          )}
          {asking ? (
            <div className="notice notice-amber" role="alert" data-testid="disagree-voids">
              <span className="notice-shape" aria-hidden="true">▲</span>
              <div className="notice-words">
                <strong>{t('disagreeVoids')}</strong>
                <div className="row">
                  <Button danger type="primary" onClick={() => void say(false)} data-testid="disagree-sure">{t('disagreeSure')}</Button>
                  <Button onClick={() => setAsking(false)} data-testid="disagree-not-yet">{t('keepOn')}</Button>
                </div>
              </div>
            </div>
          ) : (
            <div className="row" onKeyDown={stopRepeat}>
              <Button type="primary" size="large" disabled={!canSay} onClick={() => void say(true)} data-testid="agree">{t('agree')}<Hotkey keys={t('keyAgree')} /></Button>
              <Button size="large" disabled={!canSay} onClick={() => setAsking(true)} data-testid="disagree">{t('disagree')}<Hotkey keys={t('keyDisagree')} /></Button>
            </div>
          )}
          {asking ? null : <p className="tone-muted small">{t('disagreeVoids')}</p>}
        </div>
      )}
    </div>
  );

  function itemName(one: ConfirmItem, lines: number, index: number): string {
    return one.item === 'total' ? t('itemTotal') : one.item === 'due-date' ? t('itemDueDate') : index < lines ? (payload.lines[index] === undefined ? t('itemLine', { i: index + 1 }) : lineName(payload.lines[index], lang)) : one.item;
  }
}
