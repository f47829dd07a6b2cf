import { describe, expect, it } from 'vitest';
import { untilView } from '../../unit/desk/test-desk.ts';
import { aDesk, aFolder, aServer, aSignedInDesk, inStep, notesOf, openCase, signInto, untilCase, write } from '../desk/harness.ts';

const TOO_NEW = { code: 'protocol-too-new', detail: { speaks: 1 } };

describe('[SY7] a desk that was updated before its centre', () => {
  it('says so, keeps what is written, and sends it by itself once the centre is updated', async () => {
    const server = await aServer();
    const desk = await aSignedInDesk(server);
    const caseId = await openCase(desk);
    await inStep(desk);
    server.refuseHello = TOO_NEW;
    server.cut();
    await untilView(desk.client, 'sync', {}, (view) => view.refusal?.code === 'protocol-too-new');
    await write(desk, caseId, 'kept');
    expect(notesOf(await untilCase(desk, caseId, () => true))).toEqual(['kept']);
    expect(server.notes(caseId)).toEqual([]);
    server.refuseHello = null;
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['kept']);
  });

  it('[OF3] lets people work whom this machine knows, and nobody else', async () => {
    const server = await aServer();
    const root = aFolder();
    const before = await aSignedInDesk(server, root);
    const caseId = await openCase(before);
    await inStep(before);
    before.close();
    server.refuseSignIn = TOO_NEW;
    const stranger = aDesk(aFolder());
    expect(await signInto(stranger, server.url)).toMatchObject({ ok: false, refusal: { code: 'protocol-too-new' } });
    const desk = aDesk(root);
    expect(await signInto(desk, server.url, 'a guess')).toMatchObject({ ok: false, refusal: { code: 'wrong-password' } });
    expect(await signInto(desk, server.url)).toMatchObject({ ok: true, value: { checkedBy: 'this-machine' } });
    await write(desk, caseId, 'by night');
    await untilView(desk.client, 'sync', {}, (view) => view.refusal?.code === 'protocol-too-new');
    server.refuseSignIn = null;
    await inStep(desk);
    expect(server.notes(caseId)).toEqual(['by night']);
  });
});
