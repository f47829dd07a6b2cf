/** Times as people of the centre read them. The zone is the centre's, whatever the machine's. */
const zoneOffsetMs = 8 * 3_600_000;
const local = (at: string | number): string => new Date((typeof at === 'number' ? at : Date.parse(at)) + zoneOffsetMs).toISOString();

/** `03:07` */
export const localClock = (at: string | number): string => local(at).slice(11, 16);
/** `03:07:45` */
export const localSeconds = (at: string | number): string => local(at).slice(11, 19);
/** `2026-03-09` */
export const localDate = (at: string | number): string => local(at).slice(0, 10);
/** `03-09 16:30`, or the clock alone on the same day as `today`. */
export const localMoment = (at: string, today: string | number): string =>
  localDate(at) === localDate(today) ? localClock(at) : `${localDate(at).slice(5)} ${localClock(at)}`;
/** `03:12`, or `1:03:12` from an hour on. @param ms a duration */
export function timer(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
/** The instant of a civil date and wall clock in the centre's zone. @param date `YYYY-MM-DD` @param clock `HH:mm` */
export const localInstant = (date: string, clock: string): string => new Date(Date.parse(`${date}T${clock}:00.000Z`) - zoneOffsetMs).toISOString();
