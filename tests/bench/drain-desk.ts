/**
 * One desktop of `drain`, `catch-up` and `growth`: the desk process's own program with its own encrypted file, in a process
 * of its own, that does what its parent says and tells when it is done.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { CaseState } from '#shared/case/state.ts';
import { domainLogic } from '../../electron/desk/domain-logic.ts';
import { signInOverHttp } from '../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD } from '../../server/demo/demo-people.ts';
import { realEnvironment, runDesk, untilView } from '../unit/desk/test-desk.ts';

const Order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('sign in'), account: z.string(), server: z.string() }),
  z.object({ order: z.literal('catch up'), account: z.string(), server: z.string(), cases: z.int() }),
  z.object({ order: z.literal('make'), count: z.int(), perCase: z.int() }),
  z.object({ order: z.literal('send') }),
  z.object({ order: z.literal('watch'), count: z.int() }),
  z.object({ order: z.literal('count') }),
]);

const { client, errors } = runDesk({ root: process.argv[2]!, connect: connectSocket, signInOverHttp, logic: domainLogic, environment: realEnvironment() });
const tell = (did: string, more: object = {}): void => void process.send!({ did, ...more });

/** Notes here, by case; whatever the desk shows is counted, pending or confirmed. */
const notes = new Map<string, string[]>();
let here = 0;
let wanted = Number.POSITIVE_INFINITY;
client.subscribe('cases', {}, ({ changed }) => {
  for (const view of changed) {
    const texts = (view.state as CaseState).notes.map(({ text }) => text);
    here += texts.length - (notes.get(view.case)?.length ?? 0);
    notes.set(view.case, texts);
  }
  if (here < wanted) return;
  wanted = Number.POSITIVE_INFINITY;
  tell('watch', { at: Date.now() });
});

async function carryOut(order: z.infer<typeof Order>): Promise<void> {
  switch (order.order) {
    case 'sign in': {
      const signedIn = await client.calls.signIn({ account: order.account, password: DEMO_PASSWORD, server: order.server });
      if (!signedIn.ok) throw new Error(signedIn.refusal.code);
      await untilView(client, 'rules', {}, (rules) => rules !== null, 30_000);
      await untilView(client, 'sync', {}, (view) => view.connection === 'online' && !view.catchingUp, 30_000);
      return tell('sign in');
    }
    case 'catch up': {
      // From the moment when the line stands: signing in is another matter.
      const online = untilView(client, 'sync', {}, (view) => view.connection === 'online', 30_000).then(() => ({ at: Date.now(), processor: process.cpuUsage() }));
      const signedIn = await client.calls.signIn({ account: order.account, password: DEMO_PASSWORD, server: order.server });
      if (!signedIn.ok) throw new Error(signedIn.refusal.code);
      const began = await online;
      tell('online');
      await untilView(client, 'sync', {}, (view) => view.connection === 'online' && !view.catchingUp, 300_000);
      const late = Date.now() + 60_000;
      while (notes.size < order.cases && Date.now() < late) await new Promise(setImmediate);
      const { user, system } = process.cpuUsage(began.processor);
      return tell('catch up', { ms: Date.now() - began.at, processorMs: (user + system) / 1000, cases: notes.size, here });
    }
    case 'make': {
      await untilView(client, 'sync', {}, (view) => view.connection === 'offline', 30_000);
      let caseId = '';
      for (let n = 0; n < order.count; n += 1) {
        // The opening of a case is a command too, and is counted as one.
        const opens = n % order.perCase === 0;
        if (opens) caseId = uuidv7();
        const answer = opens ? await client.calls.command({ kind: 'open case', case: caseId, body: { reason: 'by-hand', callId: null, fromCase: null, number: null } })
          : await client.calls.command({ kind: 'write note', case: caseId, body: { noteId: uuidv7(), text: `客户说想把三笔分期都还清，第 ${n} 次记` } });
        if (!answer.ok) throw new Error(answer.refusal.code);
      }
      return tell('make');
    }
    case 'send':
      await client.calls.connectNow({});
      await untilView(client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0, 300_000);
      return tell('send', { at: Date.now() });
    case 'watch':
      wanted = order.count;
      return tell('watching');
    case 'count': {
      const all = [...notes.values()].flat();
      return tell('count', { here: all.length, distinct: new Set(all).size, errors: errors.length });
    }
  }
}

process.on('message', (message) => void carryOut(Order.parse(message)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
}));
process.on('disconnect', () => process.exit(0));
tell('start');
