import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { onTestFailed } from 'vitest';

/**
 * Where a test fails, what was on the screen: into the folder that AIDLINE_TEST_PICTURES names.
 * @param pages who sat where, as it is when the test fails
 */
export function pictureOnFailure(pages: () => Record<string, Page | undefined>): void {
  const folder = process.env['AIDLINE_TEST_PICTURES'];
  if (!folder) return;
  onTestFailed(async ({ task }) => {
    mkdirSync(folder, { recursive: true });
    for (const [who, page] of Object.entries(pages())) {
      if (page && !page.isClosed()) await page.screenshot({ path: join(folder, `${task.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60)}-${who}.png`) });
    }
  });
}
