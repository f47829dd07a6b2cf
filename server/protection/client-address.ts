import type { IncomingMessage } from 'node:http';
import proxyaddr from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/**
 * Whose address a request comes from. `X-Forwarded-For` and `X-Forwarded-Proto` are believed of the named proxies only: of
 * anybody else they are words of the client, who would be a new address with each request (RB1, PR9).
 */
export class ClientAddress {
  readonly #trusts: (address: string, hop: number) => boolean;
  readonly proxies: readonly string[];

  /**
   * @param proxies addresses or networks (`10.0.0.5`, `10.1.0.0/24`)
   * @throws TypeError where one is neither
   */
  constructor(proxies: readonly string[]) {
    this.proxies = proxies;
    this.#trusts = proxies.length === 0 ? () => false : proxyaddr.compile([...proxies]);
  }

  isProxy(address: string): boolean {
    return ipaddr.isValid(address) && this.#trusts(address, 0);
  }

  of(request: IncomingMessage): string {
    // A connection that ended before it was asked for its address has none.
    return request.socket.remoteAddress === undefined ? '' : proxyaddr(request, this.#trusts);
  }

  /**
   * PR9: whether a proxy let somebody in without TLS from another machine. What the proxy asks for itself (its health checks)
   * names no client.
   */
  isPlain(request: IncomingMessage): boolean {
    const peer = request.socket.remoteAddress ?? '';
    if (!this.isProxy(peer)) return false;
    const client = this.of(request);
    if (client === peer || isHere(client)) return false;
    const proto = [request.headers['x-forwarded-proto']].flat()[0]?.split(',').at(-1)?.trim().toLowerCase();
    return proto !== 'https' && proto !== 'wss';
  }
}

/** What is counted as one address: of IPv6 the network of 64 bits, of which one client has every address. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${parsed.toByteArray().slice(0, 8).map((byte) => byte.toString(16).padStart(2, '0')).join('')}/64`;
}

/** Whether a request was made on this very machine. */
export const isHere = (address: string): boolean => ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
