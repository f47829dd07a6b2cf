/** The options of the desktop program, read from its command line (`--name=value`). */
import { hostname } from 'node:os';
import { z } from 'zod';

const optionsSchema = z.strictObject({
  'user-data-dir': z.string().min(1).optional(),
  server: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  as: z.string().regex(/^[a-z]+$/).optional(),
  demo: z.boolean().default(false),
  workstation: z.string().min(1).max(100).optional(),
  'native-binding': z.string().min(1).optional(),
  language: z.enum(['zh-CN', 'en']).optional(),
  theme: z.enum(['light', 'dark']).optional(),
  screenshots: z.string().min(1).optional(),
});

export interface DesktopOptions {
  userDataDir: string | null;
  server: string;
  asRole: string | null;
  demo: boolean;
  workstation: string;
  nativeBinding: string | null;
  language: 'zh-CN' | 'en' | null;
  theme: 'light' | 'dark' | null;
  /** Folder for pictures of the window; only ever set in an unpackaged build. */
  screenshotsDir: string | null;
}

const known = Object.keys(optionsSchema.shape);

/**
 * Reads the options. Words that are not ours (the folder to run, switches of Chromium and of
 * debuggers) are passed over: the runtime puts its own among them.
 * @param argv the whole command line
 * @param packaged a packaged program takes no pictures and no addon from its command line
 */
export function readOptions(
  argv: readonly string[],
  packaged: boolean,
): { ok: true; options: DesktopOptions } | { ok: false; zh: string; en: string } {
  const given: Record<string, string | boolean> = {};
  for (const word of argv.slice(1)) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
    const name = match?.[1];
    if (!name || !known.includes(name)) continue;
    given[name] = match[2] ?? true;
  }
  const parsed = optionsSchema.safeParse(given);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => `--${String(issue.path[0])}`))].join(', ');
    return {
      ok: false,
      zh: `无法启动：选项 ${names} 的值不正确。请检查后重试。`,
      en: `Cannot start: the value of ${names} is not valid. Correct it and start again.`,
    };
  }
  const read = parsed.data;
  return {
    ok: true,
    options: {
      userDataDir: read['user-data-dir'] ?? null,
      server: read.server,
      asRole: read.as ?? null,
      demo: read.demo,
      workstation: read.workstation ?? hostname().slice(0, 100),
      nativeBinding: packaged ? null : (read['native-binding'] ?? null),
      language: read.language ?? null,
      theme: read.theme ?? null,
      screenshotsDir: packaged ? null : (read.screenshots ?? null),
    },
  };
}
