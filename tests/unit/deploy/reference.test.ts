import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readOptions } from '../../../server/options.ts';

const file = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const Node = z.looseObject({ command: z.array(z.string()), ulimits: z.looseObject({ core: z.number() }), networks: z.array(z.string()), volumes: z.array(z.string()), ports: z.array(z.string()).optional() });
const Other = z.looseObject({ networks: z.array(z.string()), ports: z.array(z.string()).optional(), volumes: z.array(z.string()).optional() });
const compose = z.looseObject({
  services: z.object({ 'node-1': Node, 'node-2': Node, postgres: Other, redis: Other, proxy: Other }),
  networks: z.looseObject({ inner: z.looseObject({ internal: z.boolean() }) }),
}).parse(parse(file('compose.yaml'), { merge: true }));
const { 'node-1': first, 'node-2': second, postgres, redis, proxy } = compose.services;
const options = (node: z.infer<typeof Node>) => readOptions(node.command.map((word) => word.replace(/\$\{[^}]*\}/, 'https://core.example')));
const proxyConfig = file('build/deploy/haproxy.cfg').split('\n').filter((line) => !line.trimStart().startsWith('#'));

describe('the reference set-up', () => {
  it('[OP1] has two nodes with the same database, Redis, ring and checkpoints, and a folder of their own each', () => {
    const common = ({ database, redis: hurries, ring, checkpoints, bank }: ReturnType<typeof options>) => ({ database, redis: hurries, ring, checkpoints, bank });
    expect(Object.values(common(options(first)))).not.toContain(null);
    expect(common(options(second))).toEqual(common(options(first)));
    const place = (node: z.infer<typeof Node>, path: string): string | undefined => node.volumes.find((volume) => volume.split(':')[1] === path)?.split(':')[0];
    for (const shared of ['/etc/aidline/ring', '/srv/aidline/checkpoints', '/etc/aidline/tls']) expect([shared, place(second, shared)]).toEqual([shared, place(first, shared)]);
    expect(place(second, '/srv/aidline/data')).not.toBe(place(first, '/srv/aidline/data'));
    expect(options(first).data).toBe('/srv/aidline/data');
    const { hostname } = new URL(options(first).database ?? '');
    expect(hostname).toBe('postgres');
    expect(new URL(options(first).redis ?? '').hostname).toBe('redis');
  });

  it('[PR9] [TP12] runs real centres over TLS; database and Redis are reached by the nodes only', () => {
    for (const node of [first, second]) {
      expect(options(node)).toMatchObject({ mode: 'production', tls: { cert: '/etc/aidline/tls/server.pem' } });
      expect(node.ports).toBeUndefined();
    }
    expect(compose.networks.inner.internal).toBe(true);
    for (const engine of [postgres, redis]) expect([engine.networks, engine.ports]).toEqual([['inner'], undefined]);
    expect([proxy.networks, proxy.ports]).toEqual([['front'], ['4170:4170']]);
    expect(proxyConfig.filter((line) => /\bserver node-/.test(line))).toHaveLength(2);
    expect(proxyConfig.join('\n')).toMatch(/mode tcp[\s\S]*verify required/);
    expect(proxyConfig.join('\n')).not.toMatch(/verify none|ssl crt/);
  });

  it('[PR1] writes no core, and runs as an ordinary user', () => {
    for (const node of [first, second]) expect(node.ulimits.core).toBe(0);
    const image = file('Dockerfile');
    expect(image).toMatch(/^USER aidline$/m);
    expect(image).toMatch(/^ENTRYPOINT .*ulimit -c 0/m);
    expect(image).toMatch(/npm ci --omit=dev/);
    const unit = file('build/deploy/aidline@.service');
    expect([/^LimitCORE=0$/m.test(unit), /^User=aidline$/m.test(unit)]).toEqual([true, true]);
  });

  it('keeps nobody at one node', () => {
    expect(proxyConfig.filter((line) => /stick|cookie|balance\s+source|hash/.test(line))).toEqual([]);
    expect(file('compose.yaml')).not.toMatch(/sticky|affinity/);
    // A node that drains moves its desktops over by itself.
    expect(proxyConfig.join('\n')).not.toContain('shutdown-sessions');
  });
});
