import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrationCommandSchemas, type AdministrationCommandKind } from '#shared/administration/administration-schema.ts';
import type { Change, ChangeKind } from '#shared/administration/change.ts';
import { commandSchemas, type CommandKind } from '#shared/case/commands.ts';
import { may, mayDo, type Act } from '#shared/people/may.ts';
import { Role } from '#shared/people/roles.ts';
import { asks, type AskKind } from '#shared/protocol/asks.ts';
import { appendToCase } from '../../../server/cases/append-case.ts';
import { makeRawKey, type RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, setStage, signOn, type Stage } from '../server/story.ts';
import { act, newcomer, personOf, proposal, proposed } from './centre-acts.ts';
import { someBody } from './json-sample.ts';

/** What a person is told whose role may not. */
const ROLE_CODES = new Set(['role-may-not', 'tp5-not-a-reviewer', 'tp11-two-leads', 'not-a-lead']);

/** Every line of the one table, for every role, against a running server: what it forbids is refused as such, what it allows is not. */
describe('[PR3] the table of roles is enforced, all of it', () => {
  let stage: Stage;
  const desks = new Map<Role, RawDesktop>();
  const caseId = uuidv7();
  const commands = Object.keys(commandSchemas) as CommandKind[];
  const administration = Object.keys(administrationCommandSchemas) as AdministrationCommandKind[];
  const askKinds = Object.keys(asks) as AskKind[];
  const stranger = uuidv7();

  /** One of each kind of change; none of them is ever approved. */
  const changes = (): Record<ChangeKind, Change> => {
    const key = makeRawKey();
    const { rules } = stage.running.centre;
    const flow = rules.flows.find((one) => one.publication === 'inForce')!.definition;
    const customerId = 'cust-nobody';
    return {
      'add person': { kind: 'add person', person: newcomer(`walk-${uuidv7()}`) }, 'change person': { kind: 'change person', person: personOf(stage.running, 'agent2') },
      'reset passphrase': { kind: 'reset passphrase', personId: personOf(stage.running, 'agent2').id },
      'enrol workstation': { kind: 'enrol workstation', workstation: { id: uuidv7(), name: 'WS', site: 'S', keyId: key.keyId, publicKey: key.publicKey } },
      'publish policy': { kind: 'publish policy', policy: { ...rules.control, version: `walk-${uuidv7().slice(-8)}` } }, 'publish flow': { kind: 'publish flow', definition: { ...flow, version: 99 }, publication: 'inForce' },
      'release kind': { kind: 'release kind', operationKind: 'refund' }, 'set legal hold': { kind: 'set legal hold', customerId, matter: 'M', reason: 'x' },
      'lift legal hold': { kind: 'lift legal hold', customerId, matter: 'M', reason: 'x' }, 'erase customer': { kind: 'erase customer', customerId, reason: 'x' },
    };
  };

  beforeAll(async () => {
    stage = await setStage();
    desks.set('agent', stage.agent).set('mentor', stage.mentor);
    for (const account of ['lead', 'quality', 'risk', 'admin'] as const) desks.set(account, await signOn(stage, account));
    // A case that every one of them may see, so that nothing but the role stands between them and the act.
    const { centre } = stage.running;
    await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'server', () => ({
      events: [
        { kind: 'case opened', body: { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null } },
        ...Role.options.map((role) => ({ kind: 'access granted', body: { person: desks.get(role)!.person, as: 'lead' } }) as const),
      ],
    }));
  }, 60_000);
  afterAll(() => clearStage(stage));

  /** As the server answered; 'ok' where it did it. */
  async function tried(role: Role, kind: Act): Promise<string> {
    const desktop = desks.get(role)!;
    if ((commands as string[]).includes(kind)) {
      const command = kind as CommandKind;
      const result = await desktop.send(desktop.make(command, command === 'open case' ? uuidv7() : caseId, someBody(commandSchemas[command]) as never));
      return result.status === 'refused' ? result.refusal.code : result.status;
    }
    if ((administration as string[]).includes(kind) && kind !== 'propose change') return act(desktop, kind as AdministrationCommandKind, someBody(administrationCommandSchemas[kind as AdministrationCommandKind]));
    if ((askKinds as string[]).includes(kind)) {
      const answer = await desktop.tryAsk(kind as AskKind, someBody(asks[kind as AskKind].body) as never);
      return answer.ok ? 'ok' : answer.refusal.code;
    }
    if (kind === "revoke others' keys") return act(desktop, 'revoke key', { personId: stranger, keyId: 'a'.repeat(64), reason: 'x' });
    const all = changes();
    const change = kind === 'propose change' ? (mayDo(role, 'publish policy') ? all['publish policy'] : all['release kind']) : all[kind as ChangeKind];
    return act(desktop, 'propose change', proposal(desktop, proposed(desktop, change)));
  }

  it.each(Role.options)('[PR3] %s', async (role) => {
    const wrong: string[] = [];
    // Last: it ends the session that everything else is asked with.
    const acts = [...(Object.keys(may) as Act[]).filter((kind) => kind !== 'end session' && kind !== 'revoke key'), 'revoke key' as const, 'end session' as const];
    for (const kind of acts) {
      const code = await tried(role, kind);
      // Another person's key is the line "revoke others' keys"; of one's own nobody is refused by role.
      if (kind === 'revoke key') {
        expect(await act(desks.get(role)!, 'revoke key', { personId: desks.get(role)!.person, keyId: 'a'.repeat(64), reason: 'x' })).toBe('key-unknown');
        continue;
      }
      if (mayDo(role, kind) === ROLE_CODES.has(code)) wrong.push(`${kind}: ${code}, the table says ${mayDo(role, kind) ? 'yes' : 'no'}`);
      // A body that nobody could read would prove nothing of the role.
      if (code === 'command-malformed' || code === 'forked' || code === 'gap') wrong.push(`${kind}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });
});
