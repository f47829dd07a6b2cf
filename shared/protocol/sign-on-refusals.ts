import { refusalWords as w } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';

const kept = { zh: '没有办理任何业务；本机的内容都在。', en: 'Nothing was booked; everything on this machine is kept.' };

/** Errors of single sign-on (OpenID Connect): at the provider, on the way, and at the centre. */
export const SIGN_ON_REFUSALS = {
  'sign-on-not-offered': w('中心没有开通单点登录。', 'The centre offers no single sign-on.', '请用账号和密码登录。', 'Sign in with account and password.', kept),
  'sign-on-provider-down': w('单点登录的身份服务现在连不上。', 'The identity provider of single sign-on cannot be reached now.', '请稍后再试；用密码登录的人不受影响，已登录的人继续工作。', 'Try again later; who signs in with a password is not affected, and who is signed in goes on.', kept),
  'sign-on-provider-false': w('身份服务的地址或设置和中心的不符（{{why}}）。', "The identity provider is not the one that the centre was set up with ({{why}}).", '请告诉管理员核对中心的单点登录设置。', "Have an administrator check the centre's sign-on settings.", kept),
  'sign-on-answer-false': w('身份服务的答复不可信（{{why}}），没有登录。', 'The answer of the identity provider cannot be trusted ({{why}}); nobody was signed in.', '请重新登录一次；再出现请告诉管理员。', 'Sign in once more; tell an administrator if it happens again.', kept),
  'sign-on-clock': w('身份服务的答复时间不对：已过期，或它和中心的时钟差得太多。', "The times in the provider's answer are off: it is over, or the clocks of provider and centre differ too much.", '请重新登录一次；再出现请管理员校准中心的时间。', "Sign in once more; if it happens again, have the centre's clock set right.", kept),
  'sign-on-code-over': w('这次登录的凭据已经用过或过期。', 'The code of this sign-in was used before, or is over.', '请重新登录一次。', 'Sign in once more.', kept),
  'sign-on-denied': w('身份服务没有让您登录（{{why}}）。', 'The identity provider did not sign you in ({{why}}).', '请重试；仍不行请联系管理员。', 'Try again; ask an administrator if it does not help.', kept),
  'sign-on-unknown': w('身份服务认识您，但中心没有这个人员。', 'The identity provider knows you, but the centre has no such person.', '请两位管理员在人员里登记您的单点登录身份。', 'Have two administrators enter your identity with your person.', kept),
  'sign-on-role': w('身份服务给的角色和中心登记的角色不一致。', 'The role that the identity provider tells is not the one in the books of the centre.', '请管理员核对两边的角色。', 'Have an administrator compare both.', kept),
  'sign-on-weak': w('这次登录的方式不够强。', 'The way in which you signed in at the provider is not strong enough.', '请用要求的方式（如双因素）重新登录。', 'Sign in once more in the way that is asked for, for example with a second factor.', kept),
  'sign-on-taken': w('这个单点登录身份已经登记给别人。', 'This identity at the provider belongs to another person.', '请核对身份值。', 'Check the value.'),
  'sign-on-needed': w('离线登录只在本机有效，连中心还要做一次单点登录。', 'You signed in without the line; to reach the centre, single sign-on is needed once.', '请按单点登录；在此之前照常工作，内容存在本机。', 'Press single sign-on; until then go on working, everything is kept here.', kept),
  'sign-on-other-person': w('在身份服务上登录的是另一个人。', 'Somebody else signed in at the identity provider.', '请用您自己的身份再登录一次。', 'Sign in once more as yourself.', kept),
  'sign-on-over': w('单点登录的时限到了。', 'The time of this single sign-on is over.', '本机的工作照常；要连中心，请再做一次单点登录。', 'Work on this machine goes on; to reach the centre, press single sign-on.', kept),
  'sign-on-ended': w('您在身份服务上已经退出。', 'You were signed out at the identity provider.', '请重新登录；未发的内容都在。', 'Sign in again; unsent work is kept.', kept),
  'sign-on-cancelled': w('登录已取消。', 'The sign-in was cancelled.', '需要时请再按一次单点登录。', 'Press single sign-on again when you want to.', kept),
  'sign-on-timeout': w('没有等到浏览器里的登录。', 'The sign-in in the browser did not come.', '请再按一次单点登录，在浏览器里完成登录。', 'Press single sign-on again and finish in the browser.', kept),
  'sign-on-browser': w('打不开浏览器。', 'No browser could be opened.', '请检查这台电脑的默认浏览器，或告诉管理员。', "Check this machine's default browser, or tell an administrator.", kept),
  'desk-passphrase-weak': w('桌面口令太短。', 'The desk passphrase is too short.', '至少 12 个字符。', 'At least 12 characters.', kept),
  'desk-passphrase-wrong': w('桌面口令不对。', 'The desk passphrase is wrong.', '请重新输入；忘记了请两位管理员重设口令。', 'Type it again; if it is forgotten, have two administrators reset it.', kept),
} as const satisfies Record<string, RefusalText>;
