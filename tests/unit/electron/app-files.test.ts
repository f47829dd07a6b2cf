import { describe, expect, it, vi } from 'vitest';

// These functions need nothing of Electron; their modules do.
vi.mock('electron', () => ({ protocol: {}, BrowserWindow: class {}, screen: {}, ipcMain: {} }));
const { fileOfAddress } = await import('../../../electron/app-protocol.ts');
const { windowKey } = await import('../../../electron/window.ts');
const { refusedSender } = await import('../../../electron/ipc/guarded-ipc.ts');

describe('files of the page', () => {
  it.each([
    ['aidline://app/', '/p/index.html'],
    ['aidline://app/index.html', '/p/index.html'],
    ['aidline://app/assets/a-1.js', '/p/assets/a-1.js'],
    ['aidline://app/assets/a.js?v=1#x', '/p/assets/a.js'],
    ['aidline://app/assets/../index.html', '/p/index.html'],
  ])('%s is %s', (address, file) => {
    expect(fileOfAddress(address, '/p')).toBe(file);
  });

  it.each([
    'aidline://app/..%2f..%2fetc%2fhosts.html',
    'aidline://app/a%00.html',
    'aidline://app/..%5c..%5cx.html',
    'aidline://app/%E0%A4%A.html',
    'aidline://other/index.html',
    'https://app/index.html',
    'file:///etc/hosts.html',
    'aidline://app/main.ts',
    'nonsense',
  ])('%s is refused', (address) => {
    expect(fileOfAddress(address, '/p')).toBeNull();
  });

  it('cannot climb out of the folder', () => {
    expect(fileOfAddress('aidline://app/../../etc/x.html', '/p')).toBe('/p/etc/x.html');
    expect(fileOfAddress('aidline://app/%2e%2e/x.js', '/p')).toBe('/p/x.js');
  });
});

describe('keys that would interrupt a call', () => {
  const press = (key: string, modifiers: Partial<Record<'control' | 'meta' | 'alt', boolean>> = {}, type = 'keyDown') =>
    windowKey({ type, key, control: false, meta: false, alt: false, ...modifiers });

  it('knows reload and close in all their forms', () => {
    expect([press('F5'), press('r', { control: true }), press('R', { control: true }), press('r', { meta: true })]).toEqual(Array(4).fill('reload'));
    expect([press('w', { control: true }), press('F4', { alt: true })]).toEqual(['close', 'close']);
  });

  it('leaves typing alone', () => {
    expect([press('r'), press('w'), press('F4'), press('F5', {}, 'keyUp')]).toEqual([null, null, null, null]);
  });
});

describe('who may speak to the main process', () => {
  const page = {};
  const window = { isDestroyed: () => false, webContents: page } as never;
  const from = (sender: unknown, origin: string, parent: unknown = null) => refusedSender({ sender, senderFrame: { origin, parent } } as never, window);

  it('hears the top frame of our own window at our own origin', () => {
    expect(from(page, 'aidline://app')).toBeNull();
  });

  it.each([
    ['another window', from({}, 'aidline://app'), 'other-window'],
    ['another origin', from(page, 'https://app'), 'other-origin'],
    ['a frame within the page', from(page, 'aidline://app', {}), 'other-frame'],
    ['a frame that is gone', refusedSender({ sender: page, senderFrame: null } as never, window), 'other-frame'],
  ])('hears nothing from %s', (_who, why, expected) => {
    expect(why).toBe(expected);
  });
});
