import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '#shared/people/person.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import {
  administrators, booked, callBack, changeCentre, changePerson, clearStage, draft, enter, executionOrder, later, LARGE, setStage, signOn, statusOf, submit, tickAll, typeProof, type Drafted, type Stage,
} from '../server/story.ts';
import { addPerson, Attacks } from './attack.ts';

/** TP11 from raw sockets: who would break the glass alone, too early, too high, or with somebody who is nobody else. */
describe('breaking glass under attack, over raw sockets', () => {
  let stage: Stage;
  let drafted: Drafted;
  let reviewId: string;
  let lead: RawDesktop;
  let lead2: RawDesktop;
  let third: RawDesktop;
  const attacks = new Attacks(() => stage);
  const operation = () => stage.agent.state(drafted.caseId).operations[drafted.operationId]!;
  const person = (account: string): Person => stage.running.centre.people.byAccount(account)!;
  const joining = (reason = '专家都不在') => ({ reviewId, reason });
  const signing = (by: RawDesktop, qualityCaseId = uuidv7(), digest = operation().digest!) => ({ reviewId, digest, qualityCaseId, signed: by.signed('approval', digest) });
  const own = (by: RawDesktop) => by.ask('read facts', { case: drafted.caseId, purpose: 'review', planIds: [] });

  beforeAll(async () => {
    stage = await setStage();
    [lead, lead2] = await Promise.all([signOn(stage, 'lead'), signOn(stage, 'lead2')]);
    await administrators(stage);
    third = await addPerson(stage, person('lead2'), { human: person('lead').human });
    drafted = await draft(stage);
    reviewId = await submit(stage, drafted);
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[TP11] not before the minutes are over, and not by anybody who is no lead', async () => {
    await attacks.command('tp11-too-soon', lead, 'join break-glass', drafted.caseId, joining());
    await attacks.command('not-your-case', lead, 'sign break-glass', drafted.caseId, signing(lead));
    await attacks.command('tp11-two-leads', stage.agent, 'join break-glass', drafted.caseId, joining());
    await attacks.command('not-your-case', stage.mentor, 'join break-glass', drafted.caseId, joining());
    await later(stage, stage.running.centre.rules.control.breakGlass.afterMinutes - 1);
    await attacks.command('tp11-too-soon', lead, 'join break-glass', drafted.caseId, joining());
    await later(stage, 2);
  });

  it('[TP11] the maker, made a lead, takes no seat; a sum over the cap has none; policy is changed by two', async () => {
    const maker = person('agent');
    await changePerson(stage, { ...maker, role: 'lead' });
    await attacks.command('tp5-reviewer-is-maker', stage.agent, 'join break-glass', drafted.caseId, joining());
    await changePerson(stage, maker);
    const { control } = stage.running.centre.rules;
    await changeCentre(stage, { kind: 'publish policy', policy: { ...control, version: 'cap-low', equivalentTo: [control.version], breakGlass: { ...control.breakGlass, capFen: operation().payload!.totalDueFen - 1 } } });
    await attacks.command('tp11-over-cap', lead, 'join break-glass', drafted.caseId, joining());
    await changeCentre(stage, { kind: 'publish policy', policy: { ...control, version: 'cap-none', equivalentTo: [control.version], breakGlass: { ...control.breakGlass, perDay: 0 } } });
    await attacks.command('tp11-too-many', lead, 'join break-glass', drafted.caseId, joining());
    await changeCentre(stage, { kind: 'publish policy', policy: { ...control, version: 'cap-back', equivalentTo: [control.version] } });
  }, 30_000);

  it('[TP11] while a reviewer is at it there is no seat; with a seat taken no reviewer comes in', async () => {
    await stage.mentor.must('take review', drafted.caseId, { reviewId });
    await attacks.command('tp11-reviewer-there', lead, 'join break-glass', drafted.caseId, joining());
    await stage.mentor.must('release review', drafted.caseId, { reviewId });
    await lead.must('join break-glass', drafted.caseId, joining());
    await attacks.command('tp11-under-way', stage.mentor, 'take review', drafted.caseId, { reviewId });
  });

  it('[TP11] [TP5] one lead twice, and one lead under two accounts, are one', async () => {
    await attacks.command('tp11-under-way', lead, 'join break-glass', drafted.caseId, joining());
    await attacks.command('tp11-two-leads', third, 'join break-glass', drafted.caseId, joining());
    await attacks.command('tp6-no-entry', lead, 'sign break-glass', drafted.caseId, signing(lead));
    await own(lead);
    await enter(stage, drafted, reviewId, lead);
    // A seat is half of an approval, never the whole of one.
    await attacks.command('review-not-yours', lead, 'approve review', drafted.caseId, { reviewId, digest: operation().digest!, signed: lead.signed('approval', operation().digest!) });
    await attacks.command('tp8-key-unknown', lead, 'sign break-glass', drafted.caseId, { ...signing(lead), signed: lead.signed('approval', operation().digest!, { person: lead2.personKey }) });
    await attacks.command('tp8-other-digest', lead, 'sign break-glass', drafted.caseId, { ...signing(lead), signed: lead.signed('order', operation().digest!) });
    await attacks.command('tp2-digest', lead, 'sign break-glass', drafted.caseId, signing(lead, uuidv7(), 'c'.repeat(64)));
    await lead.must('sign break-glass', drafted.caseId, signing(lead));
    await attacks.command('review-not-yours', lead, 'sign break-glass', drafted.caseId, signing(lead));
    expect(operation().approval).toBeNull();
    await attacks.command('tp1-no-approval', stage.agent, 'order execution', drafted.caseId, executionOrder(stage.agent, drafted, drafted.callId));
  });

  it('[TP6] [TP11] the second lead gets no byte of the figures before her own entry, not even from the first lead\'s', async () => {
    const from = lead2.received.length;
    await lead2.must('join break-glass', drafted.caseId, joining('需要第二位'));
    await lead2.until(() => lead2.cases.has(drafted.caseId), 'the case');
    const payload = operation().payload!;
    const bytes = lead2.received.slice(from).join('\n');
    for (const secret of [String(payload.totalDueFen), payload.nonce, ...payload.lines.map((line) => line.say.zh)]) expect(bytes).not.toContain(secret);
    expect(lead2.state(drafted.caseId).operations).toEqual({});
    await attacks.command('tp6-no-entry', lead2, 'sign break-glass', drafted.caseId, signing(lead2));
    await attacks.command('tp6-shut', lead2, 'ask maker', drafted.caseId, { reviewId, question: '合计多少' });
    await own(lead2);
    await enter(stage, drafted, reviewId, lead2);
  });

  it('[TP11] [RB1] a quality case under a name that is taken, or that of the case itself, is refused and releases nothing', async () => {
    const other = uuidv7();
    await stage.agent.must('open case', other, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    for (const taken of [drafted.caseId, other]) await attacks.command('case-exists', lead2, 'sign break-glass', drafted.caseId, signing(lead2, taken));
    expect(operation().approval).toBeNull();
  });

  it('[TP11] the first lead has to be online, active, and have the key that signed, when the second signs', async () => {
    const before = person('lead');
    lead.close();
    await vi.waitFor(() => expect(stage.running.centre.online(before.id)).toBe(false), { timeout: 10_000, interval: 10 });
    await attacks.command('tp11-not-online', lead2, 'sign break-glass', drafted.caseId, signing(lead2));
    // Her token is over by the centre's clock: signed in anew at the same machine.
    await lead.session('lead', 'aidline-demo');
    await lead.connect();
    await changePerson(stage, { ...before, role: 'mentor' });
    await attacks.command('tp11-two-leads', lead2, 'sign break-glass', drafted.caseId, signing(lead2));
    await changePerson(stage, before);
    expect(operation().approval).toBeNull();
  }, 40_000);

  it('[TP11] two leads, and the operation goes through; what they signed is returned, passed on and signed by nobody any more', async () => {
    const quality = await signOn(stage, 'quality');
    const qualityCaseId = uuidv7();
    await lead2.must('sign break-glass', drafted.caseId, signing(lead2, qualityCaseId));
    await stage.agent.until(() => operation().approval !== null, 'the approval');
    expect(operation().approval).toMatchObject({ breakGlass: true, by: [lead.person, lead2.person] });
    await quality.until(() => quality.cases.has(qualityCaseId) && quality.cases.has(drafted.caseId), 'the quality case');
    for (const by of [lead, lead2]) {
      await attacks.command('review-not-open', by, 'return review', drafted.caseId, { reviewId, reason: 'other', whatToDo: 'x' });
      await attacks.command('review-not-open', by, 'pass review to lead', drafted.caseId, { reviewId });
      await attacks.command('review-not-yours', by, 'release review', drafted.caseId, { reviewId });
      await attacks.command('review-not-yours', by, 'sign break-glass', drafted.caseId, signing(by));
    }
    const callId = await callBack(stage, drafted);
    await tickAll(stage, drafted, callId);
    await typeProof(drafted, callId, stage.agent);
    await stage.agent.until(() => operation().confirmation?.proofAt != null, 'the whole confirmation');
    await stage.agent.must('order execution', drafted.caseId, executionOrder(stage.agent, drafted, callId));
    await stage.agent.until(() => statusOf(stage.agent, drafted) === 'done', 'done');
    expect(await booked(stage)).toHaveLength(LARGE.planIds.length);
    await attacks.command('review-not-open', lead, 'return review', drafted.caseId, { reviewId, reason: 'other', whatToDo: 'x' });
    expect(statusOf(stage.agent, drafted)).toBe('done');
  }, 40_000);

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog());
});
