import { administrationCommandSchemas } from '#shared/administration/administration-schema.ts';
import { changeDigest } from '#shared/administration/change.ts';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { asks } from '#shared/protocol/asks.ts';
import type { DeskReply, MethodValue } from '#shared/protocol/desk-rpc.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { SessionSigning, UnlockBy } from './session-signing.ts';

const given = {
  'propose change': administrationCommandSchemas['propose change'].omit({ signed: true }),
  'approve change': administrationCommandSchemas['approve change'].omit({ signed: true }),
} as const;

export type AdministerParts = {
  person: string;
  signing: Pick<SessionSigning, 'sign'>;
  /** The centre as the server last told it, null before. */
  view(): AdministrationView | null;
  isOnline(): boolean;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
};

export type Administer = { kind: string; body: unknown; passphrase?: string | undefined };

/** What of a doing of the centre is signed, and as what; null for what is not. */
function toSign(parts: AdministerParts, { kind, body }: Administer): { body: object; digest: string; purpose: 'order' | 'approval'; by: UnlockBy } | { refusal: Refusal } | null {
  if (kind !== 'propose change' && kind !== 'approve change') return null;
  const parsed = given[kind].safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse('command-malformed', { kind, path: issue?.path.join('.') ?? '', problem: issue?.code ?? '' });
  }
  if ('change' in parsed.data) {
    const { changeId, change } = parsed.data;
    return { body: parsed.data, digest: changeDigest({ changeId, proposer: parts.person, change }), purpose: 'order', by: 'session' };
  }
  const { changeId, digest: shown } = parsed.data;
  const request = parts.view()?.changes.find((one) => one.changeId === changeId);
  if (request === undefined) return refuse('change-unknown');
  // From the change itself, as this desk was told it: neither the server's digest nor the screen's is taken for it.
  const digest = changeDigest(request);
  return digest === request.digest && digest === shown ? { body: parsed.data, digest, purpose: 'approval', by: 'typed' } : refuse('tp2-digest');
}

/** Does something to the centre itself (TP12, TP15), signed here where its kind is signed. Needs the line: it is never kept for later. */
export async function administer(parts: AdministerParts, params: Administer): Promise<DeskReply<MethodValue<'administer'>>> {
  if (!parts.isOnline()) return { ok: false, ...refuse('offline') };
  const signs = toSign(parts, params);
  if (signs !== null && 'refusal' in signs) return { ok: false, refusal: signs.refusal };
  let { body } = params;
  if (signs !== null) {
    const made = await parts.signing.sign(signs.purpose, signs.digest, signs.by, params.passphrase);
    if ('refusal' in made) return { ok: false, refusal: made.refusal };
    body = { ...signs.body, signed: made.signed };
  }
  const answer = await parts.ask('administer', { kind: params.kind, body });
  if (!answer.ok) return answer;
  const value = asks.administer.value.safeParse(answer.value);
  return value.success ? { ok: true, value: value.data } : { ok: false, ...refuse('answer-malformed', { kind: 'administer' }) };
}
