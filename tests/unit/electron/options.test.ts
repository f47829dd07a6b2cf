import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../electron/options.ts';

describe('options of the desktop program', () => {
  it('passes over words that belong to the runtime and keeps its own', () => {
    const read = readOptions(
      ['electron', '--inspect=0', '--remote-debugging-port=0', '/project', '--user-data-dir=/tmp/p', '--server=http://127.0.0.1:4170', '--demo', '--as=mentor', '--language=en', '--theme=dark'],
      false,
    );
    expect(read).toMatchObject({
      ok: true,
      options: { userDataDir: '/tmp/p', server: 'http://127.0.0.1:4170', demo: true, asRole: 'mentor', language: 'en', theme: 'dark' },
    });
  });

  it.each([['--server=ftp://x', '--server'], ['--server=javascript:1', '--server'], ['--language=fr', '--language'], ['--theme=pink', '--theme'], ['--as=../x', '--as'], ['--user-data-dir=', '--user-data-dir'], ['--user-data-dir', '--user-data-dir']])(
    'refuses %s in both languages, naming the option',
    (word, name) => {
      const read = readOptions(['electron', word], false);
      if (read.ok) throw new Error('accepted');
      expect(read.zh).toContain(name);
      expect(read.en).toContain(name);
    },
  );

  it('takes neither pictures nor a foreign addon in a packaged program', () => {
    const words = ['aidline', '--screenshots=/tmp/s', '--native-binding=/tmp/x.node'];
    expect(readOptions(words, true)).toMatchObject({ ok: true, options: { screenshotsDir: null, nativeBinding: null } });
    expect(readOptions(words, false)).toMatchObject({ ok: true, options: { screenshotsDir: '/tmp/s', nativeBinding: '/tmp/x.node' } });
  });
});
