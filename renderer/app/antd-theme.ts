/** The tokens of `theme.ts` in Ant Design's words; apart from them, because the sign-in does without Ant Design. */
import { theme as antd, type ThemeConfig } from 'antd';
import { fontFamily, palettes, sizes, type Mode } from './theme.ts';

/** Motion is off where the person asked for none (`still`). */
export function antdTheme(mode: Mode, still: boolean): ThemeConfig {
  const p = palettes[mode];
  return {
    algorithm: mode === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      fontFamily, fontSize: sizes.body, borderRadius: sizes.radius, wireframe: false, motion: !still,
      motionDurationFast: '0.08s', motionDurationMid: '0.12s', motionDurationSlow: '0.14s',
      colorPrimary: p.accent, colorPrimaryHover: p.accentHover, colorLinkHover: p.accentHover, colorInfo: p.accent, colorLink: p.accent, colorSuccess: p.green, colorWarning: p.amber, colorError: p.red,
      colorBgBase: p.surface, colorBgContainer: p.raised, colorBgElevated: p.raised, colorBgLayout: p.ground,
      colorText: p.text, colorTextSecondary: p.muted, colorTextTertiary: p.muted, colorTextDescription: p.muted, colorTextPlaceholder: p.muted,
      colorBorder: p.lineStrong, colorBorderSecondary: p.line, colorTextLightSolid: p.onAccent,
      controlOutlineWidth: 2,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', colorError: p.redStrong, dangerColor: p.onRed },
      Table: { cellPaddingBlockSM: 6, cellPaddingInlineSM: 8 },
    },
  };
}
