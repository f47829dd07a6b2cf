import { useLang, useTexts } from '../app/i18n.ts';
import { useLive } from '../app/stores/live.ts';
import { callTexts } from './texts.ts';
import { quoted } from '../ui/punctuation.ts';

type Factor = 'name' | 'idLast4' | 'birthDate' | 'recentTransaction' | 'addressDistrict' | 'branchDistrict' | 'statementDay' | 'autoDebitLastFour' | 'servicePassword';
const factors: readonly Factor[] = ['name', 'idLast4', 'birthDate', 'recentTransaction', 'addressDistrict', 'branchDistrict', 'statementDay', 'autoDebitLastFour', 'servicePassword'];

/** Demo only: nobody is on the line, so what the simulated caller says is written here. */
export function Voice() {
  const t = useTexts(callTexts);
  const lang = useLang();
  const voice = useLive('voice');
  if (!voice) return null;
  return (
    <section className="voice" aria-label={t('voice.title')} data-testid="voice" data-call-id={voice.callId}>
      <h3>{t('voice.title')}</h3>
      {voice.lines.map((line, index) => <p key={index}>{quoted(lang, line[lang])}</p>)}
      {voice.answers.length > 0 ? (
        <details>
          <summary className="small tone-muted">{t('voice.answers')}</summary>
          <dl className="pairs small">
            {voice.answers.map(({ factor, answer }) => {
              const known = factors.find((one) => one === factor);
              return <div key={factor} data-testid={`voice-answer-${factor}`}><dt>{known ? t(`factor.${known}`) : factor}</dt><dd>{answer}</dd></div>;
            })}
          </dl>
        </details>
      ) : null}
    </section>
  );
}
