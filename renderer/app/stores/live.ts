import { create } from 'zustand';
import { liveTopics, type LiveTopic, type LiveValue } from '#shared/protocol/live.ts';

type Held = { [T in LiveTopic]?: { value: LiveValue<T>; version: number; heardAt: string } };
export const useLiveStore = create<{ held: Held }>(() => ({ held: {} }));

/** The newest value of a topic; undefined before the first. */
export const useLive = <T extends LiveTopic>(topic: T): LiveValue<T> | undefined =>
  useLiveStore(({ held }) => held[topic]?.value as LiveValue<T> | undefined);

export const liveNames = Object.keys(liveTopics) as LiveTopic[];
