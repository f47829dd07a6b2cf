/**
 * Draws `build/icon.svg` in the sizes that installers want, into `build/icons/`. The page of the
 * desktop does the drawing, so no further tool is needed. Run it after a change of the picture:
 * `node build/icons.ts` (the desktop must be built).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { desktopCommand, makeFolder, projectFolder } from './launch.ts';
import { startVirtualDisplay } from './virtual-display.ts';

const SIZES = [16, 32, 48, 64, 128, 256, 512, 1024];

const svg = readFileSync(join(projectFolder, 'build', 'icon.svg'), 'utf8');
const folder = join(projectFolder, 'build', 'icons');
mkdirSync(folder, { recursive: true });

const display = await startVirtualDisplay();
try {
  const desktop = await _electron.launch(
    desktopCommand({ userDataDir: makeFolder('icons', false), server: '' }, { env: display.env }),
  );
  const page = await desktop.firstWindow();
  for (const size of SIZES) {
    const address = await page.evaluate(
      async ([source, pixels]) => {
        const image = new Image();
        image.src = `data:image/svg+xml;base64,${btoa(source)}`;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = pixels;
        canvas.height = pixels;
        canvas.getContext('2d')?.drawImage(image, 0, 0, pixels, pixels);
        return canvas.toDataURL('image/png');
      },
      [svg, size] as const,
    );
    writeFileSync(join(folder, `${size}x${size}.png`), Buffer.from(address.split(',')[1] ?? '', 'base64'));
  }
  await desktop.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
} finally {
  display.stop();
}
