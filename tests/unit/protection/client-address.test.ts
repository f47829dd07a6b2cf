import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { OptionsError, readOptions } from '../../../server/options.ts';
import { addressKey, ClientAddress, isHere } from '../../../server/protection/client-address.ts';

const from = (remoteAddress: string, headers: IncomingMessage['headers'] = {}): IncomingMessage => ({ socket: { remoteAddress }, headers }) as IncomingMessage;

describe('[PR9] whose address it is', () => {
  const clients = new ClientAddress(['10.0.0.5', '10.1.0.0/16']);

  it('the client\'s, as a named proxy tells it', () => {
    expect(clients.of(from('10.0.0.5', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.7');
    expect(clients.of(from('::ffff:10.0.0.5', { 'x-forwarded-for': '203.0.113.7' }))).toBe('203.0.113.7');
    // Through two of ours.
    expect(clients.of(from('10.0.0.5', { 'x-forwarded-for': '203.0.113.7, 10.1.2.3' }))).toBe('203.0.113.7');
  });

  it('[RB1] never as the client tells it: what stands before the proxy\'s own word counts for nothing', () => {
    expect(clients.of(from('10.0.0.5', { 'x-forwarded-for': '1.2.3.4, 203.0.113.7' }))).toBe('203.0.113.7');
    expect(clients.of(from('203.0.113.7', { 'x-forwarded-for': '1.2.3.4' }))).toBe('203.0.113.7');
    expect(new ClientAddress([]).of(from('127.0.0.1', { 'x-forwarded-for': '1.2.3.4' }))).toBe('127.0.0.1');
  });

  it('nobody comes in plain through a proxy from another machine', () => {
    const plain = (headers: IncomingMessage['headers'], peer = '10.0.0.5') => clients.isPlain(from(peer, headers));
    expect(plain({ 'x-forwarded-for': '203.0.113.7' })).toBe(true);
    expect(plain({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' })).toBe(true);
    // What a client wrote comes first, what the proxy wrote last.
    expect(plain({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https, http' })).toBe(true);
    expect(plain({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' })).toBe(false);
    expect(plain({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'wss' })).toBe(false);
    expect(plain({ 'x-forwarded-for': '127.0.0.1' })).toBe(false);
    // The proxy's own health checks, and who comes directly.
    expect(plain({})).toBe(false);
    expect(plain({ 'x-forwarded-for': '203.0.113.7' }, '192.0.2.1')).toBe(false);
  });

  it('--behind-proxy takes addresses and networks, and nothing else', () => {
    expect(readOptions(['--behind-proxy', '10.0.0.5, fd00::/8']).proxies).toEqual(['10.0.0.5', 'fd00::/8']);
    expect(readOptions([]).proxies).toEqual([]);
    for (const wrong of ['proxy.example', '10.0.0.5/33', '10.0.0.5/', '', '10.0.0.5,,', 'loopback']) expect(() => readOptions(['--behind-proxy', wrong])).toThrow(OptionsError);
  });
});

describe('[RB1] what counts as one address', () => {
  it('of IPv6 the network, of IPv4 the address in either notation, and one key for what is no address', () => {
    expect(addressKey('::ffff:192.0.2.1')).toBe(addressKey('192.0.2.1'));
    expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
    expect(addressKey('')).toBe(addressKey('__proto__'));
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', ''].map(isHere)).toEqual([true, true, true, false, false]);
  });
});
