import { formatBytes, formatMs } from '../format.js';
import { headBytes } from '../http-heads.js';
import { memberlistEvictionMs, SWIM_FIRST_DETECTION_MS } from '../published.js';
import type { Results } from '../results.js';
import { median } from '../statistics.js';
import { drawPanel, type Panel, type Point, type Series } from './panel.js';

const PANEL = { width: 244, height: 352, top: 18, left: 62, step: 322 } as const;
const HEIGHT = 424;

const STYLE = `text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.paper{fill:#fff}.title{font-size:15px;font-weight:600;fill:#1f2328}.label{font-size:12px;fill:#59636e}
.grid{stroke:#e4e8ec}.axis{stroke:#8c959f}.goal{stroke:#8c959f;stroke-dasharray:5 4}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
line.s0,polyline.s0{stroke:#0969da}line.s1,polyline.s1{stroke:#bc4c00}line.s2,polyline.s2{stroke:#1a7f37}
line.s3,polyline.s3{stroke:#8250df}line.s4,polyline.s4{stroke:#57606a}.foreign{stroke-dasharray:2 3}
.mark{stroke:#fff}.mark.s0{fill:#0969da}.mark.s1{fill:#bc4c00}.mark.s2{fill:#1a7f37}
@media(prefers-color-scheme:dark){.paper{fill:#0d1117}.title{fill:#f0f6fc}.label{fill:#9198a1}
.grid{stroke:#21262d}.axis,.goal{stroke:#656c76}
line.s0,polyline.s0{stroke:#58a6ff}line.s1,polyline.s1{stroke:#f0883e}line.s2,polyline.s2{stroke:#56d364}
line.s3,polyline.s3{stroke:#bc8cff}line.s4,polyline.s4{stroke:#8b949e}
.mark{stroke:#0d1117}.mark.s0{fill:#58a6ff}.mark.s1{fill:#f0883e}.mark.s2{fill:#56d364}}`;

/** The main figures over the number of nodes, as an SVG document. */
export function renderPlot(results: Results): string {
  const panels = panelsOf(results).filter(({ series }) => series.some(({ isForeign }) => isForeign !== true));
  const width = panels.length * PANEL.step;
  const drawn = panels.flatMap((panel, index) =>
    drawPanel(panel, results.sizes, { ...PANEL, left: PANEL.left + index * PANEL.step }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" role="img">`,
    '<title>Time to evict, idle traffic and time to converge, by number of nodes</title>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${HEIGHT}"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function panelsOf(results: Results): readonly Panel[] {
  const over = (title: string, yOf: (size: number) => number): Series => ({
    title,
    points: pointsOf(results, yOf),
  });
  const foreign = (title: string, yOf: (size: number) => number): Series => ({ ...over(title, yOf), isForeign: true });
  const middle = (name: string, figure: string) => (size: number) => median(results.values(name, figure, size));
  const bytes = middle('idle', 'bytes');
  const requests = middle('idle', 'requests');
  const all: readonly Panel[] = [
    {
      title: 'Time to evict',
      formatY: formatMs,
      goals: [{ y: 10_000, title: 'goal, silent: 10 s' }],
      series: [
        over('silent, last survivor', middle('silent', 'lastMs')),
        over('killed, last survivor', middle('killed', 'lastMs')),
        over('killed, first survivor', middle('killed', 'firstMs')),
        foreign('memberlist, first eviction (formula)', (size) => memberlistEvictionMs(size).least),
        foreign('SWIM, first detection (formula)', () => SWIM_FIRST_DETECTION_MS),
      ],
    },
    {
      title: 'Idle traffic per node and second',
      formatY: formatBytes,
      goals: [{ y: 2000, title: 'goal: 2 KB' }],
      series: [over('bodies', bytes), over('with HTTP heads', (size) => bytes(size) + headBytes(requests(size)))],
    },
    {
      title: 'Time to converge',
      formatY: formatMs,
      goals: [],
      series: [
        over('all start in one moment', middle('start', 'allMs')),
        over('one joins, until it lists all', middle('join', 'knowsAllMs')),
        over('one joins, until all list it', middle('join', 'knownToAllMs')),
      ],
    },
  ];
  return all.map((panel) => ({ ...panel, series: panel.series.filter(({ points }) => points.length > 0) }));
}

function pointsOf(results: Results, yOf: (size: number) => number): readonly Point[] {
  return results.sizes.map((x) => ({ x, y: yOf(x) })).filter(({ y }) => Number.isFinite(y) && y > 0);
}
