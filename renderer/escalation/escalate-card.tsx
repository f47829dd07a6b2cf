import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTexts } from '../app/i18n.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { closeTool } from '../app/stores/tools.ts';
import { EscalateForm } from './escalate-form.tsx';
import { escalationTexts } from './texts.ts';

/** F12 at any moment, above the step; the step stays as it is. */
export function EscalateCard({ view }: { view: TypedCase }) {
  const t = useTexts(escalationTexts);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    // The card stands at the top of the middle, which may be scrolled away.
    card.current?.parentElement?.scrollTo?.({ top: 0 });
  }, []);
  return (
    <section ref={card} className="escalate" aria-label={t('title')} data-testid="escalate-card">
      <div className="row"><h2 className="grow">{t('title')}<kbd className="hotkey">F12</kbd></h2><Button size="small" type="text" onClick={() => closeTool('escalate')}>{t('cancel')}</Button></div>
      <p className="small tone-muted">{t('hint')}</p>
      <EscalateForm view={view} />
    </section>
  );
}
