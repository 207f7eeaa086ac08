import { logScale, type Scale, scaleOf } from './scale.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly title: string;
  /** What others publish: dotted, and without markers. */
  readonly isForeign?: boolean;
  /** In the order of x. */
  readonly points: readonly Point[];
}

/** One chart: lines over the number of nodes, both axes logarithmic. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** A value to compare with, as a dashed line. */
  readonly goals: readonly { readonly y: number; readonly title: string }[];
  readonly formatY: (value: number) => string;
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const LEGEND_ROW = 17;
const LEGEND_ROWS = 5;
const LEGEND_TOP = 40;
const PLOT_TOP: number = LEGEND_TOP + LEGEND_ROWS * LEGEND_ROW;

/** Draws a panel into its frame. */
export function drawPanel(panel: Panel, sizes: readonly number[], frame: Frame): readonly string[] {
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const values = [...panel.series.flatMap(({ points }) => points.map(({ y }) => y)), ...panel.goals.map(({ y }) => y)];
  const x = scaleOf(sizes, frame.left + 14, right - 14);
  const y = logScale(values, bottom, frame.top + PLOT_TOP);
  return [
    text(frame.left, frame.top + 14, 'title', 'start', panel.title),
    ...panel.series.flatMap((series, index) => legend(frame, index, series)),
    ...y.ticks.flatMap((value) => [
      line(frame.left, y.at(value), right, y.at(value), 'grid'),
      text(frame.left - 7, y.at(value) + 4, 'label', 'end', panel.formatY(value)),
    ]),
    ...x.ticks.flatMap((value) => [
      line(x.at(value), bottom, x.at(value), bottom + 4, 'axis'),
      text(x.at(value), bottom + 18, 'label', 'middle', String(value)),
    ]),
    line(frame.left, bottom, right, bottom, 'axis'),
    text((frame.left + right) / 2, bottom + 36, 'label', 'middle', 'nodes'),
    ...panel.goals.flatMap((goal) => [
      line(frame.left, y.at(goal.y), right, y.at(goal.y), 'goal'),
      text(frame.left + 3, y.at(goal.y) - 5, 'label', 'start', goal.title),
    ]),
    ...panel.series.flatMap((series, index) => curve(series, index, x, y)),
  ];
}

function legend(frame: Frame, index: number, series: Series): readonly string[] {
  const top = frame.top + LEGEND_TOP + index * LEGEND_ROW - 5;
  const { title, isForeign = false } = series;
  return [
    line(frame.left, top, frame.left + 20, top, styleOf(series, index)),
    ...(isForeign ? [] : [marker(frame.left + 10, top, index)]),
    text(frame.left + 27, top + 4, 'label', 'start', title),
  ];
}

function curve(series: Series, index: number, x: Scale, y: Scale): readonly string[] {
  const { points, isForeign = false } = series;
  const path = points.map((point) => `${round(x.at(point.x))},${round(y.at(point.y))}`).join(' ');
  return [
    `<polyline class="${styleOf(series, index)}" points="${path}"/>`,
    ...(isForeign ? [] : points.map((point) => marker(x.at(point.x), y.at(point.y), index))),
  ];
}

function styleOf({ isForeign = false }: Series, index: number): string {
  return `line s${index}${isForeign ? ' foreign' : ''}`;
}

/** Series differ in shape, too: colours are not for everybody. */
function marker(x: number, y: number, index: number): string {
  if (index === 0) return `<circle class="mark s${index}" cx="${round(x)}" cy="${round(y)}" r="3.5"/>`;
  if (index === 1) return `<path class="mark s${index}" d="M${round(x - 3.2)} ${round(y - 3.2)}h6.4v6.4h-6.4z"/>`;
  return `<path class="mark s${index}" d="M${round(x)} ${round(y - 4.4)}l4.4 4.4l-4.4 4.4l-4.4 -4.4z"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function text(x: number, y: number, style: string, anchor: 'start' | 'middle' | 'end', content: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

/** A tenth of a pixel is enough, and the same on every machine. */
function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
