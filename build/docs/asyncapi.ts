/** The sockets as AsyncAPI 3.0, seen from the server: it receives what desktops send, and sends the rest. */
import { MAX_MESSAGE_BYTES, MAX_PULL, MAX_PUSH, OLDEST_PROTOCOL, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { askKinds, closure, commandFacts, eventFacts, liveKinds, slug, wireComponents, type Json } from './wire-schemas.ts';

const schema = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const inChannel = (message: string): Json => ({ $ref: `#/channels/desktop/messages/${message}` });
const desktop = { $ref: '#/channels/desktop' };

type Message = { name: string; title: string; summary: string; payload: Json };

const about = `Socket.IO 4 (Engine.IO 4) over websocket, without compression. A request is a Socket.IO event with one argument and an
acknowledgement; the reply described here is the acknowledgement's one argument. How to use it, in which order and
after which faults, is written in README.md beside this file.`;

/** @returns the document as data */
export function asyncApi(): Json {
  const all = wireComponents();
  const messages: Record<string, Message> = {};
  const operations: Record<string, Json> = {};
  const message = (key: string, name: string, title: string, summary: string, payload: Json): void => {
    messages[key] = { name, title, summary, payload };
  };
  const request = (key: string, title: string, summary: string, event: string, payload: Json, reply: Json): void => {
    message(key, event, title, summary, payload);
    message(`${key}.reply`, `${event} (acknowledgement)`, `Answer to ${title.toLowerCase()}`, 'One argument of the acknowledgement.', reply);
    operations[key] = { action: 'receive', channel: desktop, title, summary, messages: [inChannel(key)], reply: { channel: desktop, messages: [inChannel(`${key}.reply`)] } };
  };
  const sends = (key: string, title: string, summary: string, event: string, payload: Json): void => {
    message(key, event, title, summary, payload);
    operations[key] = { action: 'send', channel: desktop, title, summary, messages: [inChannel(key)] };
  };

  message('hello', 'connect (auth)', 'Hello', 'The `auth` object of the Socket.IO handshake. Refused: `connect_error` whose `data` is a Refusal.', schema('Hello'));
  operations['hello'] = { action: 'receive', channel: desktop, title: 'Hello', summary: 'Opens a connection for one desktop of one person.', messages: [inChannel('hello')] };
  message('refused', 'connect_error', 'Not admitted', '`data` of the error; `hello-malformed`, `session-over`, `person-disabled`, `protocol-too-old`, `protocol-too-new`.', schema('Refusal'));
  operations['refused'] = { action: 'send', channel: desktop, title: 'Not admitted', summary: 'The handshake is refused.', messages: [inChannel('refused')] };

  request('push', 'Push', `Commands in order, at most ${MAX_PUSH}; one result each, except those of a case after a gap or a fork.`, 'push', schema('PushRequest'), schema('PushAnswer'));
  request('pull', 'Pull', `A page of the feed after a cursor, at most ${MAX_PULL} items; null starts anew.`, 'pull', schema('PullRequest'), schema('PullAnswer'));
  for (const kind of askKinds) {
    request(
      `ask.${slug(kind)}`, `Ask: ${kind}`, 'Answered at once, never stored as a command.', 'ask',
      { allOf: [schema('AskRequest'), { type: 'object', properties: { kind: { const: kind }, body: schema(`ask.${slug(kind)}`) } }] },
      { allOf: [schema('AskAnswer'), { type: 'object', properties: { value: schema(`answer.${slug(kind)}`) } }] },
    );
  }
  sends('feed', 'Feed', 'A stretch of the log; applied only where `from` is the cursor held, otherwise pull (SY5).', 'feed', schema('Feed'));
  for (const topic of liveKinds) {
    sends(`live.${topic}`, `Live: ${topic}`, 'The whole newest value; a lower version than one seen on this connection is ignored.', 'live',
      { allOf: [schema('LiveMessage'), { type: 'object', properties: { topic: { const: topic }, value: schema(`live.${topic}`) } }] });
  }
  sends('goodbye', 'Goodbye', 'Why the server closes this connection; the outbox is kept.', 'goodbye', schema('Goodbye'));

  const body = {
    asyncapi: '3.0.0',
    info: { title: 'Aidline desktop protocol', version: `${PROTOCOL_VERSION}.0.0`, description: about, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: { centre: { host: '127.0.0.1:4170', pathname: '/socket.io/', protocol: 'ws', description: 'The central server (default port); `wss` beyond one machine, by a proxy in front.' } },
    channels: {
      desktop: {
        address: '/', title: 'Namespace / of Socket.IO', servers: [{ $ref: '#/servers/centre' }],
        messages: Object.fromEntries(Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }])),
        bindings: { ws: { method: 'GET', query: { type: 'object', properties: { EIO: { type: 'string', const: '4' }, transport: { type: 'string', const: 'websocket' } }, required: ['EIO', 'transport'] }, bindingVersion: '0.1.0' } },
      },
    },
    operations,
    'x-aidline-limits': { protocol: PROTOCOL_VERSION, oldestProtocol: OLDEST_PROTOCOL, maxMessageBytes: MAX_MESSAGE_BYTES, maxPush: MAX_PUSH, maxPull: MAX_PULL },
    /** What `kind` may be in an outer command; the body is that of the inner part. */
    'x-aidline-commands': commandFacts.map(({ kind, class: of, urgent, schema: version }) => ({ kind, class: of, urgent, schema: version, body: schema(`command.${slug(kind)}`) })),
    'x-aidline-events': eventFacts.map(({ kind, schema: version }) => ({ kind, schema: version, body: schema(`event.${slug(kind)}`) })),
  };
  const needed = closure([messages, body, schema('CaseState'), schema('Rules')], all);
  return { ...body, components: { messages, schemas: needed } };
}
