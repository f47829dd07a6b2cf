/** Scenes of two-person control, taken from the story: what the reader's own desktop holds at that point. */
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { openCase, usePlace } from '../../../renderer/app/stores/place.ts';
import { usePeopleStore } from '../../../renderer/operation/people.ts';
import { CASE, id, leadA, leadB, LEAD_A, LEAD_B, MAKER, mentor, MENTOR, OPERATION, QUALITY, REVIEW, RUN, startStory, successor, SUCCESSOR, type Story } from '../operation/story.ts';
import type { FakeCentre } from '../setup/fake-centre.ts';

const submitted = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  return story;
};
/** The run stands at a step of the flow; those before it are passed. */
const standsAt = (story: Story, stepId: string): void => {
  for (const step of story.state().runs[RUN]!.order) {
    if (step === stepId) break;
    story.push('step passed', { runId: RUN, stepId: step, flowVersion: 1, callId: null, unknown: [], prerequisites: [] });
  }
};
const holds = (story: Story, person: string): void => {
  const state = story.seenBy(person);
  useCases.setState(({ held }) => ({ held: new Map([...held, [CASE, { case: CASE, version: state.version, state, marks: [], heardAt: story.at() }]]) }));
};

/** Who sits there, by scene: the story's own people. */
export const personOf = (scene: string): { person: string; role: 'agent' | 'mentor' | 'lead' | 'quality' } | null => {
  switch (scene.split(':')[0]) {
    case 'glass': return { person: LEAD_A, role: 'lead' };
    case 'reconfirm': return { person: MENTOR, role: 'mentor' };
    case 'taken-over': return { person: SUCCESSOR, role: 'agent' };
    case 'quality': return { person: QUALITY, role: 'quality' };
    case 'glass-maker': return { person: MAKER, role: 'agent' };
    default: return null;
  }
};

export function playStory(centre: FakeCentre, scene: string): boolean {
  const who = personOf(scene);
  if (who === null) return false;
  const [name, step = ''] = scene.split(':');
  usePeopleStore.setState({ people: [[LEAD_A, '沈班'], [LEAD_B, '顾班'], [MENTOR, '林素'], [MAKER, '周晓岚'], [SUCCESSOR, '陈静']].map(([one, called]) => ({ id: one!, name: called!, no: '1', role: 'lead', online: true })) });
  // The centre behind the page does not hold the story's case.
  for (const kind of ['read facts', 'people']) centre.refuseAsk(kind, { code: 'offline' });
  const story = submitted();
  const requestedAt = story.at();
  const pool = (breakGlass: { from: string; seats: { person: string; name: string; signed: boolean }[] } | null, reviewId = REVIEW): void => centre.setLive('reviews', [{
    reviewId, caseId: CASE, kindName: { zh: '分期提前结清', en: 'Early settlement' }, band: { zh: '5 万至 20 万元', en: '50,000 to 200,000' }, makerName: '周晓岚', makerMonths: 3, customerWaits: 'callback',
    onHold: false, promisedTo: '2026-11-21T09:00:00.000Z', requestedAt, validUntil: '2026-11-21T09:30:00.000Z', takenBy: reviewId === REVIEW ? null : MENTOR, takenByName: null, takenUntil: null, forLead: false, reconfirms: reviewId !== REVIEW, breakGlass,
  }]);
  const from = new Date(Date.parse(requestedAt) + 15 * 60_000).toISOString();
  const clock = (): void => {
    centre.later((Date.parse(story.at()) - Date.parse(centre.at())) / 1000);
    centre.setOnline(true);
  };
  if (name === 'glass') {
    usePlace.setState({ view: 'review' });
    if (step !== 'countdown') story.later(16 * 60);
    clock();
    if (step === 'countdown' || step === 'list') return pool({ from, seats: step === 'list' ? [{ person: LEAD_B, name: '顾班', signed: true }] : [] }), true;
    story.join(leadB, '专家老师都在外地培训，客户在线等');
    story.entry(0, REVIEW, leadB);
    story.signSeat(leadB, id(0x77));
    story.join(leadA, '同上，已打电话确认无人可接');
    if (step === 'figures' || step === 'released') story.entry(0, REVIEW, leadA);
    if (step === 'released') story.signSeat(leadA, id(0x77));
    pool({ from, seats: [{ person: LEAD_B, name: '顾班', signed: true }, { person: LEAD_A, name: '沈班', signed: false }] });
    holds(story, LEAD_A);
    return true;
  }
  if (name === 'quality') {
    story.later(16 * 60);
    for (const lead of [leadA, leadB]) {
      story.join(lead, '专家老师都在外地培训，客户在线等');
      story.entry(0, REVIEW, lead);
      story.signSeat(lead, id(0x77));
    }
    clock();
    const caseId = centre.newId();
    centre.happen(caseId, 'case opened', { reason: 'quality', callId: null, fromCase: null, number: null, queue: null });
    centre.happen(caseId, 'access granted', { person: QUALITY, as: 'quality' });
    centre.happen(caseId, 'quality matter noted', { aboutCase: CASE, operationId: OPERATION, what: 'break-glass', by: [LEAD_A, LEAD_B], reasons: ['专家老师都在外地培训，客户在线等', '已打电话确认无人可接'] });
    return holds(story, QUALITY), true;
  }
  if (name === 'glass-maker') {
    story.later(16 * 60);
    for (const lead of step === 'waiting' ? [leadA] : [leadA, leadB]) {
      story.join(lead, '无人接单');
      story.entry(0, REVIEW, lead);
      story.signSeat(lead, id(0x77));
    }
    clock();
    standsAt(story, step === 'read' ? 'ES-13' : 'ES-11');
    return holds(story, MAKER), openCase(CASE), true;
  }
  story.take();
  story.entry();
  story.approve();
  story.handOver(successor);
  if (name === 'reconfirm') {
    story.must('take review', { reviewId: id(0x32) }, mentor);
    pool(null, id(0x32));
    usePlace.setState({ view: 'review' });
  }
  if (name === 'taken-over') standsAt(story, step || 'ES-11');
  clock();
  holds(story, who.person);
  if (name === 'taken-over') openCase(CASE);
  return true;
}
