import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'x-aidline-signature';
/** How far the time of sending may be from ours; an event's own time is another matter and may be hours old. */
const sendingToleranceSeconds = 300;

export type SignatureVerdict = 'ok' | 'webhook-unsigned' | 'webhook-bad-signature' | 'webhook-stale';

/**
 * The header's value for a body: `t=<unix seconds of sending>,v1=<hex HMAC-SHA256 of "t.body">`.
 *
 * @param secret shared with the receiver
 * @param sentAt ISO UTC
 * @param body the bytes as they are sent
 */
export function signBody(secret: string, sentAt: string, body: string | Buffer): string {
  const t = Math.floor(Date.parse(sentAt) / 1000);
  return `t=${t},v1=${macOf(secret, t, body).toString('hex')}`;
}

/**
 * Judges a signature. The mac is judged before the time, so that only a sender who holds the secret learns that its
 * clock is wrong.
 *
 * @param header the header's value; several `v1` are allowed (a sender in rotation)
 * @param body the bytes as they came
 * @param secrets accepted now; two during a rotation
 * @param now ISO UTC
 */
export function checkSignature(header: string | undefined, body: Buffer, secrets: readonly string[], now: string): SignatureVerdict {
  if (header === undefined || header.trim() === '') return 'webhook-unsigned';
  const parts = header.slice(0, 1000).split(',').map((part) => part.trim());
  const time = parts.find((part) => /^t=\d{1,12}$/.test(part));
  const macs = parts.filter((part) => /^v1=[0-9a-f]{64}$/i.test(part)).map((part) => Buffer.from(part.slice(3), 'hex'));
  if (time === undefined || macs.length === 0) return 'webhook-bad-signature';
  const t = Number(time.slice(2));
  // Every pair is compared, whatever the first one says: the time taken tells nothing.
  let good = false;
  for (const secret of secrets) {
    const expected = macOf(secret, t, body);
    for (const mac of macs) good = timingSafeEqual(mac, expected) || good;
  }
  if (!good) return 'webhook-bad-signature';
  return Math.abs(Date.parse(now) / 1000 - t) <= sendingToleranceSeconds ? 'ok' : 'webhook-stale';
}

function macOf(secret: string, t: number, body: string | Buffer): Buffer {
  return createHmac('sha256', secret).update(`${t}.`).update(body).digest();
}
