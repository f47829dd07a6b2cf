import type { EnrolmentStore } from '../administration/enrolment-store.ts';
import type { DesktopOwners } from '../gateway/desktop-owners.ts';
import type { CredentialStore } from '../people/credential-store.ts';
import type { SessionEndStore } from '../people/session-end-store.ts';
import type { SessionListStore } from '../people/session-list-store.ts';
import type { RecoveryBook } from '../recovery/recovery-book.ts';
import type { SecretName, SecretPlace } from './secret-place.ts';

/**
 * What a centre keeps beside its log, because it proves who somebody is or has to be forgotten. With SQLite it lies in the data
 * folder of the one server; with PostgreSQL in the database, where all servers share it.
 */
export type Kept = {
  credentials: CredentialStore;
  enrolments: EnrolmentStore;
  desktops: DesktopOwners;
  recoveries: RecoveryBook;
  sessionEnds: SessionEndStore;
  sessions: SessionListStore;
  secrets: Record<SecretName, SecretPlace>;
  close: () => Promise<void>;
};
