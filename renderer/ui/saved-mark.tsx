import type { Look, Mark } from '#shared/protocol/case-view.ts';
import { useTexts } from '../app/i18n.ts';
import { uiTexts } from './texts.ts';

const shapes: Record<Look, string> = { 'saved-here': '◌', asked: '◔', confirmed: '●', refused: '✕' };
const tones: Record<Look, string> = { 'saved-here': 'amber', asked: 'amber', confirmed: 'green', refused: 'red' };

/** ◌ 已存本机 · ● 中心已收 · ✕ 中心未受理: shape, colour and always the word (SY8). */
export function SavedMark({ look, quiet = false }: { look: Look; quiet?: boolean }) {
  const t = useTexts(uiTexts);
  return (
    <span className={`saved-mark ${quiet ? 'tone-muted' : `tone-${tones[look]}`}`} data-look={look} role="status">
      <span aria-hidden="true">{shapes[look]}</span> {t(look)}
    </span>
  );
}

const order: readonly Look[] = ['refused', 'saved-here', 'asked', 'confirmed'];

/** How a set of commands stands together: the worst of them. @returns null without any */
export function lookOf(marks: readonly Mark[]): Look | null {
  return order.find((look) => marks.some((mark) => mark.look === look && !(look === 'refused' && mark.seenAt !== null))) ?? null;
}
