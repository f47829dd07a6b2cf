/**
 * A whole desktop session over a bare WebSocket: no library, plain Node 22 or later. Signs in, pulls, opens a case by
 * hand, writes a note twice under one number, asks who is there. Prints every frame (`→` sent, `←` received).
 *
 *   npm run server -- --demo --port 4170 --calls off
 *   node docs/protocol/example-client.mjs http://127.0.0.1:4170 agent aidline-demo
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const [base = 'http://127.0.0.1:4170', account = 'agent', password = 'aidline-demo'] = process.argv.slice(2);
const PROTOCOL = 1;

/** UUID version 7: 48 bits of milliseconds, then chance. */
function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const short = (text) => (text.length > 1500 ? `${text.slice(0, 1500)} … (${text.length} characters)` : text);
const show = (arrow, text) => console.log(`${arrow} ${short(text).replace(/"token":"[^"]+"/, '"token":"…"')}`);

const post = async (path, body) => {
  const text = JSON.stringify(body);
  show(`→ POST ${path}`, text.replace(password, '…').replace(/"secret":"[^"]+"/, '"secret":"…"'));
  const response = await fetch(`${base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
  const answer = await response.json();
  show(`← ${response.status}`, JSON.stringify(answer).replace(/"workstationSecret":"[^"]+"/, '"workstationSecret":"…"'));
  if (!response.ok) process.exit(1);
  return answer;
};

// 1. A machine has a key of its own and is enrolled before anyone signs in there: at once in the demo, otherwise by two administrators.
const machine = generateKeyPairSync('ed25519');
const publicKey = machine.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
const enrolment = await post('/enrolment', { protocol: PROTOCOL, name: 'example', site: 'documents', publicKey, secret: randomBytes(32).toString('base64'), code: null });
if (enrolment.status !== 'enrolled') throw new Error(`ask two administrators to compare ${enrolment.fingerprint}`);

// 2. Sign in.
const desktop = uuid7();
const { workstation } = enrolment;
const session = await post('/session', { protocol: PROTOCOL, account, password, workstation, desktop, clockAt: new Date().toISOString() });
/** The machine signs for the token: at another machine it is of no use. */
const proof = sign(null, Buffer.concat([Buffer.from('aidline/1/hello\n'), createHash('sha256').update(session.token).digest()]), machine.privateKey).toString('base64');

// 3. Engine.IO 4 over websocket, Socket.IO 5 inside it.
const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
const waiting = new Map();
let ackId = 0;
const send = (frame) => (show('→', frame), socket.send(frame));
/** A request: Socket.IO event packet with an acknowledgement id. */
const request = (name, body) =>
  new Promise((resolve) => {
    const id = ackId++;
    waiting.set(String(id), resolve);
    send(`42${id}${JSON.stringify([name, body])}`);
  });
const connected = Promise.withResolvers();

socket.addEventListener('message', ({ data }) => {
  if (data === '2') return socket.send('3'); // ping → pong
  show('←', data);
  if (data.startsWith('0')) send(`40${JSON.stringify({ protocol: PROTOCOL, token: session.token, workstation, desktop, incarnation: 1, proof })}`);
  else if (data.startsWith('40')) connected.resolve();
  else if (data.startsWith('44')) connected.reject(new Error(data.slice(2))); // not admitted: {message, data: refusal}
  else if (data.startsWith('43')) {
    const [, id, answer] = /^43(\d+)(.*)$/s.exec(data);
    waiting.get(id)(JSON.parse(answer)[0]);
    waiting.delete(id);
  } else if (data.startsWith('42')) {
    const [name, value] = JSON.parse(data.slice(2)); // feed, live, goodbye
    if (name === 'feed' && value.from === cursor) apply(value);
    else if (name === 'feed') void pull();
  }
});
socket.addEventListener('close', () => console.log('closed'));

// 4. The feed: cursor and cases, moved together.
let cursor = null;
const cases = new Map();
function apply(feed) {
  for (const item of feed.items) {
    if (item.type === 'revoked') cases.delete(item.case);
    if (item.type === 'snapshot') cases.set(item.case, item.version);
    if (item.type === 'event') {
      const { case: id, version } = item.envelope;
      if (version > (cases.get(id) ?? 0) + 1) throw new Error('a version is missing: forget the cursor and pull from the start');
      cases.set(id, Math.max(version, cases.get(id) ?? 0)); // here a real client folds the event into its state
    }
  }
  cursor = feed.to;
}
async function pull() {
  for (let more = true; more;) {
    const answer = await request('pull', { cursor, limit: 200 });
    if (answer.status === 'new-epoch') throw new Error('new epoch: forget the cursor, pull anew, send the last 72 h again');
    apply(answer.feed);
    ({ more } = answer);
  }
}

// 5. Commands: numbered from 1 within (desktop, incarnation, case).
const numbers = new Map();
function command(caseId, kind, body) {
  const number = (numbers.get(caseId) ?? 0) + 1;
  numbers.set(caseId, number);
  const inner = JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [], notAfter: null, body });
  const hash = createHash('sha256').update(inner, 'utf8').digest('hex');
  return { id: uuid7(), desktop, incarnation: 1, case: caseId, number, kind, schema: 1, hash, urgent: false, inner };
}

await connected.promise;
await pull();
const caseId = uuid7();
const open = command(caseId, 'open case', { reason: 'by-hand', callId: null, fromCase: null, number: null });
const note = command(caseId, 'write note', { noteId: uuid7(), text: 'Asked for a copy of the bill. 要一份账单。' });
await request('push', { commands: [open, note] });
await request('push', { commands: [note] }); // a repeat: the stored answer
await request('push', { commands: [command(caseId, 'close case', { outcome: 'done', extra: true })] }); // refused: not the kind's schema
await request('push', { commands: [{ ...command(caseId, 'close case', { outcome: 'done' }), number: 9 }] }); // ahead of its turn
await request('ask', { id: uuid7(), kind: 'people', body: {} });
console.log(`holds ${[...cases].map(([id, version]) => `${id} at ${version}`).join(', ')}`);
socket.close();
