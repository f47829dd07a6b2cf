import { Button, Input } from 'antd';
import { useState } from 'react';
import { branchHours, findBranches } from '#shared/knowledge/branch.ts';
import { demoBranches } from '#shared/knowledge/branches.ts';
import { useTexts } from '../../app/i18n.ts';
import { localMoment } from '../../app/local-time.ts';
import { useRules } from '../../app/stores/rules.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

/** District or landmark → branches, best first, with hours and whether they do resets; no home address is taken down. */
export function BranchPanel({ run, step, lang, readOnly, command, now }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const calendar = useRules((held) => held.rules?.calendar ?? null);
  const sent = run.values['district'];
  const [place, setPlace] = useState(typeof sent === 'string' ? sent : '');
  const chosen = run.values['branchId'];
  const found = calendar === null ? [] : findBranches(demoBranches, place, calendar, now());
  const keepPlace = (): void => {
    if (place.trim() !== '' && place.trim() !== sent) void command('fill fields', { runId: run.runId, stepId: step.id, values: { district: place.trim() } });
  };
  const choose = (branchId: string): void => {
    const district = place.trim() || (demoBranches.find((one) => one.id === branchId)?.district[lang] ?? '');
    setPlace(district);
    void command('fill fields', { runId: run.runId, stepId: step.id, values: { district, branchId } });
  };
  return (
    <section className="panel" data-testid="branch-panel">
      <div className="field" data-testid="field-district">
        <span className="field-label">{t('branch.district')} <span className="tone-red">*</span></span>
        <Input style={{ maxWidth: 260 }} value={place} disabled={readOnly} onChange={(event) => setPlace(event.target.value)} onBlur={keepPlace} aria-label={t('branch.district')} data-testid="input-district" autoComplete="off" />
      </div>
      <ul className="stack-tight">
        {found.slice(0, 4).map((branch) => {
          const hours = branchHours(branch, calendar!, now());
          const on = branch.id === chosen;
          return (
            <li key={branch.id} className={`option-card${on ? ' option-card-on' : ''}`} data-testid={`branch-${branch.id}`} data-chosen={on}>
              <span className="grow">
                <strong>{branch.name[lang]}</strong> <span className="small tone-muted">{branch.district[lang]} · {branch.landmarks.map((one) => one[lang]).join('、')}</span>
                <p className="small">{branch.address[lang]} · {branch.phone}</p>
              </span>
              <span className="small" style={{ textAlign: 'right' }}>
                <p className="tabular">{hours.today ? `${hours.today.from}–${hours.today.to}` : '—'} {hours.open ? <span className="tone-green">● {t('branch.open')}</span> : <span className="tone-amber">▲ {t('branch.closed')}{hours.opensAt ? ` → ${localMoment(hours.opensAt, now())}` : ''}</span>}</p>
                <p>{branch.doesReset ? <span className="tone-green">✓ {t('branch.does')}</span> : <span className="tone-red">✕ {t('branch.doesNot')}</span>}{branch.checkedOn === null ? <span className="tone-amber"> ▲</span> : null}</p>
              </span>
              <Button size="small" disabled={readOnly || on} onClick={() => choose(branch.id)} data-testid={`branch-choose-${branch.id}`}>{on ? t('branch.chosen') : t('branch.choose')}</Button>
            </li>
          );
        })}
      </ul>
      {found.length === 0 ? <p className="tone-amber">▲ {calendar === null ? t('branch.noList') : t('branch.none')}</p> : null}
    </section>
  );
}
