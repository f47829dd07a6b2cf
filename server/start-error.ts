/** The data folder, the log or the address cannot be used: told in both languages, before anything was started. */
export class StartError extends Error {}
