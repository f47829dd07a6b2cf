/**
 * A desk process, a centre and a bank in one object, behind the desk's own contract: commands go through the real
 * `decide`, events through the real `evolve`, and every answer takes the way over a port that the renderer takes.
 * Nothing waits: what the centre does, a test asks it to do.
 */
import type { Command, CommandBody, CommandKind } from '#shared/case/commands.ts';
import { commandClass, isCommandKind, parseCommand } from '#shared/case/commands.ts';
import type { DecideContext, Who } from '#shared/case/context.ts';
import { payloadOf, validityLimit } from '#shared/operation/submission.ts';
import { digestOf } from '#shared/operation/payload.ts';
import type { Signed } from '#shared/protocol/signature.ts';
import { decide } from '#shared/case/decide.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { EventBody, EventKind } from '#shared/case/events.ts';
import { foldCase } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { CustomerFacts, Quote } from '#shared/protocol/bank.ts';
import type { CaseView, Mark } from '#shared/protocol/case-view.ts';
import { ToDesk, type DeskPort } from '#shared/protocol/desk-port.ts';
import type { Draft } from '#shared/protocol/draft.ts';
import type { ServerInfo } from '#shared/protocol/server-info.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import type { LiveTopic, LiveValue } from '#shared/protocol/live.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Rules } from '#shared/protocol/rules.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';

export type FakeOptions = {
  /** What the server says of single sign-on, and whether a desk passphrase is known already. */
  signOn?: ServerInfo['signOn'];
  signOnPassphrase?: 'known' | 'new';
  rules: Rules;
  who: Who & { name: string };
  startAt: string;
  /** What the bank says of the customer now. */
  bank: (at: string) => { facts: CustomerFacts; quotes: Quote[] };
  /** What other methods of the desk answer, and asks that are not played here; a refusal where it has a `refusal`. */
  methods?: Record<string, (params: Record<string, unknown>) => object>;
  /** Right answers to verification questions. */
  answers: Record<string, string>;
};

type Subscription = { topic: string; params: Record<string, unknown> };
type Sent = { kind: string; body: unknown; case: string; passphrase?: string };

export type FakeCentre = ReturnType<typeof fakeCentre>;

export function fakeCentre(options: FakeOptions) {
  const { rules, who } = options;
  let now = Date.parse(options.startAt);
  let serial = 0;
  const at = (): string => new Date(now).toISOString();
  const later = (seconds: number): void => void (now += seconds * 1000);
  const newId = (): string => {
    serial += 1;
    return `0190a0b0-0000-7000-9000-${serial.toString(16).padStart(12, '0')}`;
  };

  const logs = new Map<string, FoldedEvent[]>();
  const marks = new Map<string, Mark[]>();
  const live = new Map<string, { value: unknown; version: number }>();
  const drafts = new Map<string, Draft>();
  const subscriptions = new Map<number, Subscription>();
  /** Every command and ask as it came over the port, for tests to look at. */
  const sent: Sent[] = [];
  const asked: Sent[] = [];
  let deliver: (data: unknown) => void = () => undefined;
  /** Commands wait for the centre: what a desktop shows while the line is down. */
  let online = true;
  let signedIn = true;
  let refuseSignIn: Refusal | null = null;
  const signOn = options.signOn ?? null;
  const signOnPassphrase = options.signOnPassphrase ?? 'new';
  let signOnAnswered: () => void = () => undefined;
  let refuseSignOn: Refusal | null = null;
  let refuseOpen: Refusal | null = null;
  let key: 'ready' | 'lost' | 'none' = 'ready';
  let enrolment: 'enrolled' | 'waiting' | 'revoked' = 'waiting';
  let refuseEnrol: Refusal | null = null;
  let refuseChange: Refusal | null = null;
  const commandRefusals = new Map<string, Refusal>();
  const askRefusals = new Map<string, Refusal>();

  const stateOf = (caseId: string): CaseState | null => foldCase(logs.get(caseId) ?? []);
  let locked: 'idle' | 'person' | null = null;
  let locksAt: string | null = null;
  let refuseSignOut: Refusal | null = null;
  let signOutAsked: (params: Record<string, unknown>) => void = () => undefined;
  const session = (): SessionView => signedIn && locked !== null
    ? { status: 'locked', server: 'http://127.0.0.1:7311', workstation: 'ws-1', why: locked, since: at(), person: { id: who.person, human: who.human, account: 'agent', name: who.name, no: who.no, role: who.role, skills: who.skills, team: 'night' } }
    : signedIn ? {
        status: 'signed-in', server: 'http://127.0.0.1:7311', workstation: 'ws-1', desktop: newId(), checkedBy: 'server', signedInAt: at(), offlineUntil: at(), locksAt: locksAt,
        key, person: { id: who.person, human: who.human, account: 'agent', name: who.name, no: who.no, role: who.role, skills: who.skills, team: 'night' },
      }
    : { status: 'signed-out', refusal: null };
  const sync = (): SyncView => ({
    connection: !signedIn ? 'none' : online ? 'online' : 'offline', refusal: null, unsent: [...marks.values()].flat().filter((mark) => mark.look === 'saved-here').length, unsentOf: 0, inFlight: 0, catchingUp: false, behind: null, setAside: [], spooled: 0,
    lastContactAt: at(), clockOffsetMs: now - Date.now(), clockIsOff: false, refused: [...marks.values()].flat().filter((mark) => mark.look === 'refused' && mark.seenAt === null), incarnation: 1, renumberedAt: null,
  });
  const viewOf = (caseId: string): CaseView => {
    const state = stateOf(caseId)!;
    return { case: caseId, version: state.version, state, marks: [...(marks.get(caseId) ?? [])], heardAt: at() };
  };
  const reply = (n: number, value: unknown): void => deliver({ t: 'reply', n, reply: { ok: true, value } });
  const refused = (n: number, refusal: Refusal): void => deliver({ t: 'reply', n, reply: { ok: false, refusal } });
  const push = (topic: string, view: (params: Record<string, unknown>) => unknown): void => {
    for (const [n, one] of subscriptions) if (one.topic === topic) deliver({ t: 'view', n, view: view(one.params) });
  };
  const pushCase = (caseId: string): void => {
    push('cases', () => ({ whole: false, changed: [viewOf(caseId)], gone: [] }));
    push('sync', sync);
  };
  const pushLive = (topic: string): void => push('live', (params) => {
    const held = live.get(String(params['topic']));
    return params['topic'] === topic && held ? { topic, ...held, heardAt: at() } : null;
  });

  const context = (): DecideContext => {
    const read = options.bank(at());
    const up = online ? 'up' : 'down';
    return {
      at: 'desktop', now: at(), by: { ...who, entitlements: rules.entitlements }, calendar: rules.calendar, control: rules.control, flowPolicy: rules.flowPolicy, site: rules.site,
      flow: (flowId, version) => rules.flows.find(({ definition }) => definition.id === flowId && definition.version === version) ?? null,
      lights: { core: up, centre: up, phone: 'up' }, gateFacts: read, person: () => 'unknown', ledger: { entries: [] }, signature: 'unknown', stoppedKinds: [], breakGlassToday: 0, qualityStaff: [], reviewOffered: true,
    };
  };

  /** Something that happened, told by the server. */
  function happen<K extends EventKind>(caseId: string, kind: K, body: EventBody<K>, by: string | null = null): void {
    const log = logs.get(caseId) ?? [];
    log.push({
      id: newId(), case: caseId, version: log.length + 1, kind, schema: 1, body,
      actor: { person: by, workstation: null, desktop: null } as never, times: { recorded: at(), made: at(), said: null } as never,
    });
    logs.set(caseId, log);
    pushCase(caseId);
  }

  /** What the desk process adds to a body (TP8): the validity of a submission, and the signatures. Good ones: the bytes are not this test's. */
  function asSigned(caseId: string, kind: string, body: unknown): unknown {
    const given = body as { operationId?: string; nonce?: string; customerWaits?: 'on-line' | 'callback'; digest?: string };
    const sign = (purpose: Signed['purpose'], digest: string): Signed => ({ purpose, digest, personKey: 'a'.repeat(64), personSignature: `${'A'.repeat(86)}==`, workstationKey: 'b'.repeat(64), workstationSignature: `${'A'.repeat(86)}==` });
    if (kind === 'submit for review') {
      const state = stateOf(caseId)!;
      const operation = state.operations[given.operationId!]!;
      const validUntil = validityLimit(state, operation, given.customerWaits!, context());
      if (typeof validUntil !== 'string') return { ...given, validUntil: at(), signed: sign('tick', '0'.repeat(64)) };
      return { ...given, validUntil, signed: sign('tick', digestOf(payloadOf(state, operation, { validUntil, nonce: given.nonce! }, context()))) };
    }
    const purpose = ({ 'sign self-check': 'tick', 'approve review': 'approval', 'sign break-glass': 'approval', 'order execution': 'order' } as const)[kind as 'sign self-check'];
    return purpose === undefined ? body : { ...given, signed: sign(purpose, given.digest!) };
  }

  function order(caseId: string, kind: CommandKind, body: unknown, commandId: string, saidAt: string | null): Refusal | null {
    const parsed = parseCommand(kind, { id: commandId, body, madeAt: at(), saidAt });
    if (!parsed.ok) return parsed.refusal;
    const decision = decide(stateOf(caseId), parsed.command as Command, context());
    if ('refusal' in decision) return decision.refusal;
    const log = logs.get(caseId) ?? [];
    for (const event of decision.events) {
      log.push({
        id: event.id, case: caseId, version: log.length + 1, kind: event.kind, schema: 1, body: event.body,
        actor: { person: who.person, workstation: null, desktop: null } as never, times: { recorded: at(), made: at(), said: saidAt } as never,
      });
    }
    logs.set(caseId, log);
    return null;
  }

  function onCommand(n: number, params: Record<string, unknown>): void {
    const caseId = String(params['case']);
    const kind = String(params['kind']);
    const commandId = typeof params['id'] === 'string' ? params['id'] : newId();
    sent.push({ kind, body: params['body'], case: caseId, ...(typeof params['passphrase'] === 'string' ? { passphrase: params['passphrase'] } : {}) });
    const central = isCommandKind(kind) && commandClass(kind) === 'central';
    const mark = (look: Mark['look'], refusal: Refusal | null): Mark => ({
      command: commandId, stream: caseId, number: sent.length, kind, look, urgent: params['urgent'] === true, madeAt: at(), saidAt: null, notAfter: null, refusal, doubtful: null, seenAt: null,
    });
    const put = (one: Mark): void => void marks.set(caseId, [...(marks.get(caseId) ?? []).filter((other) => other.command !== one.command), one]);
    const no = commandRefusals.get(kind);
    if (no) return refused(n, no);
    const refusal = central && !online ? null : order(caseId, kind as CommandKind, asSigned(caseId, kind, params['body']), commandId, (params['saidAt'] as string | null | undefined) ?? null);
    if (refusal !== null && !central) return refused(n, refusal);
    put(refusal !== null ? mark('refused', refusal) : central ? mark(online ? 'confirmed' : 'asked', null) : mark(online ? 'confirmed' : 'saved-here', null));
    reply(n, { commandId, decided: central ? 'asked' : 'pending' });
    if (logs.has(caseId)) pushCase(caseId);
    push('sync', sync);
  }

  const setLive = <T extends LiveTopic>(topic: T, value: LiveValue<T>): void => {
    live.set(topic, { value, version: (live.get(topic)?.version ?? 0) + 1 });
    pushLive(topic);
  };
  const agent = (): LiveValue<'agent'> | undefined => live.get('agent')?.value as LiveValue<'agent'> | undefined;
  const setAgent = (patch: Partial<LiveValue<'agent'>>): void => setLive('agent', {
    personId: who.person, state: 'available', since: at(), reason: 'chosen', personVersion: 0, until: null, callId: null, reviewId: null, next: null, back: null, ...agent(), version: (agent()?.version ?? 0) + 1, ...patch,
  });

  const readFacts = (caseId: string, purpose: EventBody<'facts read'>['purpose']): void => {
    const { facts, quotes } = options.bank(at());
    happen(caseId, 'facts read', { purpose, for: who.person, facts, quotes, underWay: [], recentCalls: [] });
  };
  const callEvent = (caseId: string, event: Omit<CallEvent, 'eventId' | 'at'>): void =>
    happen(caseId, 'call recorded', { event: { eventId: newId(), at: at(), ...event } as CallEvent });

  function onAsk(n: number, params: Record<string, unknown>): void {
    const kind = String(params['kind']);
    const body = params['body'] as Record<string, string>;
    asked.push({ kind, body, case: body['case'] ?? '' });
    const no = askRefusals.get(kind);
    if (no) return refused(n, no);
    if (!online) return refused(n, { code: 'offline' });
    const caseId = body['case'] ?? '';
    switch (kind) {
      case 'rules': return reply(n, { version: rules.version, rules });
      case 'people': return reply(n, [{ id: newId(), name: '周师', no: '1002', role: 'mentor', online: true }]);
      case 'identify customer':
        happen(caseId, 'customer identified', { customerId: body['customerId']!, how: 'search' });
        readFacts(caseId, 'call');
        return reply(n, { done: true });
      case 'find customer': {
        const { customer } = options.bank(at()).facts;
        return reply(n, { matches: [{ id: customer.id, maskedName: customer.maskedName, surname: customer.surname, title: customer.title, reservedPhoneMasked: customer.reservedPhoneMasked }], more: false });
      }
      case 'read facts': readFacts(caseId, body['purpose'] as never); return reply(n, { done: true });
      case 'verify': case 'collect service password': {
        const factor = body['factor'] ?? 'servicePassword';
        const ok = kind === 'collect service password' || options.answers[factor] === body['answer'];
        const before = stateOf(caseId)?.verification[body['callId'] ?? 'none'];
        const passed = new Set([...(before?.factors.filter((one) => one.ok).map((one) => one.factor) ?? []), ...(ok ? [factor] : [])]);
        const extra = [...passed].filter((one) => one !== 'name' && one !== 'idLast4').length;
        const level = !passed.has('name') || !passed.has('idLast4') ? 0 : Math.min(3, 1 + extra);
        const failuresToday = (before?.failuresToday ?? 0) + (ok ? 0 : 1);
        happen(caseId, 'verification checked', { callId: body['callId'] ?? null, factor, ok, level, failuresToday });
        return reply(n, { ok, level, failuresToday });
      }
      case 'answer call': {
        const offer = live.get('offer')?.value as LiveValue<'offer'>;
        if (!offer) return refused(n, { code: 'offer-gone' });
        setLive('offer', null);
        callEvent(offer.caseId, { callId: offer.callId, kind: 'answered', personId: who.person, recordingId: `rec-${offer.callId}` } as never);
        setAgent({ state: 'on-call', since: at(), callId: offer.callId });
        return reply(n, { case: offer.caseId });
      }
      case 'hold call': case 'retrieve call': case 'end call': {
        const view = [...logs.keys()].find((one) => stateOf(one)?.calls[body['callId']!] !== undefined);
        if (view) callEvent(view, { callId: body['callId']!, kind: kind === 'hold call' ? 'held' : kind === 'end call' ? 'ended' : 'retrieved' } as never);
        if (kind === 'end call') setAgent({ state: 'after-call', since: at(), callId: null });
        return reply(n, { done: true });
      }
      case 'set agent state': setAgent({ state: body['to'] as never, since: at() }); return reply(n, agent());
      case 'finish wrap-up': setAgent({ state: 'available', since: at() }); return reply(n, agent());
      case 'dial callback': {
        const callId = `callback-${serial}`;
        happen(caseId, 'callback tried', { promiseId: body['promiseId']!, callId });
        callEvent(caseId, { callId, kind: 'callback-dialled', personId: who.person, promiseId: body['promiseId'] } as never);
        callEvent(caseId, { callId, kind: 'callback-answered' } as never);
        setAgent({ state: 'on-call', since: at(), callId });
        return reply(n, { callId });
      }
      default: return void (playedElse(n, String(params['kind']), body) ?? refused(n, { code: 'command-unknown' }));
    }
  }

  function playedElse(n: number, name: string, params: Record<string, unknown>): true | null {
    const played = options.methods?.[name]?.(params);
    if (played === undefined) return null;
    if ('refusal' in played) refused(n, played.refusal as Refusal);
    else reply(n, played);
    return true;
  }

  function onCall(n: number, method: string, params: Record<string, unknown>): void {
    switch (method) {
      case 'command': return onCommand(n, params);
      case 'ask': return onAsk(n, params);
      case 'drafts': return reply(n, [...drafts.values()].filter((draft) => params['case'] === undefined || draft.case === params['case']));
      case 'saveDraft': {
        const draft = { case: (params['case'] as string | null) ?? null, field: String(params['field']), text: String(params['text']), at: at() };
        if (draft.text === '') drafts.delete(`${draft.case}/${draft.field}`);
        else drafts.set(`${draft.case}/${draft.field}`, draft);
        return reply(n, { saved: true });
      }
      case 'signIn':
        if (refuseSignIn) return refused(n, refuseSignIn);
        signedIn = true;
        push('session', session);
        return reply(n, session());
      case 'enrol':
        asked.push({ kind: 'enrol', body: params, case: '' });
        return refuseEnrol === null ? reply(n, { status: enrolment, workstation: newId(), fingerprint: '4f3a 91c2 7be0 d518' }) : refused(n, refuseEnrol);
      case 'changePassphrase':
        asked.push({ kind: 'changePassphrase', body: params, case: '' });
        return refuseChange === null ? reply(n, { done: true }) : refused(n, refuseChange);
      case 'signOut':
        signOutAsked(params);
        if (refuseSignOut !== null) return refused(n, refuseSignOut);
        [signedIn, locked] = [false, null];
        push('session', session);
        return reply(n, { done: true });
      case 'signOn':
        asked.push({ kind: 'signOn', body: params, case: '' });
        return refuseSignOn === null ? void (signOnAnswered = () => reply(n, { name: '林小满', account: 'agent', passphrase: signOnPassphrase })) : refused(n, refuseSignOn);
      case 'openSignedOn':
        asked.push({ kind: 'openSignedOn', body: params, case: '' });
        if (refuseOpen !== null) return refused(n, refuseOpen);
        signedIn = true;
        push('session', session);
        return reply(n, session());
      case 'serverInfo': return reply(n, { demo: true, signOn, accounts: [{ account: 'agent', password: 'demo-agent', role: 'agent', name: '林小满' }, { account: 'mentor', password: 'demo-mentor', role: 'mentor', name: '周师' }] });
      case 'session': return reply(n, session());
      case 'syncStatus': return reply(n, sync());
      case 'quitCheck': return reply(n, { unsent: sync().unsent });
      case 'refusalSeen':
        for (const [key, list] of marks) marks.set(key, list.map((mark) => (mark.command === params['command'] ? { ...mark, seenAt: at() } : mark)));
        push('sync', sync);
        return reply(n, { done: true });
      default: return void (playedElse(n, method, params) ?? reply(n, { done: true }));
    }
  }

  const port: DeskPort = {
    postMessage(message) {
      const frame = ToDesk.parse(message);
      if (frame.t === 'unsubscribe') return void subscriptions.delete(frame.n);
      const params = (frame.params ?? {}) as Record<string, unknown>;
      if (frame.t === 'call') return onCall(frame.n, frame.method, params);
      const name = frame.topic;
      subscriptions.set(frame.n, { topic: name, params });
      const held = live.get(String(params['topic']));
      const first = name === 'session' ? session() : name === 'sync' ? sync()
        : name === 'rules' ? rules
        : name === 'cases' ? { whole: true, changed: [...logs.keys()].map(viewOf), gone: [] }
        : name === 'taken-over' ? []
        : name === 'live' ? (held ? { topic: params['topic'], ...held, heardAt: at() } : null) : null;
      deliver({ t: 'view', n: frame.n, view: first });
    },
    onMessage(handler) {
      deliver = handler;
    },
    close() {},
  };

  /** A call that rings at this desktop, of a customer the number tells. */
  function ring(more: { number?: string | null; lossReport?: boolean; known?: boolean } = {}): { caseId: string; callId: string } {
    const caseId = newId();
    const callId = `call-${serial}`;
    const number = more.number === undefined ? '13800000172' : more.number;
    const queue = more.lossReport ? 'loss' : 'general';
    happen(caseId, 'case opened', { reason: 'call', callId, fromCase: null, number, queue });
    happen(caseId, 'access granted', { person: who.person, as: 'owner' });
    callEvent(caseId, { callId, kind: 'queued', queue, ...(number ? { number } : {}) } as never);
    if (more.known !== false) {
      happen(caseId, 'customer identified', { customerId: options.bank(at()).facts.customer.id, how: 'number' });
      readFacts(caseId, 'call');
    }
    setLive('offer', {
      callId, caseId, number, queue, queueName: more.lossReport ? { zh: '挂失专线', en: 'Lost cards' } : { zh: '信用卡综合', en: 'Credit cards' }, lossReport: more.lossReport === true,
      offeredAt: at(), expiresAt: new Date(now + 15_000).toISOString(), acceptedAt: at(),
    });
    return { caseId, callId };
  }

  return {
    port, sent, asked, rules, at, later, newId, stateOf, happen, setLive, setAgent, ring, readFacts, callEvent,
    /** As if a person at this desktop had given it. */
    give: <K extends CommandKind>(caseId: string, kind: K, body: CommandBody<K>): Refusal | null => {
      const refusal = order(caseId, kind, body, newId(), null);
      if (refusal === null) pushCase(caseId);
      return refusal;
    },
    drafts: () => [...drafts.values()],
    refuseAsk: (kind: string, refusal: Refusal | null) => (refusal ? askRefusals.set(kind, refusal) : askRefusals.delete(kind)),
    refuseCommand: (kind: string, refusal: Refusal | null) => (refusal ? commandRefusals.set(kind, refusal) : commandRefusals.delete(kind)),
    setEnrolment: (status: typeof enrolment, refusal: Refusal | null = null) => {
      enrolment = status;
      refuseEnrol = refusal;
    },
    refuseChange: (refusal: Refusal | null) => void (refuseChange = refusal),
    setKey: (next: typeof key) => {
      key = next;
      push('session', session);
    },
    refuseSignIn: (refusal: Refusal | null) => void (refuseSignIn = refusal),
    /** The browser comes back. */
    answerSignOn: () => signOnAnswered(),
    refuseSignOn: (refusal: Refusal | null) => void (refuseSignOn = refusal),
    refuseOpen: (refusal: Refusal | null) => void (refuseOpen = refusal),
    setOnline: (next: boolean) => {
      online = next;
      push('sync', sync);
    },
    session,
    /** As the desk process tells it when it is locked, or opened. */
    setLocked: (next: typeof locked) => {
      locked = next;
      push('session', session);
    },
    /** As it tells in the last minute before it locks itself; null when there was input. */
    setLocksIn: (seconds: number | null) => {
      locksAt = seconds === null ? null : new Date(now + seconds * 1000).toISOString();
      push('session', session);
    },
    refuseSignOut: (refusal: Refusal | null, asked: typeof signOutAsked) => {
      [refuseSignOut, signOutAsked] = [refusal, asked];
    },
    setSignedIn: (next: boolean) => {
      signedIn = next;
      push('session', session);
    },
  };
}
