import { z } from 'zod';
import { Calendar } from '../calendar/calendar.ts';
import { flowDefinition, publicationState } from '../flow/definition.ts';
import { flowPolicy } from '../flow/policy.ts';
import { ControlPolicy, Entitlements } from '../review/policy.ts';

/** What a desktop decides by: published by the server, kept by the desktop, named by one version. */
export const Rules = z.object({
  version: z.string(),
  flows: z.array(z.object({ definition: flowDefinition, publication: publicationState })),
  flowPolicy,
  control: ControlPolicy,
  calendar: Calendar,
  /** Of the person who asks. */
  entitlements: Entitlements,
  site: z.object({ bank: z.object({ zh: z.string(), en: z.string() }), officialNumber: z.string(), ivrKey: z.string(), dutyPhone: z.string() }),
  /** What the site wants of desktops: the days for which one keeps customers nobody works on (PR6); since 2, the minutes without input after which it locks. */
  desk: z.object({ keepDays: z.int().min(1).max(90), lockMinutes: z.int().min(1).max(60).optional() }).optional(),
});
export type Rules = z.infer<typeof Rules>;
