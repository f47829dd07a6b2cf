import type { CommandBody } from '#shared/case/commands.ts';
import type { EventBody } from '#shared/case/events.ts';
import type { Centre } from '../centre.ts';
import { canonicalText } from '../log/canonical.ts';

/**
 * Whether the bank gave this person, in the case named, the very reading that a desktop brings from there (OF1). A desktop's
 * word for figures is worth nothing: what the log does not hold never becomes a fact (TP2).
 */
export async function wasRead(centre: Pick<Centre, 'log'>, person: string, { fromCase, customerId, reading }: CommandBody<'use held facts'>): Promise<boolean> {
  const { at, ...body } = reading;
  if (body.for !== person || body.facts.customer.id !== customerId) return false;
  const text = canonicalText(body);
  return (await centre.log.readCase(fromCase)).some((event) => {
    if (event.kind !== 'facts read' || event.body === null || event.times.recorded !== at) return false;
    const told = event.body as EventBody<'facts read'>;
    return told.for === person && canonicalText(told) === text;
  });
}
