import { roleNames } from '#shared/people/roles.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import type { DemoAccount } from './demo-accounts.ts';
import { PlainButton } from './inputs.tsx';
import { signInTexts } from './texts.ts';

/** The accounts of a demonstration, one a role. @param account the one that is filled in */
export default function DemoList({ accounts, account, onChoose }: { accounts: DemoAccount[]; account: string; onChoose: (one: DemoAccount) => void }) {
  const t = useTexts(signInTexts);
  const lang = useLang();
  return (
    <section className="stack-tight" aria-label={t('demo.title')} data-testid="demo-accounts">
      <h3>{t('demo.title')}</h3>
      <div className="sign-in-accounts">
        {accounts.map((one) => (
          <PlainButton key={one.account} {...(one.account === account ? { look: 'chosen' as const } : {})} onClick={() => onChoose(one)} data-testid={`demo-account-${one.account}`}>
            <strong>{roleNames[one.role][lang]}</strong><span className="small tone-muted">{one.account}</span>
          </PlainButton>
        ))}
      </div>
      <p className="small tone-muted sign-in-accounts-note">{t('demo.hint', { password: (accounts.find((one) => one.account === account) ?? accounts[0])!.password })}</p>
    </section>
  );
}
