/** What whoever starts a centre is told, in both languages. */
import { policyInForce } from '#shared/administration/administration-evolve.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import { digestOfJson } from '#shared/protocol/signature.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Administration } from './administration/administration.ts';
import type { Options } from './options.ts';
import type { SignOn } from './sign-on/sign-on.ts';

/** TP12: after the founding a file at the start changes nothing; two people do. */
export function controlNotice(options: Options, given: ControlPolicy, administration: Administration): string[] {
  const inForce = policyInForce(administration.state);
  if (options.control === null || inForce === null || digestOfJson(inForce) === digestOfJson(given)) return [];
  return [`--control ${options.control}: 与现行制度 ${inForce.version} 不同，不生效；改制度要由两位管理员办理 / differs from the policy in force, ${inForce.version}, and does not count; two administrators change it`];
}

/** A provider that is away or false keeps no centre from serving: whoever started it hears of it, and the sign-in screen says so. */
export async function signOnNotice({ oidc }: Options, signOn: SignOn | null): Promise<string[]> {
  const trouble = (await signOn?.warmUp()) ?? null;
  if (trouble === null) return [];
  const { zh, en } = refusalText(trouble.code);
  const why = String(trouble.detail?.['why'] ?? '');
  return [`--oidc ${oidc}: ${zh.what} / ${en.what}`.replaceAll('{{why}}', why)];
}
