import { z } from 'zod';

/** What a queue means for routing and what people call it. */
const queueSchema = z.object({
  queue: z.string().min(1).max(40),
  skill: z.string().min(1).max(40),
  /** 0 is served first. Loss reports are 0: money is running away while the caller waits. */
  priority: z.int().min(0).max(9),
  lossReport: z.boolean(),
  zh: z.string(),
  en: z.string(),
});
export type Queue = z.infer<typeof queueSchema>;

export const defaultQueues: readonly Queue[] = [
  { queue: 'loss', skill: 'loss', priority: 0, lossReport: true, zh: '挂失', en: 'Loss report' },
  { queue: 'instalment', skill: 'es', priority: 5, lossReport: false, zh: '分期', en: 'Instalments' },
  { queue: 'password', skill: 'password', priority: 5, lossReport: false, zh: '密码', en: 'Passwords' },
  { queue: 'general', skill: 'general', priority: 5, lossReport: false, zh: '综合', en: 'General' },
];

/**
 * The queue of that name. A name that this centre does not know (a phone system's own) is served as the general
 * queue under its own name: an unknown queue must never leave a caller without anyone who may answer.
 */
export function queueNamed(name: string, queues: readonly Queue[] = defaultQueues): Queue {
  return (
    queues.find((q) => q.queue === name) ?? {
      queue: name,
      skill: 'general',
      priority: 5,
      lossReport: false,
      zh: name,
      en: name,
    }
  );
}
