/** What the frozen desk of version 1 gives; its own types are no longer there, and the present ones are near enough to drive it. */
import type { z } from 'zod';
import type { DeskParts } from '../../../electron/desk/create-desk.ts';
import type { openStore as openStoreNow } from '../../../electron/desk/store/store.ts';
import type { Connect } from '../../../electron/desk/sync/link.ts';
import type { SignInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import type { Running, untilView as untilViewNow } from '../../unit/desk/test-desk.ts';
import type { evolve as evolveNow } from '../../../shared/case/evolve.ts';

export const runDesk: (parts: Partial<DeskParts> & Pick<DeskParts, 'root' | 'connect' | 'signInOverHttp'>) => Running;
export const tempFolder: () => { path: string; remove(): void };
export const untilView: typeof untilViewNow;
export const connectSocket: Connect;
export const signInOverHttp: SignInOverHttp;
export const domainLogic: DeskParts['logic'];
export const openStore: typeof openStoreNow;
export const wire: Record<'Hello' | 'Feed' | 'PullAnswer' | 'PushAnswer' | 'PushRequest' | 'PullRequest' | 'AskAnswer' | 'LiveMessage' | 'Goodbye' | 'SignInAnswer' | 'EnrolmentAnswer', z.ZodType> & { PROTOCOL_VERSION: number };
export const liveTopics: Record<string, z.ZodType>;
export const asks: Record<string, { body: z.ZodType; value: z.ZodType }>;
export const Rules: z.ZodType;
export const commandSchemas: Record<string, z.ZodType>;
export const eventSchemas: Record<string, z.ZodType>;
export const CaseState: z.ZodType;
export const evolve: typeof evolveNow;
