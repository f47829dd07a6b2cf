// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import type { LiveValue } from '#shared/protocol/live.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { openDesktop } from '../setup/screen.tsx';
import { draw } from './panel.tsx';
import { CALLBACK, startStory, type Story } from './story.ts';

const stopped = (...kinds: LiveValue<'stopped-kinds'>[number]['kind'][]): void => act(() => useLiveStore.setState(({ held }) => ({
  held: { ...held, 'stopped-kinds': { value: kinds.map((kind) => ({ kind, since: '2026-11-21T06:50:00.000Z', byName: '许风', reason: '疑似批量冒名' })), version: 1, heardAt: '' } },
})));
const ready = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  return story;
};

afterEach(() => useLiveStore.setState({ held: {} }));

describe('[TP15] a kind that a risk officer has stopped', () => {
  test('is said on its own screens with who, why and what to tell the customer; it cannot be submitted, and can once it is released', () => {
    draw('submitReview', ready().state());
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(false);
    stopped('early-settlement');
    expect(screen.getByTestId('kind-stopped').textContent).toMatch(/分期提前结清.*已停办.*许风 停办：疑似批量冒名.*对客户说/s);
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(true);
    expect(screen.getByTestId('submit-stopped')).toBeTruthy();
    stopped();
    expect(screen.queryByTestId('kind-stopped')).toBeNull();
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(false);
  });

  test('cannot be executed, whatever was approved before', () => {
    const story = ready();
    story.submit();
    story.take();
    story.entry();
    story.approve();
    story.callBack();
    story.confirmEye();
    story.confirmHeart();
    story.prove();
    draw('execute', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('order-execution').hasAttribute('disabled')).toBe(false);
    stopped('early-settlement');
    expect(screen.getByTestId('order-execution').hasAttribute('disabled')).toBe(true);
    expect(screen.getByTestId('execute').textContent).toContain('这类业务已停办');
  });

  test('does not touch the screens of other kinds', () => {
    stopped('limit-change');
    draw('submitReview', ready().state());
    expect(screen.queryByTestId('kind-stopped')).toBeNull();
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(false);
  });

  test.each([['zh-CN', '额度调整', '恢复后我们给您回电'], ['en', 'Limit change', 'we call you when it is back']] as const)('stands on every screen of the desktop (%s)', async (language, kind, say) => {
    const desktop = await openDesktop({ language });
    expect(screen.queryByTestId('strip-stopped-limit-change')).toBeNull();
    desktop.told(() => desktop.centre.setLive('stopped-kinds', [{ kind: 'limit-change', since: desktop.centre.at(), byName: '许风', reason: '批量冒名' }]));
    expect(screen.getByTestId('strip-stopped-limit-change').textContent).toContain(kind);
    expect(screen.getByTestId('strip-stopped-limit-change').textContent).toContain(say);
    desktop.end();
  });
});

describe('[TP8] a signing key that cannot be used', () => {
  test.each([['lost', 'zh-CN', '打不开'], ['none', 'en', 'no signing key']] as const)('%s: what still works and what to do, in %s', async (key, language, words) => {
    const desktop = await openDesktop({ language });
    expect(screen.queryByTestId('strip-key')).toBeNull();
    desktop.told(() => desktop.centre.setKey(key));
    expect(screen.getByTestId('strip-key').textContent).toContain(words);
    desktop.end();
  });
});
