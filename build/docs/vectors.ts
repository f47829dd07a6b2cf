/** Worked examples of everything that a second implementation must compute byte for byte. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { digestOf, OperationPayload } from '#shared/operation/payload.ts';
import { InnerCommand, OuterCommand } from '#shared/protocol/command.ts';
import { eventIdOf } from '#shared/protocol/event-id.ts';
import { signatureVectors } from './signature-vectors.ts';

const id = (n: number): string => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const line = {
  type: 'settlement', lineId: id(11), planId: 'plan-1', merchant: '示范商城', signedOn: '2026-03-08', principalFen: 1_200_000, periodsTotal: 12, periodsPosted: 8, remainingFen: 400_000,
  feeMode: 'B', chargingRule: { zh: '收剩余本金 3% 的违约金', en: '3% of the remaining principal' }, feeFen: 12_000, dueNowFen: 412_000, savedFen: -4_000, cardLastFour: '0005',
  say: { zh: '现在结清要付 4,120.00 元，比分着还多付 40.00 元。', en: 'Settling now takes 4,120.00, which is 40.00 more than going on.' },
} as const;

const payload: OperationPayload = OperationPayload.parse({
  kind: 'early-settlement', caseId: id(1), operationId: id(2), maker: id(3), customerId: 'customer-1', accountId: 'account-1', cardLastFour: '0005', lines: [line], totalDueFen: 412_000,
  statementDate: '2026-11-25', dueDate: '2026-12-13',
  pinned: [{ fact: 'plan.plan-1.periodsPosted', value: 8 }, { fact: 'card.card-1.status', value: 'normal' }, { fact: 'account.account-1.isStatementDay', value: false }],
  policyVersion: 'control-2026-11', validUntil: '2026-11-21T09:30:00.000Z', nonce: id(4),
});

/** Keys that sort by UTF-16 code units, escapes, numbers: what canonical JSON is easily got wrong in. */
const awkward = { '\u20ac': 'Euro', '\ud83d\ude00': 'smile', '\ufb33': 'dalet', a: [1, -0, 1e21, 0.1, 1e-7], '1': '"\\\u0007\n', '\u00e9': null, A: true };

const hash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));
const canonicalCase = (value: unknown) => ({ value, canonical: canonicalize(value) ?? '', sha256: hash(canonicalize(value) ?? '') });
const digestCase = (name: string, of: OperationPayload) => ({ name, payload: of, canonical: canonicalize(of) ?? '', digest: digestOf(of) });

const inner = JSON.stringify(InnerCommand.parse({ madeAt: '2026-11-21T08:00:00.123Z', saidAt: null, dependsOn: [], notAfter: null, body: { noteId: id(21), text: '客户问：能少扣吗？' } }));
const outer = OuterCommand.parse({
  id: id(22), desktop: id(23), incarnation: 1, case: id(1), number: 1, kind: 'write note', schema: 1, hash: hash(inner), urgent: false, inner,
});

/** @returns the content of docs/protocol/vectors.json */
export const vectors = (): object => ({
  note: 'Fictional data, keys of RFC 8032. canonical: RFC 8785; digest, hash, keyId: SHA-256 of the bytes, lower-case hex; seed, bytes, derivedKey: hex; keys and signatures: Ed25519, base64.',
  canonicalJson: [canonicalCase({ b: [1, 0.1, 1e21], a: '分期', A: null }), canonicalCase(awkward)],
  operationDigest: [digestCase('one line', payload), digestCase('one fen more', { ...payload, totalDueFen: payload.totalDueFen + 1 })],
  innerHash: [{ inner: outer.inner, hash: outer.hash, outer }],
  eventIds: [0, 1, 254].map((index) => ({ command: outer.id, index, event: eventIdOf(outer.id, index) })),
  ...signatureVectors(digestOf(payload)),
});
