/** Keeps the stores filled with what the desk process tells. */
import { liveTopics, type LiveTopic } from '#shared/protocol/live.ts';
import { desk } from './desk.ts';
import { clearRefused } from './send.ts';
import { applyChange, useCases } from './stores/cases.ts';
import { firstView } from './navigation.tsx';
import { liveNames, useLiveStore } from './stores/live.ts';
import { usePlace } from './stores/place.ts';
import { useRules } from './stores/rules.ts';
import { useSession } from './stores/session.ts';
import { useSync } from './stores/sync.ts';
import { noCases } from '../desk-client/held-cases.ts';

function hearLive(topic: LiveTopic): () => void {
  return desk.subscribe('live', { topic }, (view) => {
    if (view === null) return;
    const value = liveTopics[topic].safeParse(view.value);
    if (!value.success) return console.error('a live topic does not parse', topic, value.error.issues[0]);
    useLiveStore.setState(({ held }) => ({ held: { ...held, [topic]: { value: value.data, version: view.version, heardAt: view.heardAt } } }));
  });
}

/** Of the person signed in; dropped whole when somebody else sits down. */
function startPersonal(): () => void {
  const ends = [
    // The call that rings is listened for first: it has to be painted before anything else.
    hearLive('offer'),
    hearLive('agent'),
    // Kept in the person's own file: the flows are there also when the centre is not (OF1).
    desk.subscribe('rules', {}, (rules) => useRules.setState({ rules })),
    desk.subscribe('cases', {}, applyChange),
    ...liveNames.filter((name) => name !== 'offer' && name !== 'agent').map(hearLive),
  ];
  return () => {
    for (const end of ends) end();
    useRules.setState({ rules: null });
    useCases.setState({ held: noCases, heard: false });
    useLiveStore.setState({ held: {} });
    usePlace.setState({ view: 'workbench', caseId: null, lookAt: null });
  };
}

/** @returns a function that ends all of it */
export function startFeeds(): () => void {
  let personal: (() => void) | null = null;
  let person: string | null = null;
  const endSession = desk.subscribe('session', {}, (session) => {
    const next = session.status === 'signed-in' ? session.person.id : null;
    if (next !== person) {
      personal?.();
      personal = next === null ? null : startPersonal();
      person = next;
      // What was refused to one person is told to nobody else.
      clearRefused();
      if (session.status === 'signed-in') usePlace.setState({ view: firstView(session.person.role) });
    }
    useSession.setState({ session });
  });
  const endSync = desk.subscribe('sync', {}, (sync) => useSync.setState({ sync }));
  return () => {
    endSession();
    endSync();
    personal?.();
  };
}
