import { Input, Switch } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { fieldTexts } from './field-texts.ts';
import type { PersonDraft } from './person-draft.ts';
import { administrationTexts } from './texts.ts';

type SignOn = NonNullable<PersonDraft['signOn']>;

/**
 * How a person comes in: with a passphrase, or as somebody at the identity provider (TP12).
 *
 * @param issuer of the provider that the centre was set up with; '' where there is none
 */
export function SignOnFields({ signOn, issuer, onChange }: { signOn: SignOn | null; issuer: string; onChange: (signOn: SignOn | null) => void }) {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const part = (key: keyof SignOn, of: SignOn) => (
    <label className="stack-tight"><span className="small tone-muted">{field(key)}</span><Input value={of[key]} maxLength={key === 'issuer' ? 300 : key === 'claim' ? 60 : 255} spellCheck={false} onChange={(event) => onChange({ ...of, [key]: event.target.value })} data-testid={`person-sign-on-${key}`} /></label>
  );
  return (
    <fieldset className="ad-limits">
      <legend className="small tone-muted">{field('signOn')}</legend>
      <label className="row"><Switch checked={signOn !== null} onChange={(on) => onChange(on ? { issuer, claim: 'sub', value: '' } : null)} data-testid="person-sign-on" /> {t(signOn === null ? 'p.byPassphrase' : 'p.bySignOn')}</label>
      {signOn === null ? null : <>{part('value', signOn)}{part('claim', signOn)}{part('issuer', signOn)}<p className="tone-muted small">{t('p.signOnHint')}</p></>}
    </fieldset>
  );
}
