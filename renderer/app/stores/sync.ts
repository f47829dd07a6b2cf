import { create } from 'zustand';
import type { SyncView } from '#shared/protocol/sync-view.ts';

/** How this desktop stands with the centre; null until the desk process has told. */
export const useSync = create<{ sync: SyncView | null }>(() => ({ sync: null }));
