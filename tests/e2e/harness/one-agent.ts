import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Hands } from '../story/hands.ts';
import { CentreProcess } from './centre-process.ts';
import { Floor, type Desktop } from './desktop-app.ts';
import { pictureOnFailure } from './picture.ts';

/** An agent at the smallest screen, and a centre of their own. */
export class OneAgent {
  readonly centre: CentreProcess;
  #floor: Floor | null = null;
  #at: { desktop: Desktop; agent: Hands } | null = null;

  constructor(centre: CentreProcess) {
    this.centre = centre;
  }

  get desktop(): Desktop {
    return this.#there.desktop;
  }
  get agent(): Hands {
    return this.#there.agent;
  }
  get #there(): { desktop: Desktop; agent: Hands } {
    if (this.#at === null) throw new Error('before the desktop is open');
    return this.#at;
  }

  async open(): Promise<void> {
    [this.#floor] = await Promise.all([Floor.open({ width: 1366, height: 768 }), this.centre.start()]);
    await this.start();
  }

  /** @param profile of a desktop that has ended, to start it again */
  async start(profile?: string): Promise<void> {
    if (this.#floor === null) throw new Error('before there is a display');
    const desktop = await this.#floor.desktop({ server: this.centre.url, as: 'agent', ...(profile === undefined ? {} : { profile }) });
    this.#at = { desktop, agent: new Hands(desktop) };
  }

  async close(): Promise<void> {
    await this.#floor?.close();
    await this.centre.stop();
  }
}

/** For the length of a test file; what is on the screen where a test fails is kept. */
export function oneAgent(centre = new CentreProcess()): OneAgent {
  const here = new OneAgent(centre);
  beforeAll(() => here.open());
  beforeEach(() => pictureOnFailure(() => ({ agent: here.agent.page })));
  afterAll(() => here.close());
  return here;
}
