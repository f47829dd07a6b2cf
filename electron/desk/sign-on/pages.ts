type Which = 'done' | 'refused' | 'other';

const words: Record<Which, { mark: string; zh: readonly [string, string]; en: readonly [string, string] }> = {
  done: { mark: '✓', zh: ['登录信息已交回援线台', '可以关闭这个页面，回到援线台输入桌面口令。'], en: ['Back to Aidline', 'You may close this page and type your desk passphrase in Aidline.'] },
  refused: { mark: '✕', zh: ['没有登录', '可以关闭这个页面，援线台里有原因。'], en: ['Not signed in', 'You may close this page; Aidline says why.'] },
  other: { mark: '▲', zh: ['这里没有等待中的登录', '可以关闭这个页面。需要登录请在援线台里再按一次单点登录。'], en: ['No sign-in is awaited here', 'You may close this page. To sign in, press single sign-on in Aidline again.'] },
};

/** What the browser shows at the end, in both languages: it is not known which of them this browser speaks. Nothing of the request is in it. */
export function page(which: Which): string {
  const { mark, zh, en } = words[which];
  const part = (lang: string, [what, todo]: readonly [string, string]): string => `<section lang="${lang}"><h1>${what}</h1><p>${todo}</p></section>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>援线台 Aidline</title><style>
:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.6 system-ui,sans-serif;background:#f5f6f8;color:#1d2430}
main{max-width:28rem;padding:2rem;border:1px solid #d4d9e1;border-radius:12px;background:#fff}h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:0}section+section{margin-top:1.25rem}.mark{font-size:2rem;line-height:1;margin-bottom:1rem}
@media(prefers-color-scheme:dark){body{background:#14181f;color:#e4e8ee}main{background:#1c222b;border-color:#37404d}}
</style></head><body><main><p class="mark" aria-hidden="true">${mark}</p>${part('zh-CN', zh)}${part('en', en)}</main></body></html>`;
}
