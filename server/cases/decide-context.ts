import type { DecideContext } from '#shared/case/context.ts';
import type { Command } from '#shared/case/commands.ts';
import type { CaseState } from '#shared/case/state.ts';
import { foldLedger } from '#shared/operation/ledger.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import { flowOf, type Centre } from '../centre.ts';
import type { Person } from '../people/person.ts';

export type Gathered = { context: DecideContext; ledgerVersion: number };

/**
 * Everything a rule may look at, as the server knows it now. For an order to execute the bank is read afresh (TP3, the
 * step before): outside any transaction, and with a bank that does not answer the facts are unknown and the gate refuses.
 */
export async function gatherContext(centre: Centre, person: Person, workstation: string, command: Command, state: CaseState | null): Promise<Gathered> {
  const customer = state?.customerId ?? null;
  const ordering = command.kind === 'order execution';
  const stream = customer === null ? null : customerStream(customer);
  const ledger = stream === null ? [] : await centre.log.readStream(stream, 1);
  const reading = ordering && customer !== null ? await centre.bank.read({ customerId: customer }) : null;
  const proved = command.kind === 'approve review' ? await centre.tokens.readProof(command.body.proof, person.id) : null;
  const { rules, lights } = centre;
  return {
    ledgerVersion: ledger.at(-1)?.envelope.version ?? 0,
    context: {
      at: 'server',
      now: centre.clock.now(),
      by: { person: person.id, role: person.role, entitlements: person.entitlements, workstation, no: person.no, skills: person.skills },
      calendar: rules.calendar,
      control: rules.control,
      flowPolicy: rules.flowPolicy,
      site: rules.site,
      flow: flowOf(rules),
      lights: { core: lights.core === 'down' ? 'down' : 'up', centre: 'up', phone: lights.phones === 'down' ? 'down' : 'up' },
      gateFacts: reading?.kind === 'answer' ? { facts: reading.value, quotes: [] } : 'unknown',
      person: (id) => {
        const found = centre.people.byId(id);
        return found === null ? 'unknown' : { role: found.role, entitlements: found.entitlements, active: found.active, relatedCustomers: found.relatedCustomers };
      },
      ledger: { entries: foldLedger(ledger.map(({ envelope, body }) => ({ kind: envelope.kind, body }))) },
      provedDigest: proved,
    },
  };
}
