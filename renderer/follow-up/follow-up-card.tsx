import { Button, Input } from 'antd';
import type { FollowUpState } from '#shared/case/case-schema.ts';
import type { CaseState } from '#shared/case/state.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { sendCommand } from '../app/send.ts';
import { inTrouble, mayClose } from './agenda-view.ts';
import { PostingCheck } from './posting-check.tsx';
import { followUpTexts } from './texts.ts';
import './follow-up.css';
import { bracketed } from '../ui/punctuation.ts';

type Props = { state: CaseState; followUp: FollowUpState; /** Older checks folded away. */ brief?: boolean; onOpen?: () => void; name?: string };

/** One follow-up: every day's check, newest first; it ends when all is settled and paid, and not before. */
export function FollowUpCard({ state, followUp, brief = false, onOpen, name = '' }: Props) {
  const t = useTexts(followUpTexts);
  const lang = useLang();
  const [result, setResult] = useKept(state.id, `follow-up result ${followUp.id}`);
  const operation = followUp.operationId === null ? null : (state.operations[followUp.operationId] ?? null);
  const [last, ...earlier] = [...followUp.checks].reverse();
  const trouble = inTrouble(followUp);
  const close = async (): Promise<void> => {
    const reply = await sendCommand(state.id, 'close follow-up', { followUpId: followUp.id, result: result.trim() });
    if (reply.ok) setResult('');
  };
  return (
    <article className={`fu-card${trouble ? ' fu-trouble' : ''}`} data-testid={`follow-up-${followUp.id}`} data-trouble={trouble} data-status={followUp.status}>
      <header className="row-wrap">
        {name === '' ? null : <strong>{name}</strong>}
        <span>{followUp.what[lang]}</span>
        <span className="tone-muted small tabular">{t(followUp.operationId === null ? 'reminder' : 'dueOn', { date: followUp.dueOn })}</span>
        <span className="grow" />
        {followUp.status === 'closed' ? <span className="chip chip-green">✓ {t('done')}</span> : null}
        {onOpen === undefined ? null : <Button size="small" onClick={onOpen}>{t('openCase')}</Button>}
      </header>
      {last !== undefined ? <PostingCheck check={last} operation={operation} /> : followUp.operationId !== null ? <p className="tone-muted">{t('notChecked')}</p> : null}
      {trouble ? <p className="tone-red">{t('postedWrong')}</p> : null}
      {earlier.length > 0 && !brief ? (
        <details>
          <summary>{t('earlier')}{bracketed(lang, earlier.length)}</summary>
          {earlier.map((check) => <PostingCheck key={check.on} check={check} operation={operation} />)}
        </details>
      ) : null}
      {followUp.status === 'closed' ? (followUp.result === null ? null : <p className="tone-green">✓ {followUp.result[lang]}</p>) : mayClose(followUp) ? (
        <div className="row">
          <Input value={result} maxLength={300} placeholder={t('result')} aria-label={t('result')} onChange={(event) => setResult(event.target.value)} data-testid="follow-up-result" />
          <Button type="primary" disabled={result.trim() === ''} onClick={() => void close()} data-testid="follow-up-close">{t('close')}</Button>
        </div>
      ) : brief ? null : <p className="tone-muted small">{t('closeHint')}</p>}
    </article>
  );
}
