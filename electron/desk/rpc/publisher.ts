import type { DeskTopic } from '#shared/protocol/desk-rpc.ts';

/** Where views come from; each is asked at the moment of pushing, so that what is pushed is never older than another. */
export type Views = {
  session(): unknown;
  sync(): unknown;
  rules(): unknown;
  live(topic: string): unknown;
  caseIds(): string[];
  caseView(id: string): unknown;
  takenOver?(): unknown;
  /** The desk is locked: nothing but session and connection goes out. */
  isShut?(): boolean;
  /** Somebody has just been shown this case (PR8). */
  shown?(id: string): void;
};

type Subscription = { topic: DeskTopic; key: string; push: (view: unknown) => void };

/**
 * Who listens to what. Changes are told here as they happen and pushed together at the end of the turn, so that ten
 * events of one case are one redraw.
 */
export class Publisher {
  readonly #views: Views;
  readonly #subscriptions = new Set<Subscription>();
  #flags = new Set<'session' | 'sync' | 'rules' | 'all-cases' | 'taken-over'>();
  #cases = new Set<string>();
  #live = new Set<string>();
  #planned = false;

  constructor(views: Views) {
    this.#views = views;
  }

  /** @param key the case or the live topic, '' for the others; @returns what ends it */
  subscribe(topic: DeskTopic, key: string, push: (view: unknown) => void): () => void {
    const subscription: Subscription = { topic, key, push };
    this.#subscriptions.add(subscription);
    this.#push(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  #goesOut(topic: DeskTopic): boolean {
    return topic === 'session' || topic === 'sync' || this.#views.isShut?.() !== true;
  }

  #push({ topic, key, push }: Subscription): void {
    if (!this.#goesOut(topic)) return;
    push(this.#first(topic, key));
    if (topic === 'case') this.#views.shown?.(key);
  }

  #first(topic: DeskTopic, key: string): unknown {
    switch (topic) {
      case 'session': return this.#views.session();
      case 'sync': return this.#views.sync();
      case 'rules': return this.#views.rules();
      case 'live': return this.#views.live(key);
      case 'case': return this.#views.caseView(key);
      case 'cases': return this.#wholeList();
      case 'taken-over': return this.#views.takenOver?.() ?? [];
    }
  }

  #wholeList(): unknown {
    return { whole: true, changed: this.#views.caseIds().map((id) => this.#views.caseView(id)).filter((view) => view !== null), gone: [] };
  }

  changed(what: 'session' | 'sync' | 'rules' | 'all-cases' | 'taken-over'): void {
    this.#flags.add(what);
    this.#plan();
  }

  caseChanged(id: string): void {
    this.#cases.add(id);
    this.#plan();
  }

  liveChanged(topic: string): void {
    this.#live.add(topic);
    this.#plan();
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  #flush(): void {
    const [flags, cases, live] = [this.#flags, this.#cases, this.#live];
    [this.#flags, this.#cases, this.#live] = [new Set(), new Set(), new Set()];
    for (const subscription of this.#subscriptions) {
      const { topic, key, push } = subscription;
      if ((topic === 'session' || topic === 'sync' || topic === 'rules' || topic === 'taken-over') && flags.has(topic)) this.#push(subscription);
      if (topic === 'live' && (live.has(key) || flags.has('session'))) this.#push(subscription);
      if (topic === 'case' && (cases.has(key) || flags.has('all-cases'))) this.#push(subscription);
      if (topic === 'cases' && this.#goesOut(topic)) {
        if (flags.has('all-cases')) push(this.#wholeList());
        else if (cases.size > 0) push(this.#change(cases));
      }
    }
  }

  #change(ids: ReadonlySet<string>): unknown {
    const changed: unknown[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const view = this.#views.caseView(id);
      if (view === null) gone.push(id);
      else changed.push(view);
    }
    return { whole: false, changed, gone };
  }
}
