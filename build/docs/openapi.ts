/** HTTP as OpenAPI 3.1. */
import { OLDEST_PROTOCOL, PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { closure, wireComponents, type Json } from './wire-schemas.ts';

const schema = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (of: Json): Json => ({ 'application/json': { schema: of } });
const answer = (description: string, of: Json): Json => ({ description, content: json(of) });

const text = { type: 'string' };
const object = (properties: Record<string, Json>, required = Object.keys(properties)): Json => ({ type: 'object', properties, required });
const words = object({ what: text, money: text, todo: text });
const light = { type: 'string', enum: ['ok', 'slow', 'down'] };

/** Shapes that only HTTP knows. */
const own: Record<string, Json> = {
  Health: object({
    ok: { const: true }, product: { const: 'aidline' }, protocol: { type: 'integer', const: PROTOCOL_VERSION }, oldest: { type: 'integer', const: OLDEST_PROTOCOL }, demo: { type: 'boolean' },
    accounts: { type: 'array', description: 'Demo only, otherwise empty: what the sign-in screen lists.', items: object({ account: text, password: text, role: text, name: text }) },
    lights: object({ core: light, phones: light }),
    signOn: { anyOf: [object({ provider: text, reachable: { type: 'boolean' } }), { type: 'null' }], description: 'Single sign-on: the host of the identity provider, and whether it answered when it was last asked; null where there is none.' },
    serverAt: schema('Instant'),
  }),
  Refused: object({ refusal: schema('Refusal'), text: object({ zh: words, en: words }) }),
  WebhookRefused: object(
    { code: text, zh: text, en: text, todo: schema('Bilingual'), issues: { type: 'array', items: object({ path: text, message: text }) } }, ['code', 'zh', 'en', 'todo'],
  ),
};

const webhookRefusals: Record<string, string> = {
  '400': '`webhook-malformed`: nothing of the batch was taken', '401': '`webhook-unsigned`, `webhook-bad-signature`, `webhook-stale`', '413': '`webhook-too-large`',
  '429': '`webhook-too-frequent`', '503': '`webhook-not-stored`: send it again as it is',
};

const demo = (summary: string, body: Json | null, answered: Json): Json => ({
  summary, tags: ['demo'], 'x-demo-only': true, description: 'Only on a server started with `--demo`; for tests and the demonstration.',
  ...(body === null ? {} : { requestBody: { required: true, content: json(body) } }),
  responses: { '200': answer('Done', answered), default: answer('Refused', schema('Refused')) },
});
const ok = object({ ok: { const: true } });
const anything = { type: 'object' };

/** @returns the document as data */
export function openApi(): Json {
  const paths = {
    '/health': { get: { summary: 'Is it there, and which protocol does it speak', tags: ['desktop'], responses: { '200': answer('It is', schema('Health')) } } },
    '/session': {
      post: {
        summary: 'Sign in: account and password for a token of a quarter of an hour', tags: ['desktop'], requestBody: { required: true, content: json(schema('SignInRequest')) },
        responses: {
          '200': answer('Signed in', schema('SignInAnswer')),
          '400': answer('`request-malformed`', schema('Refused')),
          '401': answer('`wrong-password`; `sign-in-over`: `typedAt` is longer ago than the centre lets a session last', schema('Refused')),
          '403': answer('`person-disabled`, `workstation-not-enrolled`, `workstation-revoked`, `passphrase-must-change`: with a code of two others, `POST /passphrase` first', schema('Refused')),
          '409': answer('`clock-off`: the desktop’s clock differs by more than five minutes', schema('Refused')),
          '423': answer('`locked-out`: until `detail.until`', schema('Refused')),
          '426': answer('`protocol-too-old` or `protocol-too-new`', schema('Refused')),
          '429': answer('`too-frequent`: `retry-after` says when to come again', schema('Refused')),
          '500': answer('`server-trouble`', schema('Refused')),
        },
      },
    },
    '/sign-on': {
      post: {
        summary: 'Begin a single sign-on: the address for the browser, and what its answer is held against', tags: ['desktop'], requestBody: { required: true, content: json(schema('SignOnRequest')) },
        description: 'OpenID Connect, authorisation code with PKCE (S256); state, nonce and verifier are the server’s and lie sealed in `attempt`. The browser comes back to `redirectUri`, where the desktop listens (RFC 8252).',
        responses: {
          '200': answer('Begun; good for ten minutes and one answer', schema('SignOnBegun')), '400': answer('`request-malformed`', schema('Refused')), '403': answer('`workstation-not-enrolled`, `workstation-revoked`', schema('Refused')),
          '404': answer('`sign-on-not-offered`', schema('Refused')), '424': answer('`sign-on-provider-down`, `sign-on-provider-false`', schema('Refused')), '429': answer('`too-frequent`', schema('Refused')),
        },
      },
    },
    '/sign-on/answer': {
      post: {
        summary: 'Finish a single sign-on with what the browser brought back', tags: ['desktop'], requestBody: { required: true, content: json(schema('SignOnAnswerRequest')) },
        responses: {
          '200': answer('Who it is in the centre’s own books; `comeBack` gives a token', schema('SignOnAnswer')), '400': answer('`request-malformed`', schema('Refused')),
          '401': answer('`sign-on-answer-false` (`detail.why`), `sign-on-clock`, `sign-on-code-over`, `sign-on-denied`', schema('Refused')), '403': answer('`sign-on-unknown`, `sign-on-role`, `sign-on-weak`, `person-disabled`, `workstation-revoked`', schema('Refused')),
          '409': answer('`clock-off`', schema('Refused')), '424': answer('`sign-on-provider-down`, `sign-on-provider-false`', schema('Refused')), '429': answer('`too-frequent`', schema('Refused')),
        },
      },
    },
    '/session/again': {
      post: {
        summary: 'A token for a session of single sign-on: its first, or another after the line was down', tags: ['desktop'], requestBody: { required: true, content: json(schema('ComeBackRequest')) },
        responses: {
          '200': answer('A token of a quarter of an hour', schema('ComeBackAnswer')), '400': answer('`request-malformed`', schema('Refused')), '401': answer('`sign-on-over`, `sign-on-ended`, `workstation-proof`', schema('Refused')),
          '403': answer('`person-disabled`, `workstation-revoked`', schema('Refused')), '429': answer('`too-frequent`', schema('Refused')),
        },
      },
    },
    '/oidc/back-channel-logout': {
      post: {
        summary: 'The identity provider ends sessions (OpenID Connect Back-Channel Logout 1.0)', tags: ['identity provider'],
        requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: object({ logout_token: text }) } } },
        responses: { '200': answer('Ended at once', object({}, [])), '400': answer('The token is not believed', object({ error: { const: 'invalid_request' } })) },
      },
    },
    '/enrolment': {
      post: {
        summary: 'Ask for a machine to be enrolled, or how the request stands', tags: ['desktop'], requestBody: { required: true, content: json(schema('EnrolmentRequest')) },
        responses: {
          '200': answer('How it stands; asked again with the same key, it is the same request', schema('EnrolmentAnswer')),
          '400': answer('`request-malformed`, `enrolment-code`', schema('Refused')), '426': answer('`protocol-too-old` or `protocol-too-new`', schema('Refused')),
          '429': answer('`too-frequent`', schema('Refused')), '503': answer('`enrolment-full`', schema('Refused')),
        },
      },
    },
    '/passphrase': {
      post: {
        summary: 'Make a passphrase one’s own: from the old one, or from a code in two halves', tags: ['desktop'],
        requestBody: { required: true, content: json(object({ protocol: { type: 'integer' }, account: text, old: text, new: text, workstation: schema('Uuid7') })) },
        responses: {
          '200': answer('Changed', object({ done: { const: true } })),
          '400': answer('`request-malformed`, `passphrase-weak`', schema('Refused')), '401': answer('`wrong-password`', schema('Refused')),
          '403': answer('`person-disabled`, `workstation-not-enrolled`, `passphrase-code-over`', schema('Refused')), '423': answer('`locked-out`', schema('Refused')), '429': answer('`too-frequent`', schema('Refused')),
        },
      },
    },
    '/telephony/events': {
      post: {
        summary: 'Signed events of a phone system', tags: ['telephony'],
        description: 'There only where AIDLINE_WEBHOOK_SECRETS is set. Idempotent by `eventId`, in any order; at most 64 kB and 200 events. See docs/telephony.md.',
        parameters: [{
          name: 'x-aidline-signature', in: 'header', required: true, schema: { type: 'string', pattern: '^t=\\d+(,v1=[0-9a-f]{64}){1,2}$' },
          description: '`t=<unix seconds of sending>,v1=<hex HMAC-SHA256 of "t.body">`; `t` within five minutes of the server’s clock.',
        }],
        requestBody: { required: true, content: json({ oneOf: [schema('PhoneEvent'), { type: 'array', items: schema('PhoneEvent') }, object({ events: { type: 'array', minItems: 1, maxItems: 200, items: schema('PhoneEvent') } })] }) },
        responses: {
          '200': answer('Durable', object({ taken: { type: 'integer', minimum: 1 } })),
          ...Object.fromEntries(Object.entries(webhookRefusals).map(([code, description]) => [code, answer(description, schema('WebhookRefused'))])),
        },
      },
    },
    '/demo/clock': { post: demo('Move the server’s clock forward', object({ to: schema('Instant') }), object({ now: schema('Instant') })) },
    '/demo/call': {
      post: demo('Let a call ring', object({
        customerId: { type: ['string', 'null'] }, number: { type: ['string', 'null'] }, intent: { enum: ['early-settlement', 'loss-report', 'password-reset', 'statement', 'general'] }, persona: { enum: ['holder', 'relative', 'other'] },
      }, []), object({ callId: text })),
    },
    '/demo/next-callback': { post: demo('Who picks up the next callback', object({ who: { enum: ['holder', 'other', 'no-answer', 'busy'] } }), ok) },
    '/demo/fault': { post: demo('Let the demo bank fail once', anything, ok) },
    '/demo/faults': { delete: demo('Take all faults back', null, ok) },
    '/demo/bank': { post: demo('Change something in the demo bank', anything, ok) },
    '/demo/ledger': { get: demo('What the demo bank has booked', null, object({ entries: { type: 'array', items: anything } })) },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Aidline over HTTP', version: `${PROTOCOL_VERSION}.0.0`, description: 'Health, sign-in and the telephony webhook. Everything else goes over the socket: asyncapi.yaml.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: 'http://127.0.0.1:4170', description: 'Default port' }],
    tags: [{ name: 'desktop' }, { name: 'telephony' }, { name: 'demo', description: 'Absent unless the server was started with --demo.' }],
    paths,
    components: { schemas: { ...own, ...closure([paths, own], wireComponents()) } },
  };
}
