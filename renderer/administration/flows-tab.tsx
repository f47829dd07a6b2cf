import { Button } from 'antd';
import { Fragment, useCallback, useState } from 'react';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { mayDo } from '#shared/people/may.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useRules } from '../app/stores/rules.ts';
import type { Me } from './approval-view.ts';
import { FlowContent } from './change-content.tsx';
import { useKept } from './kept.ts';
import { readFlow } from './policy-text.ts';
import { ProposeForm } from './propose-form.tsx';
import { TextBox, useRead } from './text-box.tsx';
import { administrationTexts } from './texts.ts';

const marks = { inForce: ['●', 'chip-green'], retired: ['○', ''], recalled: ['✕', 'chip-red'] } as const;

/** Versions of flows (FL1): in force, retired, recalled; a new one or a recall takes two people (TP12). */
export function FlowsTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const [adding, setAdding] = useKept('flow-open', false);
  const [open, setOpen] = useState<string | null>(null);
  const published = useRules(({ rules }) => rules?.flows ?? null);
  const may = mayDo(me.role, 'publish flow');
  return (
    <section className="card stack" data-testid="flows-tab">
      <header className="row-wrap"><h2>{t('flows.title')}</h2><span className="grow" />{may ? <Button type="primary" aria-expanded={adding} onClick={() => setAdding(!adding)} data-testid="new-flow">{t(adding ? 'back' : 'flows.new')}</Button> : null}</header>
      {adding && may ? <NewFlow view={view} /> : null}
      {view.flows.length === 0 ? <p className="tone-muted">{t('flows.none')}</p> : (
        <table className="plain">
          <thead><tr><th>{t('flows.id')}</th><th>{t('flows.name')}</th><th className="amount">{t('version')}</th><th>{t('flows.state')}</th><th /></tr></thead>
          <tbody>
            {[...view.flows].sort((a, b) => (a.id === b.id ? b.version - a.version : a.id < b.id ? -1 : 1)).map((flow) => {
              const key = `${flow.id}@${flow.version}`;
              const definition = published?.find((one) => one.definition.id === flow.id && one.definition.version === flow.version)?.definition;
              return (
                <Fragment key={key}>
                  <tr data-testid={`flow-${key}`} data-publication={flow.publication}>
                    <td className="ad-mono">{flow.id}</td><td>{flow.title[lang]}</td><td className="amount">{flow.version}</td>
                    <td><span className={`chip ${marks[flow.publication][1]}`}><span aria-hidden="true">{marks[flow.publication][0]}</span> {t(`flows.${flow.publication}`)}</span></td>
                    <td className="amount">{may && flow.publication !== 'recalled' ? <Button size="small" aria-expanded={open === key} onClick={() => setOpen(open === key ? null : key)} data-testid={`recall-${key}`}>{t('flows.recall')}</Button> : null}</td>
                  </tr>
                  {open === key && flow.publication !== 'recalled' ? (
                    <tr><td colSpan={5} className="ad-detail">
                      {definition === undefined ? <p className="tone-amber">▲ {t('flows.notHere')}</p> : (
                        <ProposeForm name={`recall/${key}`} testId="recall-form" change={() => ({ kind: 'publish flow', definition, publication: 'recalled' })}><FlowContent definition={definition} recall control={view.policy} /></ProposeForm>
                      )}
                    </td></tr>
                  ) : null}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

const noFlows: never[] = [];

function NewFlow({ view }: { view: AdministrationView }) {
  const t = useTexts(administrationTexts);
  const published = useRules(({ rules }) => rules?.flows ?? noFlows);
  const read = useCallback((text: string) => readFlow(text, published), [published]);
  const { text, setText, result } = useRead('flow-text', read);
  const definition = result?.value ?? null;
  return (
    <div className="ad-panel">
      <ProposeForm name="flow" testId="flow-form" change={() => (definition === null ? null : { kind: 'publish flow', definition, publication: 'inForce' })} onProposed={() => setText('')}>
        <TextBox label={t('flows.text')} text={text} onText={setText} result={result} testId="flow-text" />
        {definition === null ? null : <FlowContent definition={definition} recall={false} control={view.policy} />}
      </ProposeForm>
    </div>
  );
}
