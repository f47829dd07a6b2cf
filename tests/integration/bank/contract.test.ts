import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClock } from '../../../server/bank/demo/clock.ts';
import { makeDemoBankControl } from '../../../server/bank/demo/control.ts';
import { touch } from '../../../server/bank/demo/demo-routes.ts';
import { launchDemoBank } from '../../../server/bank/demo/launch.ts';
import { seedOnce } from '../../../server/bank/demo/seed.ts';
import { openStore } from '../../../server/bank/demo/store.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';
import { BANK_NAME, lineTls, makeCertificates } from '../../proof/certificates.ts';
import { bankContract } from './contract.ts';
import { bankHere } from './here-bank.ts';
import { endRig, NOW, startRig } from './with-bank.ts';

bankContract('the demo bank in this process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-here-'));
  const store = openStore(folder);
  const clock = makeClock(store);
  clock.set(NOW, true);
  seedOnce(store, 7, NOW, 0);
  return {
    bank: bankHere(store, clock), now: NOW, touch: async (move) => touch(store, move, NOW),
    end: async () => {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

bankContract('the demo bank as a process, over HTTP', async () => {
  const rig = await startRig({ crowd: 0 });
  return { bank: rig.bank, now: NOW, touch: (move) => rig.control.touch(move), end: () => endRig(rig) };
});

bankContract('the demo bank as a process, over HTTPS with both certificates', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-bank-tls-'));
  const made = makeCertificates(folder);
  const dataDir = join(folder, 'bank');
  const secure = await launchDemoBank({ dataDir, now: NOW, frozen: true, seed: 7, crowd: 0, tls: { ...made.bank, clientCa: made.ca.cert } });
  // The strings of the demo are pulled at a second process on the same file, which stands on plain loopback.
  const plain = await launchDemoBank({ dataDir, crowd: 0 });
  const bank = makeHttpBank({ ...secure, tls: lineTls(made.ca, made.centre, BANK_NAME) });
  return {
    bank, now: NOW, touch: (move) => makeDemoBankControl(plain).touch(move),
    end: async () => {
      await bank.hangUp?.();
      await Promise.all([secure.stop(), plain.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
