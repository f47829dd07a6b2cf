/** What the person at the shell can put right: told in both languages, exit code 2. */
export class UsageError extends Error {}
