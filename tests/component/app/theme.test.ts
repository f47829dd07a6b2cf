import { describe, expect, it } from 'vitest';
import { palettes, type Mode, type Palette } from '../../../renderer/app/theme.ts';

/** Relative luminance and contrast as WCAG 2 computes them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: string, b: string): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};
const grounds: (keyof Palette)[] = ['ground', 'surface', 'raised'];
const pairs: [keyof Palette, keyof Palette][] = [
  ...(['text', 'muted', 'accent', 'accentHover', 'amber', 'red', 'green'] as const).flatMap((ink) => grounds.map((ground): [keyof Palette, keyof Palette] => [ink, ground])),
  ['onAccent', 'accent'], ['onAccent', 'accentHover'], ['onRed', 'redStrong'], ['text', 'accentSoft'], ['accent', 'accentSoft'], ['text', 'amberSoft'], ['amber', 'amberSoft'], ['text', 'redSoft'], ['red', 'redSoft'], ['green', 'greenSoft'], ['text', 'greenSoft'], ['muted', 'accentSoft'], ['muted', 'greenSoft'],
];

describe.each(['light', 'dark'] as Mode[])('theme, %s', (mode) => {
  it.each(pairs)('[SCREENS look] %s on %s has AA contrast', (ink, ground) => {
    expect(contrast(palettes[mode][ink], palettes[mode][ground])).toBeGreaterThanOrEqual(4.5);
  });
});

describe('theme at night', () => {
  it('[SCREENS look] is neither pure black nor pure white', () => {
    for (const colour of Object.values(palettes.dark)) expect(['#000000', '#ffffff']).not.toContain(colour.toLowerCase());
  });
});
