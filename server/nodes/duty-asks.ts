import type { AskKind } from '#shared/protocol/asks.ts';
import { AskAnswer } from '#shared/protocol/wire.ts';
import type { Askers, AskSession } from '../gateway/asks.ts';
import type { DutyLine } from './duty-line.ts';
import type { OnDuty } from './on-duty.ts';

/** What changes a call or an agent's state is done by the node on duty, whichever node the desktop is at. */
const AT_DUTY = ['set agent state', 'finish wrap-up', 'answer call', 'hold call', 'retrieve call', 'end call', 'dial callback', 'collect service password'] as const satisfies AskKind[];

/** @returns askers that pass on to the node on duty what it alone may answer */
export function throughDuty(askers: Askers, duty: OnDuty, line: DutyLine): Askers {
  const passed = Object.fromEntries(AT_DUTY.map((kind) => {
    const own = askers[kind] as (session: AskSession, body: unknown) => Promise<AskAnswer>;
    return [kind, async (session: AskSession, body: unknown): Promise<AskAnswer> => {
      if (duty.holds) return own(session, body);
      const asked = await line.ask({ kind: 'ask', ask: kind, body, person: session.person.id, desktop: session.desktop, workstation: session.workstation });
      const answer = asked === null ? null : AskAnswer.safeParse(asked.answer);
      return answer?.success === true ? answer.data : { ok: false, refusal: { code: 'duty-moving' } };
    }];
  }));
  return { ...askers, ...passed } as Askers;
}
