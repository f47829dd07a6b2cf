import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * PR9: beyond this machine itself everything goes over TLS; said before a password, a key or a token is sent anywhere.
 *
 * @param server address as the person typed it
 */
export function insecureAddress(server: string): { refusal: Refusal } | null {
  const { protocol, hostname } = new URL(server);
  return protocol === 'https:' || LOOPBACK.test(hostname) ? null : refuse('tls-required');
}

/** Serves only where the address may be spoken to. */
export const overTls = <P extends { server: string }, V>(serve: (params: P) => Promise<DeskReply<V>>) => async (params: P): Promise<DeskReply<V>> => {
  const insecure = insecureAddress(params.server);
  return insecure === null ? serve(params) : { ok: false, ...insecure };
};
