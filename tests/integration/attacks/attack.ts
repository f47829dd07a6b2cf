import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { Person } from '#shared/people/person.ts';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { settled } from '../server/several-nodes.ts';
import { changeCentre, type Stage } from '../server/story.ts';

type Tried = { person: string; code: string; what: string };
/** A code, or several where it is a matter of which rule is looked at first. */
type Code = string | readonly string[];
const codes = (code: Code): readonly string[] => (typeof code === 'string' ? [code] : code);

/**
 * What an attacker tried, each with the refusal it must get. Bodies are unknown: whoever attacks keeps to no schema. In the end
 * each attempt must be found in the audit log, under the person who made it (TP7).
 */
export class Attacks {
  readonly stage: () => Stage;
  readonly #tried: Tried[] = [];

  constructor(stage: () => Stage) {
    this.stage = stage;
  }

  note(person: string, code: string, what: string): void {
    this.#tried.push({ person, code, what });
  }

  /** A command that must be refused with this code. */
  async command(code: Code, desktop: RawDesktop, kind: string, caseId: string, body: unknown, outer: Partial<OuterCommand> = {}): Promise<void> {
    const result = await desktop.command(kind as 'write note', caseId, body as never, outer);
    expect(result, `${kind}: ${JSON.stringify(body).slice(0, 300)}`).toMatchObject({ status: 'refused' });
    const found = result.status === 'refused' ? result.refusal.code : '';
    if (!codes(code).includes(found)) expect({ kind, code: found }).toEqual({ kind, code });
    this.note(desktop.person, found, kind);
  }

  /** An ask that must be refused with this code. */
  async ask(code: Code, desktop: RawDesktop, kind: string, body: unknown): Promise<void> {
    const answer = await desktop.tryAsk(kind as 'people', body as never);
    expect(answer, `${kind}: ${JSON.stringify(body).slice(0, 300)}`).toMatchObject({ ok: false });
    const found = answer.ok ? '' : answer.refusal.code;
    if (!codes(code).includes(found)) expect({ kind, code: found }).toEqual({ kind, code });
    this.note(desktop.person, found, kind);
  }

  administer(code: Code, desktop: RawDesktop, kind: string, body: unknown): Promise<void> {
    return this.ask(code, desktop, 'administer', { kind, body });
  }

  /** TP7: as many entries of each person and code as there were attempts, at least. */
  async areInTheAuditLog(): Promise<void> {
    expect(this.#tried.length).toBeGreaterThan(0);
    await settled(this.stage().running);
    const held = new Map<string, number>();
    let after = 0;
    for (;;) {
      const page = await this.stage().running.centre.log.auditAfter(after, 500);
      for (const { person, detail } of page) {
        const key = `${person} ${String(detail['code'])}`;
        held.set(key, (held.get(key) ?? 0) + 1);
      }
      if (page.length === 0) break;
      after = page.at(-1)!.position;
    }
    const wanted = new Map<string, number>();
    for (const { person, code } of this.#tried) wanted.set(`${person} ${code}`, (wanted.get(`${person} ${code}`) ?? 0) + 1);
    const missing = [...wanted].filter(([key, count]) => (held.get(key) ?? 0) < count);
    expect(missing).toEqual([]);
  }
}

export const hashOf = (inner: string): string => createHash('sha256').update(inner).digest('hex');

/** The same command with another inner part, and its hash as it has to be. */
export function withInner(command: OuterCommand, change: (inner: Record<string, unknown>) => Record<string, unknown>): OuterCommand {
  const inner = JSON.stringify(change(JSON.parse(command.inner) as Record<string, unknown>));
  return { ...command, inner, hash: hashOf(inner) };
}

const NEW_PASSPHRASE = 'a passphrase of my own';

/** A person whom two administrators add, who makes the passphrase their own, and signs in. */
export async function addPerson(stage: Stage, like: Person, more: Partial<Person>): Promise<RawDesktop> {
  const id = uuidv7();
  const person: Person = { ...like, id, human: id, no: id.slice(-6), account: `new-${id.slice(-6)}`, ...more };
  const { code } = await changeCentre(stage, { kind: 'add person', person });
  const machine = new RawDesktop(stage.running.url);
  await machine.enrol('machine of somebody new');
  const response = await fetch(`${stage.running.url}/passphrase`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ protocol: PROTOCOL_VERSION, account: person.account, old: code, new: NEW_PASSPHRASE, workstation: machine.workstation }),
  });
  if (!response.ok) throw new Error(await response.text());
  const desktop = await RawDesktop.signIn(stage.running.url, person.account, NEW_PASSPHRASE);
  stage.others.push(desktop);
  return desktop;
}
