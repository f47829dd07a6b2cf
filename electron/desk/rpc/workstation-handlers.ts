import type { DeskHandlers, DeskReply, MethodValue } from '#shared/protocol/desk-rpc.ts';
import { instantOf } from '../environment.ts';
import { overTls } from '../session/secure-address.ts';
import type { Seat } from '../session/seat.ts';
import { readServerInfo } from '../session/server-info.ts';
import { deliverSpool, type Delivery } from '../spool/deliver.ts';
import { exportSpool, importSpool } from '../spool/salvage.ts';
import { moveFolderAside, profileFolder } from '../store/profile-folder.ts';
import type { Workstation } from '../workstation.ts';

export type WorkstationHandlers = Pick<DeskHandlers, 'serverInfo' | 'enrol' | 'moveAside' | 'exportSpool' | 'importSpool' | 'deliverSpool' | 'spooled'>;

const told = ({ reached, ...outcome }: Delivery): DeskReply<MethodValue<'deliverSpool'>> =>
  (reached ? { ok: true, value: outcome } : { ok: false, refusal: { code: 'server-unreachable' } });

/** What is asked of this machine, whoever sits at it. */
export function workstationHandlers(workstation: Workstation, seat: Seat): WorkstationHandlers {
  const { root, environment, enrolment, spool, postSpool } = workstation;
  return {
    serverInfo: ({ server }) => readServerInfo(server),
    enrol: overTls(async ({ server, name, site, code }) => {
      if (!seat.isFree) return { ok: false, refusal: { code: 'already-signed-in' } };
      const answer = await enrolment.ask(server, { name, site, code });
      return 'refusal' in answer ? { ok: false, refusal: answer.refusal } : { ok: true, value: answer };
    }),
    moveAside: ({ account, server }) => {
      if (!seat.isFree) return { ok: false, refusal: { code: 'already-signed-in' } };
      return { ok: true, value: { folder: moveFolderAside(profileFolder(root, server, account)) } };
    },
    exportSpool: ({ server, folder }) => {
      const made = exportSpool(spool, { root, server, workstation: workstation.workstation, to: folder }, instantOf(environment.now()));
      return 'refusal' in made ? { ok: false, refusal: made.refusal } : { ok: true, value: made };
    },
    importSpool: overTls(async ({ server, content }) => {
      const done = await importSpool(content, server, postSpool);
      return 'refusal' in done ? { ok: false, refusal: done.refusal } : told(done);
    }),
    deliverSpool: overTls(async ({ server }) => told(await deliverSpool({ spool, server, post: postSpool, now: () => instantOf(environment.now()) }))),
    spooled: ({ server }) => ({ ok: true, value: { rows: spool.count(server) } }),
  };
}
