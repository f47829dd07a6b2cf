import { z } from 'zod';
import { phoneEventSchema, type PhoneEvent } from '#shared/telephony/call-event.ts';
import type { Centre } from '../centre.ts';
import { answerAsk, type makeAskers } from '../gateway/asks.ts';
import { inquireOpenLines } from '../operations/book-lines.ts';
import type { DutyWork } from './node-message.ts';

type DutyHands = {
  centre: Centre;
  askers: ReturnType<typeof makeAskers>;
  /** What the phone system told another node; rejects while nobody can take it. */
  take: (events: PhoneEvent[]) => Promise<void>;
};

/** What another node asks of the one on duty. @returns what goes back to it */
export async function dutyWork({ centre, askers, take }: DutyHands, work: DutyWork): Promise<unknown> {
  if (work.kind === 'inquiry') return inquireOpenLines(centre, work.caseId, work.lineId);
  if (work.kind === 'phone events') {
    const events = z.array(phoneEventSchema).parse(work.events);
    await take(events);
    return { taken: events.length };
  }
  const person = centre.people.byId(work.person);
  if (person === null || !person.active) return { ok: false, refusal: { code: 'person-disabled' } };
  return answerAsk(askers, { person, desktop: work.desktop, workstation: work.workstation }, work.ask, work.body);
}
