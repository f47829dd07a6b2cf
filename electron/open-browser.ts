const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether the system may be handed this address: pages over TLS, or of this machine itself; never a file, a program or a scheme of others. */
export function isForBrowser(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/**
 * Opens an address in the system's browser.
 * @param shell Electron's
 * @returns whether the system took it
 */
export async function openBrowser(shell: { openExternal(url: string): Promise<void> }, address: string): Promise<boolean> {
  if (!isForBrowser(address)) return false;
  try {
    await shell.openExternal(address);
    return true;
  } catch {
    return false;
  }
}
