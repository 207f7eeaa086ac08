/** Latest time the platform can write as a date, in seconds. */
const LAST_DATE_S = 8_640_000_000_000;

/** Unix seconds for people: ISO 8601 in UTC where there is a date for them. */
export function isoTime(unixSeconds: number): string {
  if (unixSeconds > LAST_DATE_S) return `${unixSeconds} (Unix seconds)`;
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
