/** Where the desktop's page lives: a scheme of its own, so that no file and no web address is ever its origin. */
export const APP_SCHEME = 'aidline';
export const APP_ORIGIN = 'aidline://app';
export const APP_PAGE = `${APP_ORIGIN}/index.html`;
