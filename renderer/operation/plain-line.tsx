import type { Lang } from '#shared/flow/definition.ts';
import { formatFen } from '#shared/money/fen.ts';
import type { PlainLine } from '#shared/operation/payload.ts';
import { useTexts } from '../app/i18n.ts';
import { worksheetTexts } from './worksheet-texts.ts';

/** The rows that hang on the sum: the payee, the customer's words, the place on the recording. */
export function PlainDetails({ line, lang }: { line: PlainLine; lang: Lang }) {
  const t = useTexts(worksheetTexts);
  return (
    <dl className="op-details" data-testid="plain-details">
      <div><dt>{t('typeLastFour')}</dt><dd className="tabular">{line.cardLastFour}</dd></div>
      {line.details.map((row) => <div key={row.label.en}><dt>{row.label[lang]}</dt><dd>{row.value[lang]}</dd></div>)}
    </dl>
  );
}

/** One line of the kinds whose sum the customer asks for: what it is, the sum, what it hangs on. */
export function PlainLineCard({ line, lang, spoken }: { line: PlainLine; lang: Lang; /** A customer is on the line: what is said of it. */ spoken: boolean }) {
  return (
    <section className="op-plain" data-testid="plain-line">
      <p className="row"><strong className="grow">{line.title[lang]}</strong><strong className="op-24 tabular">¥{formatFen(line.dueNowFen)}</strong></p>
      <PlainDetails line={line} lang={lang} />
      {spoken ? <p className="op-row-say">{line.say[lang]}</p> : null}
    </section>
  );
}

/** 眼到 of such a line: the sentence to say, at the size of what is read aloud. */
export function PlainReadBack({ line, lang }: { line: PlainLine; lang: Lang }) {
  return (
    <>
      <p className="op-24"><strong>{line.say[lang]}</strong></p>
      <PlainDetails line={line} lang={lang} />
    </>
  );
}
