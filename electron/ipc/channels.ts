/** Every message between page and main process: its name, direction and shape. There are no others. */
import { z } from 'zod';

/** From the page. The schema is of the one argument; `z.undefined()` where there is none. */
export const fromPage = {
  'aidline:connect': z.undefined(),
  'aidline:call-on': z.boolean(),
  'aidline:strip': z.boolean(),
  'aidline:quit-answer': z.enum(['confirmed', 'cancelled', 'pending']),
} as const;

export type FromPage = keyof typeof fromPage;
export type PageArgument<C extends FromPage> = z.infer<(typeof fromPage)[C]>;

/** To the page. */
export const toPage = {
  port: 'aidline:port',
  quitRequested: 'aidline:quit-requested',
  notice: 'aidline:notice',
} as const;
