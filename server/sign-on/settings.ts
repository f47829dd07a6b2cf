import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Role } from '#shared/people/roles.ts';
import { isLoopback } from '../http/listen.ts';
import { StartError } from '../start-error.ts';

/** Asymmetric signatures only: `none` proves nothing, and an HMAC would make the client's secret a signing key. */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

/** Whether the address is one that tokens may go to: TLS, or this machine itself (PR9). */
const isSecure = (address: string): boolean => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
};

const Settings = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }).refine(isSecure, '本机以外必须是 https / https is required beyond loopback'),
  clientId: z.string().min(1).max(200),
  scope: z.string().regex(/^openid( [\w:.-]+)*$/, 'openid …').default('openid'),
  /** What ID and logout tokens may be signed with. */
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).default([...ALGORITHMS]),
  /** How far the provider's clock may be from ours. */
  skewSeconds: z.int().min(0).max(120).default(30),
  /**
   * How long ago the person may have signed in at the provider, who is told to ask anew: a workstation has many people and one
   * browser. Null where the browser's own session is enough.
   */
  freshLoginSeconds: z.int().min(30).max(3600).nullable().default(300),
  /** After so long a session needs the provider again; without the line work goes on all the same (OF3). */
  sessionHours: z.number().min(0.25).max(16).default(12),
  /** `acr` values of which the provider must tell one; empty: none is asked for. */
  acr: z.array(z.string().min(1).max(200)).max(10).default([]),
  /** A claim with role or group names that must agree with the role in the centre's books; null: the books alone say it. */
  roles: z.strictObject({ claim: z.string().min(1).max(100), names: z.partialRecord(Role, z.array(z.string().min(1).max(200)).min(1)) }).nullable().default(null),
  /** Whether signing out opens the provider's own sign-out in the browser, where it has one. */
  logout: z.boolean().default(true),
});
export type SignOnSettings = z.infer<typeof Settings> & { /** Null: a public client, whose code PKCE alone protects. */ secret: string | null };

/**
 * The settings of single sign-on.
 *
 * @param secret from the environment only
 * @throws StartError with the place of the mistake, for the person at the shell
 */
export function readSignOnSettings(file: string, secret: string): SignOnSettings {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`--oidc ${file}: 读不出，或不是 JSON / cannot be read, or is no JSON (${error instanceof Error ? error.message : ''})`);
  }
  const read = Settings.safeParse(content);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new StartError(`--oidc ${file}: ${issue?.path.join('.') ?? ''}: 设置有错 / not a valid setting (${issue?.message ?? ''})`);
  }
  return { ...read.data, secret: secret === '' ? null : secret };
}
