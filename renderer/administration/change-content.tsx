import { Button } from 'antd';
import { useState } from 'react';
import { stringify } from 'yaml';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import type { Change } from '#shared/administration/change.ts';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import { keyIdOf } from '#shared/protocol/signature.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useRules } from '../app/stores/rules.ts';
import { kindNameOf } from './change-words.ts';
import { differencesOf, fieldsOf, judgeFlow, judgePerson, judgePolicy } from './difference.ts';
import { DifferenceTable } from './difference-table.tsx';
import { fingerprintOf, useFieldWords } from './field-words.tsx';
import { PolicyTable } from './policy-table.tsx';
import { administrationTexts } from './texts.ts';

/** The whole of a change, from the very value that is signed (TP2, TP12): a difference to what is in force first, then all of it. */
export function ChangeContent({ view, change, decided }: { view: AdministrationView; change: Change; decided: boolean }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  switch (change.kind) {
    case 'add person':
    case 'change person':
      return <PersonContent view={view} change={change} decided={decided} />;
    case 'reset passphrase': {
      const person = view.people.find((one) => one.person.id === change.personId)?.person;
      return <p>{t('reset.about', { name: person?.name ?? '····', account: person?.account ?? '····' })}</p>;
    }
    case 'enrol workstation':
      return <WorkstationContent change={change} />;
    case 'publish policy':
      return (
        <div className="stack">
          {decided ? null : <DifferenceTable differences={differencesOf(view.policy, change.policy, judgePolicy)} subject="policy" control={change.policy} />}
          <h3>{t('whole')}</h3>
          <PolicyTable policy={change.policy} />
        </div>
      );
    case 'publish flow':
      return <FlowContent definition={change.definition} recall={change.publication === 'recalled'} control={view.policy} />;
    case 'release kind':
      return <p>{t('release.about', { kind: kindNameOf(view, change.operationKind, lang) })}</p>;
    case 'set legal hold':
    case 'lift legal hold':
    case 'erase customer':
      return <HoldContent change={change} />;
  }
}

function PersonContent({ view, change, decided }: { view: AdministrationView; change: Extract<Change, { kind: 'add person' | 'change person' }>; decided: boolean }) {
  const t = useTexts(administrationTexts);
  const { label, show } = useFieldWords(view.policy);
  const { person } = change;
  const before = view.people.find((one) => one.person.id === person.id)?.person;
  const others = view.people.filter((one) => one.person.human === person.human && one.person.id !== person.id).map((one) => `${one.person.name} ${one.person.account}`);
  return (
    <div className="stack">
      {others.length > 0 ? <p className="tone-amber">▲ {t('p.sameHuman', { names: others.join(' · ') })}</p> : null}
      {change.kind === 'add person' ? <p>{t('add.about')}</p> : null}
      {decided ? null : <DifferenceTable differences={differencesOf(change.kind === 'add person' ? undefined : before, person, judgePerson)} subject="person" control={view.policy} />}
      <h3>{t('whole')}</h3>
      <dl className="ad-facts">{fieldsOf(person).map(({ path, value }) => <div key={path.join('\n')}><dt>{label('person', path)}</dt><dd className="tabular">{show(path, value)}</dd></div>)}</dl>
    </div>
  );
}

/** The id is the hash of the key: counted here again, so that nobody compares the fingerprint of another key. */
function isItsKey(publicKey: string, keyId: string): boolean {
  try {
    return keyIdOf(Uint8Array.from(atob(publicKey), (letter) => letter.charCodeAt(0))) === keyId;
  } catch {
    return false;
  }
}

function WorkstationContent({ change }: { change: Extract<Change, { kind: 'enrol workstation' }> }) {
  const t = useTexts(administrationTexts);
  const { workstation } = change;
  return (
    <div className="stack">
      {isItsKey(workstation.publicKey, workstation.keyId) ? null : <p role="alert" className="tone-red" data-testid="enrol-mismatch">✕ {t('enrol.mismatch')}</p>}
      <dl className="ad-facts">
        <div><dt>{t('machine')}</dt><dd>{workstation.name}</dd></div>
        <div><dt>{t('site')}</dt><dd>{workstation.site}</dd></div>
        <div><dt>{t('fingerprint')}</dt><dd className="ad-fingerprint" data-testid="fingerprint">{fingerprintOf(workstation.keyId)}</dd></div>
        <div><dt>{t('keyId')}</dt><dd className="ad-mono small">{workstation.keyId}</dd></div>
      </dl>
      <p className="tone-amber"><span aria-hidden="true">▲ </span>{t('enrol.about')}</p>
    </div>
  );
}

function HoldContent({ change }: { change: Extract<Change, { kind: 'set legal hold' | 'lift legal hold' | 'erase customer' }> }) {
  const t = useTexts(administrationTexts);
  return (
    <div className="stack">
      <dl className="ad-facts">
        <div><dt>{t('customer')}</dt><dd className="ad-mono">{change.customerId}</dd></div>
        {change.kind === 'erase customer' ? null : <div><dt>{t('matter')}</dt><dd>{change.matter}</dd></div>}
        <div><dt>{t('hold.why')}</dt><dd>{change.reason}</dd></div>
      </dl>
      {change.kind === 'erase customer' ? <p className="tone-red" role="note">✕ <strong>{t('hold.noUndo')}</strong> {t('erase.about')}</p> : <p>{t(change.kind === 'set legal hold' ? 'hold.about' : 'lift.about')}</p>}
    </div>
  );
}

/** A flow that is to be published or recalled: its steps, what is different to the one in force, and its whole text. */
export function FlowContent({ definition, recall, control }: { definition: FlowDefinition; recall: boolean; control: AdministrationView['policy'] }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const flows = useRules(({ rules }) => rules?.flows ?? null);
  const [text, setText] = useState(false);
  const before = flows?.find((one) => one.definition.id === definition.id && one.publication === 'inForce')?.definition;
  return (
    <div className="stack">
      <p className="row-wrap"><strong>{definition.title.zh} / {definition.title.en}</strong><span className="ad-mono">{definition.id}</span><span>{t('flows.summary', { steps: definition.steps.length, version: definition.version })}</span>
        {definition.endsInHighValue ? <span className="chip chip-amber">▲ {t('flows.highValue')}</span> : null}{definition.protective ? <span className="chip">{t('flows.protective')}</span> : null}</p>
      {recall ? <p className="tone-amber">▲ {t('recall.about')}</p> : before === undefined ? <p className="tone-muted">{t('flows.first')}</p> : <DifferenceTable differences={differencesOf(before, definition, judgeFlow)} subject="flow" control={control} />}
      <h3>{t('flows.steps')}</h3>
      <ol className="ad-steps">{definition.steps.map((step) => <li key={step.id}><span className="ad-mono small">{step.id}</span> {step.title[lang]} <span className="tone-muted small">{step.panel}</span></li>)}</ol>
      <div><Button size="small" aria-expanded={text} onClick={() => setText(!text)} data-testid="flow-text">{t(text ? 'hideText' : 'seeText')}</Button></div>
      {text ? <pre className="ad-text" tabIndex={0}>{stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}</pre> : null}
    </div>
  );
}

