/** What somebody without a session can throw at the server: bytes, requests, frames, packets, hellos, webhooks, spools. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import { SpoolRequest } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { signBody } from '../../../server/telephony/webhook-signature.ts';
import { someBody } from '../../integration/administration/json-sample.ts';
import { mutated, spoiledText, type Dice } from './mutate.ts';
import { frame, OPCODE, RawSocket, throwAt } from './raw-socket.ts';

/** What one throw needs to know. */
export type Target = { port: number; secret: string; from: string; hello: Record<string, unknown>; dice: Dice; /** An answer of 5xx is the server's failure, not the sender's. */ failed: (what: string) => void };

const PATIENCE_MS = 15_000;

/** @returns the status; 0 where the connection was closed instead */
export function post(target: Pick<Target, 'port' | 'from'>, path: string, body: string | Buffer, headers: Record<string, string> = {}, method = 'POST'): Promise<number> {
  return new Promise((resolve) => {
    const sent = request({ port: target.port, host: '127.0.0.1', localAddress: target.from, path, method, agent: false, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers } }, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    sent.setTimeout(PATIENCE_MS, () => sent.destroy());
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

async function posted(target: Target, path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
  const status = await post(target, path, body, headers);
  // 503 has a code of its own: what cannot be stored, and an enrolment list that is full.
  if (status >= 500 && status !== 503) target.failed(`${path} ${status}`);
}

const garbage = (target: Target): Promise<void> => {
  const { dice } = target;
  const lines = ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /health HTTP/9.9\r\n\r\n', 'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{', 'POST /session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    'POST /session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, `GET / HTTP/1.1\r\n${'X-A: b\r\n'.repeat(3_000)}\r\n`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000\u0001', 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /socket.io/?EIO=99&transport=__proto__ HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /socket.io/?EIO=4&transport=websocket&sid=__proto__ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n', 'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 'TRACE /session HTTP/1.1\r\nHost: x\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n'];
  return throwAt(target.port, target.from, dice.below(4) === 0 ? dice.bytes(1 + dice.below(2_000)) : Buffer.from(dice.oneOf(lines), 'latin1'));
};

async function body(target: Target): Promise<void> {
  const { dice } = target;
  const base = { protocol: PROTOCOL_VERSION, account: dice.oneOf(['agent', '__proto__', 'nobody', '管理员', "a' or 1=1"]), password: 'x', workstation: uuidv7(), desktop: uuidv7(), clockAt: new Date().toISOString() };
  // Never whole: a machine that asks to be enrolled by the rules is on the list, as it should be.
  const enrolment = { protocol: PROTOCOL_VERSION, name: 'ws', site: 's', publicKey: 'x', secret: randomBytes(32).toString('base64'), code: null };
  const passphrase = { protocol: PROTOCOL_VERSION, account: base.account, old: 'x', new: 'y', workstation: base.workstation };
  const [path, valid] = dice.oneOf([['/session', base], ['/enrolment', enrolment], ['/passphrase', passphrase], ['/demo/clock', {}], ['/demo/fault', {}], ['/nowhere', base]] as const);
  const text = spoiledText(valid, dice);
  // The demo's switches are the demo's: only what cannot be an order is thrown at them.
  const safe = path.startsWith('/demo/') ? `{"x":${JSON.stringify(text)}}` : text;
  const headers = dice.below(6) === 0 ? { 'content-type': dice.oneOf(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data', '\u00ff']) } : undefined;
  await posted(target, path, dice.below(10) === 0 ? dice.bytes(dice.below(3_000)) : safe, headers);
}

async function spool(target: Target): Promise<void> {
  const { dice } = target;
  const valid = someBody(SpoolRequest);
  await posted(target, '/spool', dice.below(40) === 0 ? `"${'x'.repeat(1_500_000)}"` : spoiledText({ ...valid, protocol: PROTOCOL_VERSION }, dice));
}

async function webhook(target: Target): Promise<void> {
  const { dice, secret } = target;
  const now = new Date().toISOString();
  const event = { kind: dice.oneOf(['ended', 'held', 'queued', 'fly', 'accepted']), eventId: uuidv7(), callId: dice.oneOf(['c', '__proto__', uuidv7()]), at: dice.oneOf([now, 'now', '2999-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z']), queue: 'general', number: '19900000001' };
  const broken = spoiledText(dice.oneOf([event, [event], { events: [event, event] }]), dice);
  // What is signed rightly is no valid batch; what is a valid batch is not signed rightly.
  const rightly = dice.below(2) === 0;
  const text = rightly ? `${broken.slice(0, Math.floor(broken.length / 2))}\u0000` : broken;
  const wrong = [signBody('another secret', now, text), signBody(secret, new Date(Date.now() - 3_600_000).toISOString(), text), 't=1,v1=zz', '', `t=${'9'.repeat(12)},v1=${'0'.repeat(64)}`, `${'v1=00,'.repeat(500)}`, signBody(secret, now, `${text} `)];
  await posted(target, '/telephony/events', text, { 'x-aidline-signature': rightly ? signBody(secret, now, text) : dice.oneOf(wrong) });
}

/** Frames that no client sends, and packets of the two protocols above that no desktop does. */
async function frames(target: Target): Promise<void> {
  const { dice } = target;
  const socket = await RawSocket.open(target.port, target.from, dice.below(10) === 0 ? 'Origin: https://example.org\r\n' : '');
  if (socket === null) return;
  const junk = dice.bytes(dice.below(300));
  const broken = (): Buffer => {
    switch (dice.below(9)) {
      case 0: return frame(OPCODE.text, junk);
      case 1: return frame(OPCODE.text, junk, { masked: false });
      case 2: return frame(3 + dice.below(5), junk);
      case 3: return frame(OPCODE.text, junk, { reserved: 1 + dice.below(7) });
      case 4: return frame(OPCODE.text, junk, { length: dice.oneOf([2n ** 40n, 2n ** 63n, 600_000n]) });
      case 5: return frame(OPCODE.ping, Buffer.alloc(126));
      case 6: return frame(OPCODE.more, junk);
      case 7: return frame(OPCODE.close, Buffer.from([0x03, dice.below(256), 0xff, 0xfe]));
      default: return Buffer.concat([frame(OPCODE.text, junk, { fin: false }), frame(OPCODE.text, junk)]);
    }
  };
  const packets = ['0', '1', '2', '3', '5', '6', '7', '9', '', 'b', 'bAAAA', '4', '40', '41', '42', '43', '44', '45', '46', '49', '40/admin,{}', '40/__proto__,{}', '42["push",{}]', '421[]', '42[1]', '42{"a":1}', '4299999999999999999999999["ask",{}]', '45999999999-["push",{"_placeholder":true,"num":0}]', '451-["push",{"_placeholder":true,"num":99}]', '42["__proto__",{}]', '42["connect"]', '42["disconnect"]', '43["x"]', '4/', '40/,', `42["${'x'.repeat(10_000)}"]`, `42${'['.repeat(50_000)}`];
  for (let n = 1 + dice.below(3); n > 0; n -= 1) {
    if (dice.below(2) === 0) socket.bytes(broken());
    else socket.text(dice.oneOf(packets));
  }
  await Promise.race([socket.closed, new Promise((resolve) => setTimeout(resolve, 20))]);
  socket.destroy();
}

async function hello(target: Target): Promise<void> {
  const socket = await RawSocket.open(target.port, target.from);
  if (socket === null) return;
  const answered = new Promise<void>((resolve) => {
    socket.onText = (text) => {
      // The handshake of the carrier comes first.
      if (text.startsWith('4')) resolve();
    };
  });
  const forged: Record<string, unknown> = { ...target.hello, desktop: uuidv7(), proof: randomBytes(64).toString('base64') };
  const auth = target.dice.below(3) === 0 ? spoiledText(forged, target.dice) : JSON.stringify(mutated(forged, target.dice));
  socket.text(`40${auth}`);
  await Promise.race([answered, socket.closed, new Promise((resolve) => setTimeout(resolve, 500))]);
  socket.destroy();
}

/** Kinds of throw, each as often as its weight says. */
export const STRANGERS: readonly { kind: string; weight: number; send: (target: Target) => Promise<void> }[] = [
  { kind: 'garbage', weight: 12, send: garbage }, { kind: 'body', weight: 16, send: body }, { kind: 'spool', weight: 8, send: spool },
  { kind: 'webhook', weight: 14, send: webhook }, { kind: 'frames', weight: 12, send: frames }, { kind: 'hello', weight: 8, send: hello },
];
