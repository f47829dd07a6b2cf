import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import type { Environment } from './environment.ts';
import type { SignInParts } from './session/sign-in.ts';
import { Enrolment } from './signing/enrolment.ts';
import { Spool } from './spool/spool.ts';
import { spoolOverHttp, type PostSpool } from './spool/spool-over-http.ts';
import type { KeyStore } from './store/key-store.ts';
import type { SignInOverHttp } from './sync/http-sign-in.ts';

export type WorkstationParts = {
  /** Folder of all persons' files; made when it is not there. */
  root: string;
  /** What people call this machine; its id is given at its enrolment. */
  workstation: string;
  /** Path of a SQLite addon in place of the package's own, or null. */
  nativeBinding: string | null;
  /** The operating system's key store (PR1); none where left out. */
  keyStore?: KeyStore;
  environment: Environment;
  signInOverHttp: SignInOverHttp;
  /** How unsent work of others reaches the server (SY10); over HTTP where left out. */
  postSpool?: PostSpool;
  /** Cost of a guess at the passphrase for new files; tests make it small. */
  kdfCost?: KdfCost;
  /** Told of errors that are bugs. Gets no text that a person typed. */
  report(error: unknown): void;
};

/** What is at this machine whoever sits at it: its enrolment, its spool, and how anybody's file is opened. */
export type Workstation = SignInParts & { postSpool: PostSpool };

export function workstationOf(parts: WorkstationParts): Workstation {
  const { root, workstation, environment, signInOverHttp, nativeBinding, kdfCost, keyStore, report } = parts;
  return {
    root, workstation, environment, signInOverHttp, report, enrolment: new Enrolment(root), spool: new Spool(root), postSpool: parts.postSpool ?? spoolOverHttp,
    store: { nativeBinding, ...(kdfCost === undefined ? {} : { cost: kdfCost }), ...(keyStore === undefined ? {} : { keyStore }) },
  };
}
