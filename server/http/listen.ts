import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import { HEAD_MS } from '../protection/limits.ts';
import { StartError } from '../start-error.ts';

/** How often Node looks for requests that are late; its own half minute would make ten seconds forty. */
const CHECKING_MS = 5_000;

type Where = { host: string; port: number; tls: { cert: string; key: string } | null };

/** Names and addresses that no other machine reaches (RFC 1122, RFC 4291). */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function read(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartError(`${option} ${file}: 读不出 / cannot be read (${error instanceof Error ? error.message : ''})`);
  }
}

/**
 * The server's socket, not yet listening: TLS 1.2 or later where there is a certificate, plain on loopback otherwise.
 *
 * @throws StartError where it would be plain beyond loopback (PR9), or the certificate is of no use
 */
export function makeServer({ host, tls }: Where): HttpServer | HttpsServer {
  if (tls === null) {
    if (!isLoopback(host)) {
      throw new StartError(`--host ${host}: 本机以外必须用 TLS，请给出 --tls-cert 和 --tls-key / beyond loopback TLS is required: give --tls-cert and --tls-key`);
    }
    return createServer({ connectionsCheckingInterval: CHECKING_MS });
  }
  const [cert, key] = [read('--tls-cert', tls.cert), read('--tls-key', tls.key)];
  try {
    return createTlsServer({ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: HEAD_MS, connectionsCheckingInterval: CHECKING_MS });
  } catch (error) {
    throw new StartError(`--tls-cert, --tls-key: 证书和私钥不能用 / certificate and key cannot be used (${error instanceof Error ? error.message : ''})`);
  }
}

/**
 * @returns the address it listens on
 * @throws StartError where the port is taken or the address is not of this machine
 */
export async function listen(server: HttpServer | HttpsServer, { host, port, tls }: Where): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new StartError(`端口 ${port} 已被占用：换一个 --port，或先停掉另一个服务 / port ${port} is in use: choose another --port, or stop the other program`));
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') reject(new StartError(`--host ${host}: 这台机器没有这个地址 / this machine has no such address`));
      else reject(error);
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `${tls === null ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${bound}`;
}
