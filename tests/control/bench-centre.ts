import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { changeDigest, type Change } from '#shared/administration/change.ts';
import type { AdministrationEvent } from '#shared/administration/administration-schema.ts';
import { china } from '#shared/calendar/china-2026.ts';
import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import { OperationKind } from '#shared/operation/payload.ts';
import type { Person } from '#shared/people/person.ts';
import type { Role } from '#shared/people/roles.ts';
import type { CommandResult, OuterCommand } from '#shared/protocol/command.ts';
import { keyIdOf, signedBytes, type Signed, type SignaturePurpose } from '#shared/protocol/signature.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import { Administration } from '../../server/administration/administration.ts';
import { administer } from '../../server/administration/administer.ts';
import { appendToCase } from '../../server/cases/append-case.ts';
import { CaseStore } from '../../server/cases/case-store.ts';
import { ShutOut, takeCommand } from '../../server/cases/command-service.ts';
import type { Centre } from '../../server/centre.ts';
import { loadFlows } from '../../server/flows/load-flows.ts';
import type { EventLog } from '../../server/log/log.ts';
import { People } from '../../server/people/people.ts';
import { loadControl } from '../../server/policy/load-control.ts';
import { onSqlite, type BenchLogs, type OpensLogs } from './bench-logs.ts';
import { judge } from './judge/judge.ts';
import type { Acknowledged, Evidence, Verdict } from './judge/evidence.ts';
import { MemoryBank } from './memory-bank.ts';

export const CONTROL: ControlPolicy = loadControl(new URL('../../server/policy/control.yaml', import.meta.url));
const { policy: flowPolicy } = loadFlows();
if (flowPolicy === null) throw new Error('no flow policy');
const FLOW_POLICY = flowPolicy;

/** Ids by number, from one counter a bench: the same seed gives the same ids. */
export const idOf = (n: number): string => `0195${Math.floor(n / 0x1_0000).toString(16).padStart(4, '0')}-${(n % 0x1_0000).toString(16).padStart(4, '0')}-7000-8000-000000000000`;

type Key = { privateKey: KeyObject; publicKey: string; keyId: string };
/** Seeds, so that a failing seed fails again: PKCS#8 of RFC 8410 before the 32 bytes. */
function keyFrom(name: string): Key {
  const seed = createHash('sha256').update(`bench ${name}`).digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, publicKey: raw.toString('base64'), keyId: keyIdOf(raw) };
}

const upTo = (fen: number): Person['entitlements'] => ({ reviewLimitFen: Object.fromEntries(OperationKind.options.map((kind) => [kind, fen])) });
const someone = (n: number, account: string, role: Role, more: Partial<Person> = {}): Person => ({
  id: idOf(n), human: idOf(n), account, name: account, no: String(n), role, team: 'A', skills: [], entitlements: { reviewLimitFen: {} }, relatedCustomers: [], active: true, since: '2026-01-01T00:00:00.000Z', ...more,
});

/** Everybody of the bench: makers, reviewers, leads, second accounts of the same humans, a relative, and those who look after the centre. */
export const CAST: readonly Person[] = [
  someone(1, 'maker', 'agent'),
  someone(2, 'successor', 'agent'),
  someone(3, 'mentor', 'mentor', { entitlements: upTo(100_000_000) }),
  someone(4, 'small-mentor', 'mentor', { entitlements: upTo(300_000) }),
  someone(5, 'lead', 'lead', { entitlements: upTo(200_000_000) }),
  someone(6, 'other-lead', 'lead'),
  someone(7, 'maker-as-mentor', 'mentor', { human: idOf(1), entitlements: upTo(100_000_000) }),
  someone(8, 'lead-again', 'lead', { human: idOf(5) }),
  someone(9, 'relative', 'mentor', { entitlements: upTo(100_000_000), relatedCustomers: ['c-1', 'c-2'] }),
  someone(10, 'risk', 'risk'),
  someone(11, 'admin', 'admin'),
  someone(12, 'other-admin', 'admin'),
  someone(13, 'quality', 'quality'),
  someone(14, 'third-admin', 'admin'),
];
const KEYS = new Map(CAST.map((person) => [person.id, keyFrom(person.account)]));
const MACHINE = keyFrom('machine');
const MACHINE_ID = idOf(60);
export const STRANGE_KEY = keyFrom('strange');

export const START = Date.parse('2026-11-23T02:00:00.000Z');

/**
 * A server's inside, with a bank in memory and a clock that only moves when told: real commands on a real log. Or several nodes'
 * insides on one log and one bank, each with what it has folded for itself.
 */
export class Bench {
  readonly bank: MemoryBank;
  readonly journal: Acknowledged[] = [];
  readonly sent: { by: Person; outer: OuterCommand }[] = [];
  commands = 0;
  /** Of them, taken by another node than the first. */
  elsewhere = 0;
  refusals = 0;
  nowMs = START;
  /** The node that people are at; somebody's second desktop is at the next one. */
  at = 0;
  readonly #beneath: BenchLogs;
  readonly #centres: Centre[] = [];
  readonly #ids: { last: number };
  readonly #numbers = new Map<string, number>();

  now = (): string => new Date(this.nowMs).toISOString();
  newId = (): string => idOf(++this.#ids.last);

  private constructor(bank: MemoryBank, beneath: BenchLogs, ids: { last: number }) {
    this.bank = bank;
    this.#beneath = beneath;
    this.#ids = ids;
  }

  /** @param customers of the bank; two without it @param opens what it stands on */
  static async open(customers?: readonly string[], opens: OpensLogs = onSqlite): Promise<Bench> {
    const ids = { last: 1_000 };
    let bench: Bench | null = null;
    const now = (): string => bench?.now() ?? new Date(START).toISOString();
    const beneath = await opens({ now, newId: () => idOf(++ids.last) });
    bench = new Bench(new MemoryBank(now, customers), beneath, ids);
    for (bench.at = 0; bench.at < beneath.logs.length; bench.at += 1) await bench.restart();
    bench.at = 0;
    await bench.centre.administration.record((state) => (state.founded !== null ? [] : [
      { kind: 'centre founded', body: { how: 'demo', people: [...CAST], policy: CONTROL } },
      { kind: 'workstation enrolled', body: { workstation: { id: MACHINE_ID, name: 'm', site: 's', keyId: MACHINE.keyId, publicKey: MACHINE.publicKey }, how: 'demo' } },
      ...CAST.map((person): AdministrationEvent => ({ kind: 'key registered', body: { personId: person.id, keyId: KEYS.get(person.id)!.keyId, publicKey: KEYS.get(person.id)!.publicKey } })),
    ]));
    // A node is not ready before it has read the centre.
    for (const { administration } of bench.#centres) await administration.fresh();
    return bench;
  }

  get nodes(): number {
    return this.#beneath.logs.length;
  }

  get centre(): Centre {
    return this.#centres[this.at]!;
  }

  get log(): EventLog {
    return this.centre.log;
  }

  syncEachCommit(): void {
    this.#beneath.syncEachCommit();
  }

  /** The server, or the node that people are at, died and came back: nothing is left but the log. */
  async restart(): Promise<void> {
    const log = this.#beneath.logs[this.at]!;
    const { bank } = this;
    const administration = new Administration(log, this.now);
    await administration.start();
    const centre: Partial<Centre> = {
      clock: { now: this.now, onMoved: () => () => undefined }, newId: this.newId, log, bank, administration, cases: new CaseStore(log), online: () => true, offers: { isOffered: () => true } as never, lights: { core: 'ok', phones: 'ok' },
      people: new People(administration, { check: async () => ({ ok: false, code: 'wrong-password' }) } as never),
      open: { all: () => [], get: () => undefined } as never,
      logger: { error: () => undefined, warn: () => undefined, info: () => undefined } as never,
      get rules() {
        return { version: '1', flows: [], flowPolicy: FLOW_POLICY, control: administration.state.policies.at(-1) ?? CONTROL, calendar: china, site: { bank: { zh: '示例', en: 'Sample' }, officialNumber: '400', ivrKey: '1', dutyPhone: '021' } };
      },
    };
    this.#centres[this.at] = centre as Centre;
  }

  state = (caseId: string): Promise<CaseState | null> => this.centre.cases.load(caseId);

  /** Signs as the person, or with whatever key, for whatever digest. */
  signed(person: Person, purpose: SignaturePurpose, digest: string, key = KEYS.get(person.id)!): Signed {
    const bytes = signedBytes(purpose, digest);
    return {
      purpose, digest, personKey: key.keyId, personSignature: sign(null, bytes, key.privateKey).toString('base64'),
      workstationKey: MACHINE.keyId, workstationSignature: sign(null, bytes, MACHINE.privateKey).toString('base64'),
    };
  }

  /** Sends a command as one of the person's desktops would; what was answered is written down for the judge. */
  async send<K extends CommandKind>(by: Person, kind: K, caseId: string, body: CommandBody<K>, desktop = 0): Promise<CommandResult> {
    const desktopId = idOf(500 + Number.parseInt(by.no, 10) * 10 + desktop);
    const slot = `${desktopId} ${caseId}`;
    const number = (this.#numbers.get(slot) ?? 0) + 1;
    this.#numbers.set(slot, number);
    const inner = JSON.stringify({ madeAt: this.now(), saidAt: null, dependsOn: [], notAfter: null, body });
    const outer: OuterCommand = {
      id: this.newId(), desktop: desktopId, incarnation: 1, case: caseId as OuterCommand['case'], number, kind, schema: 1, urgent: false, inner, hash: createHash('sha256').update(inner).digest('hex'),
    };
    this.sent.push({ by, outer });
    return this.deliver(by, outer, desktop);
  }

  async deliver(by: Person, outer: OuterCommand, desktop = 0): Promise<CommandResult> {
    this.commands += 1;
    const node = (this.at + desktop) % this.nodes;
    const centre = this.#centres[node]!;
    if (node > 0) this.elsewhere += 1;
    // As they are now: the session looks the person up at every message.
    const person = centre.people.byId(by.id) ?? by;
    if (!person.active) return { id: outer.id, status: 'forked' };
    const result = await takeCommand(centre, { person, workstation: MACHINE_ID, desktop: outer.desktop }, outer).catch((error: unknown): CommandResult => {
      // TP8: another node has put them out, and this one had not heard.
      if (error instanceof ShutOut && this.nodes > 1) return { id: outer.id, status: 'forked' };
      throw error;
    });
    if (result.status === 'refused') this.refusals += 1;
    if (result.status === 'accepted' || result.status === 'refused') this.journal.push({ id: outer.id, status: result.status, code: result.status === 'refused' ? result.refusal.code : null });
    return result;
  }

  record(caseId: string, actor: 'phones' | 'server', events: readonly Happened[]): Promise<boolean> {
    return appendToCase({ log: this.log, cases: this.centre.cases, now: this.now, newId: this.newId }, caseId, actor, () => ({ events }));
  }

  async administer(by: Person, kind: string, body: unknown): Promise<boolean> {
    const person = this.centre.people.byId(by.id) ?? by;
    if (!person.active) return false;
    return (await administer(this.centre, person, MACHINE_ID, kind, body)).ok;
  }

  /** One proposes, another approves; either may be whoever. */
  async change(proposer: Person, approver: Person, change: Change): Promise<boolean> {
    const changeId = this.newId();
    const digest = changeDigest({ changeId, proposer: proposer.id, change });
    if (!(await this.administer(proposer, 'propose change', { changeId, change, reason: 'x', signed: this.signed(proposer, 'order', digest) }))) return false;
    return this.administer(approver, 'approve change', { changeId, digest, signed: this.signed(approver, 'approval', digest) });
  }

  /** What there is to be judged, by now. */
  async evidence(): Promise<Evidence> {
    return { ...(await this.#beneath.written()), ledger: this.bank.ledger(), journal: this.journal };
  }

  async close(): Promise<Verdict> {
    for (const log of this.#beneath.logs) await log.close();
    const verdict = judge(await this.evidence());
    await this.#beneath.remove();
    return verdict;
  }
}
