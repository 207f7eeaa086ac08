import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../../scripts/lib/usage.js';
import { brokenBounds } from './bounds.js';
import { jobsOf } from './catalogue.js';
import { renderMarkdown } from './markdown.js';
import { HELP, type Options, parseOptions } from './options.js';
import { renderPlot } from './plot/plot.js';
import { Results } from './results.js';
import { measureAll } from './workers.js';

const EXIT_OK = 0;
const EXIT_FAILED = 1;

const PLOT = 'simulation-figures.svg';
const DOCUMENT = 'simulation-figures.md';

async function measure({ sizes, maxSeeds, workers, writes, checks }: Options): Promise<number> {
  const measured = await measureAll(jobsOf(sizes, maxSeeds), workers, ({ name, size, seeds }, tookMs) => {
    process.stderr.write(`${name}, ${size} nodes, ${seeds} seeds: ${(tookMs / 1000).toFixed(1)} s\n`);
  });
  const results = new Results(measured);
  if (writes) await write(results);
  else process.stdout.write(renderMarkdown(results));
  const broken = checks ? brokenBounds(results) : [];
  for (const line of broken) process.stderr.write(`beyond its bound: ${line}\n`);
  return broken.length === 0 ? EXIT_OK : EXIT_FAILED;
}

async function write(results: Results): Promise<void> {
  await writeFile(join('docs', DOCUMENT), renderMarkdown(results, PLOT));
  await writeFile(join('docs', PLOT), renderPlot(results));
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options.help) return measure(options);
  process.stdout.write(HELP);
  return EXIT_OK;
}

await runTool(main);
