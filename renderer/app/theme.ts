/**
 * Every colour and size of the desktop, for day and night, in one place. One accent; amber = look, red = stop or
 * not in force, green = done and nothing else; each also has a shape and a word where it is used. Text on its ground
 * keeps at least 4.5:1 in both (a test computes it). At night nothing is pure black or pure white.
 */
export type Mode = 'light' | 'dark';

export type Palette = {
  /** Behind everything. */
  ground: string;
  /** Columns and panels. */
  surface: string;
  /** Inputs, menus, what lies on a surface. */
  raised: string;
  line: string;
  /** Borders of things that are operated. */
  lineStrong: string;
  text: string;
  muted: string;
  accent: string;
  /** Under the pointer. */
  accentHover: string;
  accentSoft: string;
  onAccent: string;
  amber: string;
  amberSoft: string;
  amberLine: string;
  red: string;
  redSoft: string;
  redStrong: string;
  onRed: string;
  green: string;
  greenSoft: string;
  skeleton: string;
};

export const palettes: Record<Mode, Palette> = {
  light: {
    ground: '#eef1f5', surface: '#fbfcfd', raised: '#ffffff', line: '#d8dfe7', lineStrong: '#aab6c3',
    text: '#1c2632', muted: '#52606e', accent: '#1f5fae', accentHover: '#184f93', accentSoft: '#e4eefa', onAccent: '#ffffff',
    amber: '#875100', amberSoft: '#fdf2dc', amberLine: '#dca13a', red: '#ae231c', redSoft: '#fdebe9', redStrong: '#ae231c', onRed: '#ffffff',
    green: '#1d6838', greenSoft: '#e5f4ea', skeleton: '#e3e8ee',
  },
  dark: {
    ground: '#12161b', surface: '#191f26', raised: '#212932', line: '#2f3944', lineStrong: '#4d5a68',
    text: '#d9e0e8', muted: '#9ba8b6', accent: '#7db2ee', accentHover: '#99c3f3', accentSoft: '#1d2f45', onAccent: '#0f161e',
    amber: '#ebb766', amberSoft: '#362a15', amberLine: '#8d6a2c', red: '#f3958c', redSoft: '#3d1f1d', redStrong: '#e57a70', onRed: '#1c0d0c',
    green: '#86cd9d', greenSoft: '#1a3023', skeleton: '#27303a',
  },
};

/** Sizes in pixels. `speech` is what is said aloud, `amount` the figure that must not be misread. */
export const sizes = {
  body: 14, small: 12, speech: 18, amount: 24, radius: 6,
  callerColumn: 248, atHandColumn: 336, topBar: 44, bottomBar: 34, navigation: 52, noteHeight: 120,
} as const;

export const fontFamily = "'Noto Sans SC Variable', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Gives the palette to style sheets as `--ground`, `--red-soft`, … and tells them the mode. */
export function paint(root: HTMLElement, mode: Mode): void {
  for (const [name, value] of Object.entries(palettes[mode])) root.style.setProperty(`--${kebab(name)}`, value);
  for (const [name, value] of Object.entries(sizes)) root.style.setProperty(`--size-${kebab(name)}`, `${value}px`);
  root.style.setProperty('--font', fontFamily);
  root.style.colorScheme = mode;
  root.dataset['mode'] = mode;
}
