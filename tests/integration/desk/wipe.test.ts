import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../unit/desk/test-desk.ts';
import { untilView } from '../../unit/desk/test-desk.ts';
import { OLD_PROFILE_MS, removeOldProfiles } from '../../../electron/desk/keep/old-profiles.ts';
import { Spool } from '../../../electron/desk/spool/spool.ts';
import { profileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { writeWipeNote } from '../../../electron/desk/wipe/note.ts';
import { aDesk, aFolder, inStep } from './harness.ts';
import { aCase, aCentre, DEMO_PASSWORD, deskAt, disable, Line, note, notesAt, personOf, present } from './spool-stage.ts';

let centre: Awaited<ReturnType<typeof aCentre>>;
beforeAll(async () => {
  centre = await aCentre();
}, 60_000);
afterAll(() => centre.stop());

/** The id that this machine is enrolled under, from its own file. */
function machineOf(root: string): string {
  const name = readdirSync(root).find((one) => /^workstation-[0-9a-f]+\.json$/.test(one));
  return (JSON.parse(readFileSync(join(root, name ?? ''), 'utf8')) as { workstation: string }).workstation;
}
const revoke = (workstationId: string) =>
  centre.running.centre.administration.record(() => [{ kind: 'workstation revoked', body: { workstationId, by: personOf('risk').id, reason: 'a test' } }]);
/** What is left of anybody: folders, keys, spooled work. */
const remains = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'spool' && !/^revoked-[0-9a-f]{24}\.json$/.test(name));
const signedOut = (desk: Running, code: string) => untilView(desk.client, 'session', {}, (view) => view.status === 'signed-out' && view.refusal?.code === code, 15_000);
const trySignIn = async (desk: Running, account: string): Promise<string> => {
  const answer = await desk.client.calls.signIn({ account, password: DEMO_PASSWORD, server: centre.url });
  return answer.ok ? 'ok' : answer.refusal.code;
};

describe('[PR6] a revoked workstation wipes itself when it next hears the server', () => {
  it('in a session: what is unsent here, of others too, is with the server before every file and key is gone', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const other = await present(root, line, centre.url, 'agent2');
    const theirs = await aCase(other);
    await inStep(other);
    line.cut();
    await note(other, theirs, 'left by a colleague');
    await other.client.calls.signOut({ evenUnsent: true });
    const aside = await other.client.calls.moveAside({ account: 'agent2', server: centre.url });
    other.close();
    expect(aside.ok).toBe(true);
    line.mend();
    const desk = await present(root, line, centre.url, 'agent');
    const mine = await aCase(desk);
    await inStep(desk);
    line.cut();
    await note(desk, mine, 'written in the night');
    await revoke(machineOf(root));
    line.mend();
    await desk.client.calls.connectNow({});
    expect(await signedOut(desk, 'workstation-wiped')).toMatchObject({ refusal: { code: 'workstation-wiped' } });
    expect(remains(root)).toEqual([]);
    // As the server has it: the revoked machine's work went to where a person decides about it, or was taken in.
    expect(await notesAt(centre.running, theirs)).toContain('left by a colleague');
    expect(new Spool(root).isEmpty(centre.url)).toBe(true);
    expect(desk.errors).toEqual([]);
    desk.close();
    // A new start says what happened; enrolled anew, the machine begins with nothing.
    const again = deskAt(root, line);
    await signedOut(again, 'workstation-wiped');
    await present(root, line, centre.url, 'agent').then((fresh) => fresh.close());
    expect(readdirSync(root).some((name) => name.startsWith('revoked-'))).toBe(false);
  });

  it('at sign-in: waits while the unsent work cannot be delivered, lets nobody in, and goes on by itself at the next start', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'agent');
    const caseId = await aCase(desk);
    await inStep(desk);
    line.cut();
    await note(desk, caseId, 'not lost');
    await desk.client.calls.signOut({ evenUnsent: true });
    desk.close();
    await revoke(machineOf(root));
    // The server is there, its door for spooled work is not.
    line.mend();
    const shut = { ...line.parts, postSpool: () => Promise.resolve(null) };
    const waiting = aDesk(root, shut);
    expect(await trySignIn(waiting, 'agent')).toBe('workstation-wiping');
    expect(await signedOut(waiting, 'workstation-wiping')).toMatchObject({ refusal: { detail: { waiting: 1 } } });
    expect(existsSync(profileFolder(root, centre.url, 'agent').keyFile)).toBe(true);
    // Nor without the server, whatever the grace says (OF3).
    line.cut();
    expect(await trySignIn(waiting, 'agent')).toBe('workstation-wiping');
    waiting.close();
    line.mend();
    const next = deskAt(root, line);
    await signedOut(next, 'workstation-wiped');
    expect(remains(root)).toEqual([]);
    expect(next.errors).toEqual([]);
  });

  it('where the power failed once nothing waits any more, the next start removes all and says that it is wiped', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'agent');
    await inStep(desk);
    desk.close();
    writeWipeNote(root, { server: centre.url, heardAt: new Date().toISOString(), doneAt: null });
    const next = deskAt(root, line);
    await signedOut(next, 'workstation-wiped');
    expect(remains(root)).toEqual([]);
    expect(next.errors).toEqual([]);
  });

  it('leaves what belongs to another centre alone, and takes what cannot say whose it is', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    await (await present(root, line, centre.url, 'agent')).client.calls.signOut({});
    const elsewhere = profileFolder(root, 'https://elsewhere.example', 'agent');
    mkdirSync(elsewhere.path);
    const key = JSON.parse(readFileSync(profileFolder(root, centre.url, 'agent').keyFile, 'utf8')) as object;
    writeFileSync(elsewhere.keyFile, JSON.stringify({ ...key, server: 'https://elsewhere.example' }));
    const broken = join(root, `${'a'.repeat(24)}.aside-1`);
    mkdirSync(broken);
    writeFileSync(join(broken, 'desk.db'), 'a file without its key');
    await revoke(machineOf(root));
    expect(await trySignIn(deskAt(root, line), 'agent')).toBe('workstation-wiped');
    expect(remains(root).sort()).toEqual([elsewhere.path.slice(root.length + 1), join(elsewhere.path.slice(root.length + 1), 'key.json')].sort());
  });
});

describe('[SY6] [OF3] a person who was disabled', () => {
  it('loses the customers on this machine at once, is let in by nothing, and their unsent work stays to be delivered', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'mentor2');
    const caseId = await aCase(desk);
    await inStep(desk);
    line.cut();
    await note(desk, caseId, 'of the night');
    await disable(centre.running, 'mentor2');
    line.mend();
    await desk.client.calls.connectNow({});
    await signedOut(desk, 'person-disabled');
    line.cut();
    expect(await trySignIn(desk, 'mentor2')).toBe('server-unreachable');
    expect(new Spool(root).count(centre.url)).toBeLessThanOrEqual(1);
    expect(existsSync(profileFolder(root, centre.url, 'mentor2').database)).toBe(true);
  });

  // Found by the simulation, seed 52: who was signed out meanwhile was only turned away, and let in once the line was cut.
  it('and hears of it only when signing in again, is let in by this machine’s file no more either', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    const desk = await present(root, line, centre.url, 'mentor');
    await aCase(desk);
    await inStep(desk);
    await desk.client.calls.signOut({});
    await disable(centre.running, 'mentor');
    expect(await trySignIn(desk, 'mentor')).toBe('person-disabled');
    line.cut();
    expect(await trySignIn(desk, 'mentor')).toBe('server-unreachable');
  });
});

describe('[PR6] who has not signed in here for 30 days', () => {
  it('leaves no file, unless it holds work that has not reached the server', { timeout: 60_000 }, async () => {
    const [root, line] = [aFolder(), new Line()];
    for (const account of ['agent', 'lead', 'agent2']) {
      const desk = await present(root, line, centre.url, account);
      if (account === 'agent2') {
        const caseId = await aCase(desk);
        await inStep(desk);
        line.cut();
        await note(desk, caseId, 'unsent');
      }
      await desk.client.calls.signOut({ evenUnsent: true });
      desk.close();
    }
    const at = (account: string) => profileFolder(root, centre.url, account);
    const long = (Date.now() - OLD_PROFILE_MS - 60_000) / 1000;
    for (const account of ['agent', 'agent2']) for (const name of readdirSync(at(account).path)) utimesSync(join(at(account).path, name), long, long);
    expect(removeOldProfiles(root, centre.url, new Spool(root), Date.now(), at('lead').path)).toEqual([at('agent').path]);
    expect([existsSync(at('agent').path), existsSync(at('agent2').path), existsSync(at('lead').path)]).toEqual([false, true, true]);
    // Once somebody's sign-in has delivered it, it goes with the next.
    line.mend();
    for (const stays of [true, false]) {
      const lead = await present(root, line, centre.url, 'lead');
      expect(existsSync(at('agent2').path)).toBe(stays);
      await lead.client.calls.signOut({});
      lead.close();
    }
  });
});
