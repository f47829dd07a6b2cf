/**
 * The id of the n-th event of a command: the command's own id with its last byte changed. Deciding again, here or on
 * the server, makes the same ids, so nothing random is ever added to a decision.
 *
 * @param commandId UUIDv7; @param index 0 … 254
 */
export function eventIdOf(commandId: string, index: number): string {
  if (index < 0 || index > 254) throw new Error(`a command decides at most 255 events, not ${index + 1}`);
  const last = Number.parseInt(commandId.slice(-2), 16) ^ (index + 1);
  return commandId.slice(0, -2) + last.toString(16).padStart(2, '0');
}
