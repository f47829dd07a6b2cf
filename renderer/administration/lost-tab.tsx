import { Button, Input } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { defineTexts, useLang, useTexts } from '../app/i18n.ts';
import { localClock, localDate } from '../app/local-time.ts';
import { askCentre } from '../app/send.ts';
import { useRules } from '../app/stores/rules.ts';
import { Money } from '../ui/money.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';

const texts = defineTexts('lost-bookings', {
  'zh-CN': {
    title: '恢复后待确认的办理', about: '中心恢复时丢了这些记录，核心系统里已经入账。确认之前，这个账户不能再办同类业务。', none: '没有待确认的办理。', reading: '正在读取…', reload: '重新读取',
    kind: '业务', customer: '客户编号', account: '账户', amount: '金额', receipt: '回单号', at: '入账时间', note: '核对了什么', settle: '已核对，放开', noteHint: '例如：已在核心系统查到回单',
  },
  en: {
    title: 'Bookings to be answered for after a restore', about: 'The centre lost these when it was restored; core banking has booked them. Until somebody answers for them nothing more of that kind is ordered on the account.',
    none: 'Nothing waits.', reading: 'Reading…', reload: 'Read again',
    kind: 'Kind', customer: 'Customer', account: 'Account', amount: 'Sum', receipt: 'Receipt', at: 'Booked', note: 'What was checked', settle: 'Checked, let it go', noteHint: 'As: found its receipt in core banking',
  },
});

type Lost = AskValue<'lost bookings'>[number];

/** SY9, for leads: bookings of a time that the centre lost, each holding its customer's account until a lead has looked it up. */
export function LostTab() {
  const t = useTexts(texts);
  const lang = useLang();
  const kinds = useRules((held) => held.rules)?.control.kinds;
  const [lost, setLost] = useState<readonly Lost[] | null>(null);
  const [notes, setNotes] = useState<Readonly<Record<string, string>>>({});
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const read = useCallback(async (): Promise<void> => {
    setBusy(true);
    const reply = await askCentre('lost bookings', {});
    setBusy(false);
    setRefused(reply.ok ? null : reply.refusal);
    if (reply.ok) setLost(reply.value);
  }, []);
  useEffect(() => void read(), [read]);
  const settle = async (key: string, note: string): Promise<void> => {
    setBusy(true);
    const reply = await askCentre('settle lost booking', { key, note });
    setBusy(false);
    if (reply.ok) return read();
    setRefused(reply.refusal);
  };
  const nameOf = (kind: string): string => Object.entries(kinds ?? {}).find(([id]) => id === kind)?.[1].name[lang] ?? kind;
  return (
    <section className="card stack" data-testid="lost-tab">
      <header className="row-wrap"><h2>{t('title')}</h2><span className="grow" /><Button size="small" disabled={busy} onClick={() => void read()} data-testid="lost-reload">{t('reload')}</Button></header>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId="lost-refused" />}
      {lost === null ? (refused === null ? <p className="tone-muted">{t('reading')}</p> : null) : lost.length === 0 ? <p data-testid="lost-none"><strong>{t('none')}</strong></p> : (
        <>
          <p className="tone-amber" role="status">▲ {t('about')}</p>
          <table className="plain">
            <thead><tr><th>{t('kind')}</th><th>{t('customer')}</th><th>{t('account')}</th><th className="amount">{t('amount')}</th><th>{t('receipt')}</th><th>{t('at')}</th><th>{t('note')}</th><th /></tr></thead>
            <tbody>
              {lost.map((one) => {
                const note = (notes[one.key] ?? '').trim();
                return (
                  <tr key={one.key} data-testid="lost-booking">
                    <td>{nameOf(one.kind)}</td><td>{one.customerId}</td><td>{one.accountId ?? '–'}</td><td className="amount">{one.amountFen === null ? '–' : <Money fen={one.amountFen} />}</td><td>{one.receipt}</td>
                    <td className="tabular">{localDate(one.bookedAt)} {localClock(one.bookedAt)}</td>
                    <td><Input size="small" maxLength={300} aria-label={t('note')} placeholder={t('noteHint')} value={notes[one.key] ?? ''} onChange={(event) => setNotes({ ...notes, [one.key]: event.target.value })} data-testid="lost-note" /></td>
                    <td><Button size="small" disabled={busy || note === ''} onClick={() => void settle(one.key, note)} data-testid="lost-settle">{t('settle')}</Button></td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
