/** From one schema version to the next, by kind; pure. A kind that is not named did not change in that step. */
export type Steps = Readonly<Record<number, Readonly<Record<string, (body: unknown) => unknown>>>>;

/**
 * Brings a body of any released schema version to the present one (SY7), step by step.
 *
 * @param steps by the version they start from
 * @param present the version of this program
 * @param schema what command or event carries; a newer one is given back as it is, and whoever parses it refuses it
 */
export function upcastBody(steps: Steps, present: number, kind: string, schema: number, body: unknown): unknown {
  let known = body;
  for (let version = schema; version < present; version += 1) {
    const step = steps[version]?.[kind];
    if (step !== undefined) known = step(known);
  }
  return known;
}
