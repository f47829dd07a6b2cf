import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Kept } from '../kept/kept.ts';
import type { EventLog } from '../log/log.ts';
import type { Options } from '../options.ts';
import { Credentials } from '../people/credentials.ts';
import { People } from '../people/people.ts';
import { StartError } from '../start-error.ts';
import { Administration } from './administration.ts';
import { foundDemo } from './found.ts';
import { Workstations } from './workstations.ts';

export type Founded = { credentials: Credentials; administration: Administration; people: People; workstations: Workstations };

/**
 * The centre's own stream, and the people and machines that it tells of; the demo's is founded where there is none.
 * @param policy what a demo is founded with
 * @throws StartError where a real centre would be served as a demo, or a demo as a real centre
 */
export async function openFounded({ mode }: Options, log: EventLog, kept: Pick<Kept, 'credentials' | 'enrolments'>, policy: ControlPolicy, now: () => string): Promise<Founded> {
  const credentials = new Credentials(kept.credentials);
  const administration = new Administration(log, now);
  await administration.start();
  // TP12: whoever knows the demo's passwords must not get into a real centre.
  if (mode !== 'demo' && administration.state.founded === 'demo') throw new StartError('这个数据文件夹是演示用的，不能用于正式服务 / this data folder was made by --demo and cannot serve a real centre');
  // … and a centre of real people is no playground: its clock would be moved and any machine enrolled.
  if (mode === 'demo' && administration.state.founded === 'init') throw new StartError('这个数据文件夹是正式的，不能用于演示 / this data folder is of a real centre and cannot serve a demo');
  if (mode === 'demo') await foundDemo(administration, credentials, policy);
  return { credentials, administration, people: new People(administration, credentials), workstations: new Workstations(kept.enrolments, administration, now, mode === 'demo') };
}
