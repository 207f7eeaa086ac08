/** Places values on a line by their logarithm. */
export interface Scale {
  readonly at: (value: number) => number;
  /** Where a line of the grid goes. */
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 5] as const;

/** Above this many, ticks are left to the powers of ten. */
const MANY_TICKS = 6;

/** A logarithmic scale from `start` to `end`, in pixels, whose ends are ticks and hold all of the values. */
export function logScale(values: readonly number[], start: number, end: number): Scale {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const fine = ticksAround(lowest, highest, STEPS);
  const ticks = fine.length > MANY_TICKS ? ticksAround(lowest, highest, [1]) : fine;
  return fitted(ticks, start, end);
}

/** A logarithmic scale with a tick at each of the values and at nothing else. */
export function scaleOf(values: readonly number[], start: number, end: number): Scale {
  return fitted(values, start, end);
}

function fitted(ticks: readonly number[], start: number, end: number): Scale {
  const from = Math.log10(Math.min(...ticks));
  const span = Math.log10(Math.max(...ticks)) - from;
  const at = (value: number): number =>
    span === 0 ? (start + end) / 2 : start + ((Math.log10(value) - from) / span) * (end - start);
  return { at, ticks };
}

/** The last tick that is not above `lowest`, the first that is not below `highest`, and those between. */
function ticksAround(lowest: number, highest: number, steps: readonly number[]): readonly number[] {
  const [first, last] = [Math.floor(Math.log10(lowest)), Math.ceil(Math.log10(highest)) + 1];
  const all: number[] = [];
  for (let power = first; power <= last; power++) for (const step of steps) all.push(tick(step, power));
  const from = all.findLastIndex((value) => value <= lowest);
  const to = all.findIndex((value) => value >= highest && value > lowest);
  return all.slice(Math.max(0, from), to + 1);
}

/** Without the rounding errors of a multiplication: 2 × 0.001 is 0.002. */
function tick(step: number, power: number): number {
  return Number(`${step}e${power}`);
}
