// Sends one simulated call's events to the server as a phone system would: signed, in a batch, with a retry.
// Plain Node 20 or later, no dependencies.
//
//   AIDLINE_WEBHOOK_SECRET=… node server/telephony/example-sender.mjs http://127.0.0.1:PORT [number] [queue]
import { createHmac, randomUUID } from 'node:crypto';

const [base, number = '10012345678', queue = 'general'] = process.argv.slice(2);
const secret = process.env.AIDLINE_WEBHOOK_SECRET;
if (!base || !secret) {
  console.error('Usage: AIDLINE_WEBHOOK_SECRET=… node example-sender.mjs http://HOST:PORT [number] [queue]');
  process.exit(2);
}

/** The time signed is that of sending; each event carries its own, which may be hours old. */
function sign(body) {
  const t = Math.floor(Date.now() / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** Sends until it is taken. A refusal (4xx) will not get better by repeating, except 429; everything else may. */
async function send(events) {
  const body = JSON.stringify({ events });
  for (let attempt = 1; ; attempt++) {
    let answer;
    try {
      const response = await fetch(new URL('/telephony/events', base), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-aidline-signature': sign(body) },
        body,
      });
      answer = { status: response.status, text: await response.text() };
    } catch (error) {
      answer = { status: 0, text: String(error.cause ?? error) };
    }
    if (answer.status === 200) return console.log(`taken: ${events.map((event) => event.kind).join(', ')}`);
    console.error(`${answer.status} ${answer.text}`);
    if ((answer.status >= 400 && answer.status < 500 && answer.status !== 429) || attempt === 5) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
  }
}

const callId = randomUUID();
let sequence = 0;
const event = (kind, more = {}) => ({
  eventId: randomUUID(), callId, kind, at: new Date().toISOString(), sequence: sequence++, number, queue, direction: 'in', ...more,
});

const queued = event('queued');
await send([queued]);
await send([queued]); // twice is once
if (process.argv.includes('--abandon')) await send([event('abandoned')]);
console.log(`call ${callId} is waiting in queue ${queue}`);
