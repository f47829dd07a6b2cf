/** OF3: how long after the server last checked a person their machine alone may sign them in. */
export const OFFLINE_GRACE_MS = 16 * 3_600_000;
