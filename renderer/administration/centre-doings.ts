/** Doings of the centre itself, typed by their kind; the desk signs what is signed (TP8, TP12). */
import type { AdministrationCommand, AdministrationCommandKind } from '#shared/administration/administration-schema.ts';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import type { DeskReply, MethodValue } from '#shared/protocol/desk-rpc.ts';
import { desk } from '../app/desk.ts';
import { useLive } from '../app/stores/live.ts';
import { useSync } from '../app/stores/sync.ts';

type Body<K extends AdministrationCommandKind> = Extract<AdministrationCommand, { kind: K }>['body'];
/** What a person fills in: the signatures are the desk's. */
export type UnsignedDoing<K extends AdministrationCommandKind> = Body<K> extends { signed: unknown } ? Omit<Body<K>, 'signed'> : Body<K>;

/** @param passphrase typed just now, where the doing agrees to a change; kept nowhere */
export const administer = <K extends AdministrationCommandKind>(kind: K, body: UnsignedDoing<K>, passphrase?: string): Promise<DeskReply<MethodValue<'administer'>>> =>
  desk.calls.administer({ kind, body, ...(passphrase === undefined ? {} : { passphrase }) });

/** The centre as the server last told it; undefined before. */
export const useCentre = (): AdministrationView | undefined => useLive('administration');
/** Nothing of this is ever kept for later: without the line it waits on the screen. */
export const useOffline = (): boolean => useSync(({ sync }) => sync?.connection !== 'online');
