import type { Range } from './numbers.js';
import { accept, refuse, type ValueType } from './value-type.js';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;

/** Largest first, so that formatting takes the largest unit that divides. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Milliseconds of `500ms`, `1s`, `2m`, `1h`; a plain number counts seconds. `undefined` where it is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  if (match === null) return undefined;
  const [, amount, suffix = 's'] = match;
  const unit = UNITS.find(([name]) => name === suffix);
  return unit === undefined ? undefined : Math.round(Number(amount) * unit[1]);
}

/** The shortest text that `parseDuration` reads back as `ms`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const [name, size] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / size}${name}`;
}

/** A duration in `range`, or 0 for none. */
export function durationOrOff(range: Range): ValueType<number> {
  const inRange = duration(range);
  return {
    ...inRange,
    allowed: `0 (off), or ${inRange.allowed}`,
    parse: (text) => (parseDuration(text) === 0 ? accept(0) : inRange.parse(text)),
  };
}

/** A duration in `range` (milliseconds, both ends included). */
export function duration(range: Range): ValueType<number> {
  return {
    placeholder: 'duration',
    allowed: `a duration from ${formatDuration(range.min)} to ${formatDuration(range.max)}, such as 500ms, 2s, 1m or 2 (seconds)`,
    parse: (text) => {
      const ms = parseDuration(text);
      return ms !== undefined && ms >= range.min && ms <= range.max ? accept(ms) : refuse();
    },
    format: formatDuration,
  };
}
