import { _electron, errors, type ElectronApplication } from 'playwright-core';

type LaunchOptions = NonNullable<Parameters<typeof _electron.launch>[0]>;

const TRIES = 3;
const STUCK_MS = 25_000;

/**
 * Starts a desktop under Playwright. On a busy machine Playwright now and then attaches to Electron and hears nothing more of it
 * (microsoft/playwright#9351): that start is given up, said aloud, and another one made. A desktop that starts and shows no window
 * is no such case: whoever waits for its window notices.
 *
 * @param command what to start, made anew for each try: what it names may be good for one start
 */
export async function launchElectron(command: () => LaunchOptions): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await _electron.launch({ ...command(), timeout: STUCK_MS });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || attempt === TRIES) throw error;
      process.stderr.write(`Playwright did not attach to Electron within ${STUCK_MS / 1_000} s; started again (${attempt} of ${TRIES - 1})\n`);
    }
  }
}
