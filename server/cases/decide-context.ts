import type { DecideContext } from '#shared/case/context.ts';
import { validKeys } from '#shared/administration/administration-evolve.ts';
import type { Command } from '#shared/case/commands.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import { foldLedger } from '#shared/operation/ledger.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import { judgeSigned } from '../administration/signatures.ts';
import { flowOf, type Centre } from '../centre.ts';
import { breakGlassOf } from '../reviews/break-glass.ts';
import { step } from '../traces/traces.ts';
import { wasRead } from './held-reading.ts';

export type Gathered = { context: DecideContext; ledgerVersion: number; administrationVersion: number; breakGlassVersion: number; /** Not where whoever signed it has been disabled. */ isActive: boolean };

/**
 * Everything a rule may look at, as the server knows it now. For an order to execute the bank is read afresh (TP3, the
 * step before): outside any transaction, and with a bank that does not answer the facts are unknown and the gate refuses.
 */
export async function gatherContext(centre: Centre, person: Person, workstation: string, command: Command, state: CaseState | null): Promise<Gathered> {
  const customer = state?.customerId ?? null;
  const ordering = command.kind === 'order execution' || command.kind === 'order on return';
  const stream = customer === null ? null : customerStream(customer);
  const ledger = stream === null ? [] : await centre.log.readStream(stream, 1);
  const reading = ordering && customer !== null ? await step(centre.traces, 'bank read', {}, () => centre.bank.read({ customerId: customer })) : null;
  const { rules, lights } = centre;
  const { state: centreState } = centre.administration;
  const signed = 'signed' in command.body ? command.body.signed : null;
  const glass = command.kind === 'join break-glass' || command.kind === 'sign break-glass' ? await breakGlassOf(centre) : null;
  // TP5: of what is signed the append demands the centre as it stands here, so whoever sent it is judged as they are in it: the bank
  // has taken its time, or another command has been first.
  const who = signed === null ? person : (centreState.people[person.id]?.person ?? person);
  const review = command.kind === 'take review' ? state?.reviews[command.body.reviewId] : undefined;
  return {
    ledgerVersion: ledger.at(-1)?.envelope.version ?? 0,
    administrationVersion: centreState.version,
    breakGlassVersion: glass?.version ?? 0,
    isActive: signed === null || who.active,
    context: {
      at: 'server',
      now: centre.clock.now(),
      by: { person: who.id, human: who.human, role: who.role, entitlements: who.entitlements, workstation, no: who.no, skills: who.skills },
      calendar: rules.calendar,
      control: rules.control,
      flowPolicy: rules.flowPolicy,
      site: rules.site,
      flow: flowOf(rules),
      lights: { core: lights.core === 'down' ? 'down' : 'up', centre: 'up', phone: lights.phones === 'down' ? 'down' : 'up' },
      recovering: centre.recovering?.() ?? false,
      gateFacts: reading?.kind === 'answer' ? { facts: reading.value, quotes: [] } : 'unknown',
      person: (id) => {
        const found = centreState.people[id]?.person;
        if (found === undefined) return 'unknown';
        const { human, role, entitlements, active } = found;
        // TP14: whatever account of a human it was declared for.
        const relatedCustomers = centre.people.all().filter((one) => one.human === human).flatMap((one) => one.relatedCustomers);
        return { human, role, entitlements, active, relatedCustomers, keys: validKeys(centreState, id), online: centre.online(id) };
      },
      ledger: { entries: foldLedger(ledger.map(({ envelope, body }) => ({ kind: envelope.kind, body }))) },
      signature: signed === null ? 'unknown' : judgeSigned(centreState, signed, person.id, workstation),
      signatureOf: (by, other) => judgeSigned(centreState, other, by, workstation),
      stoppedKinds: Object.keys(centreState.stopped),
      breakGlassToday: glass === null ? 'unknown' : glass.today,
      qualityStaff: [...centre.people.qualityStaff()],
      ...(command.kind === 'use held facts' ? { heldReading: await wasRead(centre, person.id, command.body) } : {}),
      reviewOffered: review === undefined || state === null ? 'unknown' : centre.offers.isOffered(state, review, person.id),
    },
  };
}
