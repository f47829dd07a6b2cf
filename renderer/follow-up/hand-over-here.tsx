import { Button, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { v7 as newId } from 'uuid';
import { moodOf, openItems } from '#shared/case/open-items.ts';
import type { CaseState } from '#shared/case/state.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { Draft } from '#shared/protocol/draft.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { useMe } from '../app/stores/session.ts';
import { isMark } from '../call/hand-call.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { SavedMark } from '../ui/saved-mark.tsx';
import { customerName } from './agenda-view.ts';
import { handOverTexts } from './hand-over-texts.ts';
import { OpenItemLines } from './open-item-lines.tsx';
import './hand-over.css';

type Successor = MethodValue<'openHandOver'>['successor'];
/** The same id each time a case is pressed: twice is once. */
type Taking = { handOverId: string; state: 'busy' | 'taken' | 'not-copied' | 'refused'; refusal: Refusal | null };

const isLeft = (state: CaseState): boolean => state.closed === null || state.followUps.some((one) => one.status === 'open');

/**
 * The hand-over of a shift at one screen (OF1): the successor types who they are once, then takes case by case, by name. Both
 * sign each; it works with the line and without. A lead may take all at once.
 */
export function HandOverHere() {
  const t = useTexts(handOverTexts);
  const me = useMe();
  const held = useCases((store) => store.held);
  const [successor, setSuccessor] = useState<{ who: Successor; until: string } | null>(null);
  const [taking, setTaking] = useState<ReadonlyMap<string, Taking>>(new Map());
  const [notes, setNotes] = useState<Readonly<Record<string, string>>>({});
  const [drafts, setDrafts] = useState<readonly Draft[]>([]);
  const [over, setOver] = useState<Refusal | null>(null);
  useEffect(() => {
    void desk.calls.drafts({}).then((reply) => {
      if (reply.ok) setDrafts(reply.value);
    });
    return () => void desk.calls.closeHandOver({});
  }, []);
  if (me === null) return null;
  const cases = allCases(held)
    .filter(({ caseId, state }) => (state.owner === me.id && isLeft(state)) || taking.has(caseId))
    .sort((a, b) => openItems(b.state).length - openItems(a.state).length || (a.caseId < b.caseId ? -1 : 1));
  const left = cases.filter(({ caseId }) => !['taken', 'not-copied'].includes(taking.get(caseId)?.state ?? ''));

  const take = async (caseId: string): Promise<boolean> => {
    const handOverId = taking.get(caseId)?.handOverId ?? newId();
    const set = (one: Omit<Taking, 'handOverId'>): void => setTaking((was) => new Map(was).set(caseId, { handOverId, ...one }));
    set({ state: 'busy', refusal: null });
    const reply = await desk.calls.handOverHere({ case: caseId, handOverId, note: maskNumbers((notes[caseId] ?? '').trim()) });
    if (reply.ok) {
      set({ state: reply.value.copied ? 'taken' : 'not-copied', refusal: null });
      return true;
    }
    if (reply.refusal.code === 'hand-over-not-open') {
      // A quarter of an hour is over: the successor says anew who they are, and nothing of this case has happened.
      setTaking((was) => new Map([...was].filter(([id]) => id !== caseId)));
      setSuccessor(null);
      setOver(reply.refusal);
    } else set({ state: 'refused', refusal: reply.refusal });
    return false;
  };
  const takeAll = async (): Promise<void> => {
    for (const { caseId } of left) if (!(await take(caseId))) return;
  };
  const finish = (): void => {
    void desk.calls.closeHandOver({});
    setSuccessor(null);
    setTaking(new Map());
  };

  return (
    <section className="fu-block ho-here" data-testid="hand-over-here" aria-label={t('title')}>
      <h2>{t('title')}</h2>
      <p className="tone-muted">{t('intro')}</p>
      {successor === null
        ? <SuccessorForm over={over} onOpen={(opened) => { setOver(null); setSuccessor({ who: opened.successor, until: opened.openUntil }); }} />
        : (
          <div className="row-wrap" role="status" data-testid="successor">
            <strong className="tone-green">✓ {t('successor', { name: successor.who.name, no: successor.who.no })}</strong>
            <span className="tone-muted tabular">{t('until', { time: localClock(successor.until) })}</span>
            <span className="grow" />
            {successor.who.role === 'lead' && left.length > 1 ? <Button onClick={() => void takeAll()} data-testid="take-all">{t('acceptAll')}</Button> : null}
            <Button onClick={finish} data-testid="hand-over-finish">{t('end')}</Button>
          </div>
        )}
      <p role="status" aria-live="polite" data-testid="hand-over-left" className={left.length === 0 ? 'tone-green' : 'tone-amber'}>
        {cases.length === 0 ? t('nothing') : left.length === 0 ? `✓ ${t('allTaken')}` : `▲ ${t('left', { n: left.length })}`}
      </p>
      <ul className="ho-cases">
        {cases.map((one) => (
          <CaseRow
            key={one.caseId} one={one} me={me.id} successor={successor?.who ?? null} taking={taking.get(one.caseId) ?? null}
            drafts={drafts.filter((draft) => draft.case === one.caseId && draft.text.trim() !== '' && !isMark(draft.field)).map((draft) => draft.text)}
            note={notes[one.caseId] ?? ''} onNote={(note) => setNotes((was) => ({ ...was, [one.caseId]: note }))} onTake={() => void take(one.caseId)}
          />
        ))}
      </ul>
    </section>
  );
}

/** Typed by the successor themselves; the passphrase is kept nowhere here and emptied with every press. */
function SuccessorForm({ over, onOpen }: { over: Refusal | null; onOpen: (opened: MethodValue<'openHandOver'>) => void }) {
  const t = useTexts(handOverTexts);
  const [account, setAccount] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const field = useRef<InputRef>(null);
  const shown = refused ?? over;
  const open = async (): Promise<void> => {
    if (busy || account.trim() === '' || passphrase === '') return;
    setBusy(true);
    const typed = passphrase;
    setPassphrase('');
    const reply = await desk.calls.openHandOver({ account: account.trim(), passphrase: typed });
    setBusy(false);
    if (reply.ok) return onOpen(reply.value);
    setRefused(reply.refusal);
    field.current?.focus();
  };
  return (
    <form
      className="stack ho-form" autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      {shown === null ? null : <RefusalNotice refusal={shown} testId="successor-refused" />}
      <div className="row-wrap">
        <Input value={account} maxLength={80} onChange={(event) => setAccount(event.target.value)} placeholder={t('account')} aria-label={t('account')} autoComplete="off" data-testid="successor-account" />
        <Input.Password
          ref={field} value={passphrase} maxLength={200} onChange={(event) => setPassphrase(event.target.value)} placeholder={t('passphrase')} aria-label={t('passphrase')}
          aria-invalid={shown !== null} autoComplete="off" visibilityToggle={false} data-testid="successor-passphrase" data-1p-ignore
        />
        <Button type="primary" htmlType="submit" loading={busy} disabled={account.trim() === '' || passphrase === ''} data-testid="successor-open">{t('open')}</Button>
      </div>
    </form>
  );
}

type RowProps = {
  one: TypedCase; me: string; successor: Successor | null; taking: Taking | null; drafts: readonly string[]; note: string; onNote: (note: string) => void; onTake: () => void;
};

function CaseRow({ one, me, successor, taking, drafts, note, onNote, onTake }: RowProps) {
  const t = useTexts(handOverTexts);
  const { state } = one;
  const customer = customerName(state, me) || t('customerUnknown');
  const done = taking?.state === 'taken' || taking?.state === 'not-copied';
  const look = one.marks.find((mark) => mark.command === taking?.handOverId)?.look ?? 'saved-here';
  return (
    <li className="ho-case" data-testid={`hand-over-case-${one.caseId}`} data-taken={done}>
      <div className="row-wrap">
        <strong>{customer}</strong>
        {state.closed === null ? null : <span className="tone-muted">{t('closedCase')}</span>}
        <span className="tone-muted small">{t('ageOf')}</span><Age at={one.heardAt} />
        <span className="grow" />
        {done
          ? <><span className="tone-green">✓ {t('taken', { name: successor?.name ?? '' })}</span><SavedMark look={look} /></>
          : <Button type="primary" disabled={successor === null} title={successor === null ? t('signInFirst') : undefined} loading={taking?.state === 'busy'} aria-label={t('acceptAs', { name: successor?.name ?? '', customer })} onClick={onTake} data-testid="accept-here">{t('accept')}</Button>}
      </div>
      <OpenItemLines items={openItems(state)} drafts={drafts} mood={moodOf(state)} onReturn={state.onReturn} />
      {done ? null : <Input value={note} maxLength={300} onChange={(event) => onNote(event.target.value)} placeholder={t('note')} aria-label={t('noteFor', { customer })} data-testid="hand-over-here-note" />}
      {taking?.state === 'not-copied' ? <p className="tone-amber" role="alert">▲ {t('notCopied')} <Button size="small" onClick={onTake} data-testid="copy-again">{t('copyAgain')}</Button></p> : null}
      {taking?.refusal == null ? null : <RefusalNotice refusal={taking.refusal} testId="accept-refused" />}
    </li>
  );
}
