/** What set-up tells a person: progress and failures, in both languages. */

/** A failure a person can do something about. */
export class SetupFailure extends Error {
  /**
   * @param {string} zh cause and next step in Chinese
   * @param {string} en the same in English
   * @param {{ detail?: string }} [more] output of the tool that failed
   */
  constructor(zh, en, more = {}) {
    super(en);
    this.zh = zh;
    this.en = en;
    this.detail = more.detail ?? '';
  }
}

export function say(zh, en) {
  process.stderr.write(`[aidline] ${en} ${zh}\n`);
}

/** Prints a failure; anything that is not one of ours is a bug and keeps its stack. */
export function explain(error) {
  if (!(error instanceof SetupFailure)) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    return;
  }
  if (error.detail) process.stderr.write(`${error.detail.trim().split('\n').slice(-15).join('\n')}\n`);
  process.stderr.write(`\n[aidline] Set-up failed. ${error.en}\n[aidline] 准备失败。${error.zh}\n`);
}

/**
 * Runs `work`, telling what goes on when it takes longer than two seconds and then every ten.
 * @template T
 * @param {string} zh
 * @param {string} en
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(zh, en, work) {
  const started = Date.now();
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    say(`${zh}（${seconds} 秒）`, `${en} (${seconds} s)`);
  };
  let every;
  const first = setTimeout(() => {
    tell();
    every = setInterval(tell, 10_000);
  }, 2_000);
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(every);
  }
}
