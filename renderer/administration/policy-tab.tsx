import { Button } from 'antd';
import { useCallback } from 'react';
import { stringify } from 'yaml';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { mayDo } from '#shared/people/may.ts';
import { useTexts } from '../app/i18n.ts';
import type { Me } from './approval-view.ts';
import { DifferenceTable } from './difference-table.tsx';
import { differencesOf, judgePolicy } from './difference.ts';
import { useKept } from './kept.ts';
import { PolicyTable } from './policy-table.tsx';
import { readPolicy } from './policy-text.ts';
import { ProposeForm } from './propose-form.tsx';
import { TextBox, useRead } from './text-box.tsx';
import { administrationTexts } from './texts.ts';

const TEXT = 'policy-text';

/** Two-person control as it is in force, and the way to another one (TP12). */
export function PolicyTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const [open, setOpen] = useKept('policy-open', false);
  return (
    <div className="stack" data-testid="policy-tab">
      <section className="card stack">
        <header className="row-wrap"><h2>{t('policy.title')}</h2><span className="grow" /><span className="tone-muted small" data-testid="policy-versions">{t('policy.versions')}: {view.policyVersions.join(' → ')}</span>
          {mayDo(me.role, 'publish policy') ? <Button type="primary" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="new-policy">{t(open ? 'back' : 'policy.new')}</Button> : null}</header>
        {open && mayDo(me.role, 'publish policy') ? <NewPolicy view={view} /> : null}
        <PolicyTable policy={view.policy} />
      </section>
    </div>
  );
}

function NewPolicy({ view }: { view: AdministrationView }) {
  const t = useTexts(administrationTexts);
  const read = useCallback((text: string) => readPolicy(text, view.policyVersions), [view.policyVersions]);
  const { text, setText, result } = useRead(TEXT, read);
  const policy = result?.value ?? null;
  return (
    <div className="ad-panel">
      <ProposeForm name="policy" testId="policy-form" change={() => (policy === null ? null : { kind: 'publish policy', policy })} onProposed={() => setText('')}>
        <TextBox label={t('policy.text')} text={text} onText={setText} result={result} testId="policy-text">
          <Button size="small" onClick={() => setText(stringify(view.policy, { lineWidth: 0, aliasDuplicateObjects: false }))} data-testid="policy-from-current">{t('policy.fromCurrent')}</Button>
        </TextBox>
        {policy === null ? null : <DifferenceTable differences={differencesOf(view.policy, policy, judgePolicy)} subject="policy" control={policy} />}
      </ProposeForm>
    </div>
  );
}
