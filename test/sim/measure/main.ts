import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../../scripts/lib/usage.js';
import { brokenBounds } from './bounds.js';
import { jobsOf } from './catalogue.js';
import { renderMarkdown } from './markdown.js';
import { HELP, type Options, parseOptions } from './options.js';
import { renderPlot } from './plot/plot.js';
import { Results } from './results.js';
import { missedTargets } from './targets.js';
import { measureAll } from './workers.js';

const EXIT_OK = 0;
const EXIT_FAILED = 1;

const PLOT = 'simulation-figures.svg';
const DOCUMENT = 'simulation-figures.md';

async function measure(args: readonly string[], options: Options): Promise<number> {
  const { sizes, maxSeeds, only, workers, writes, checks } = options;
  const jobs = jobsOf(sizes, { maxSeeds, only });
  let done = 0;
  const measured = await measureAll(jobs, workers, ({ name, size, firstSeed, seeds }, tookMs) => {
    const what = `${name}, ${size} nodes, seeds ${firstSeed}–${firstSeed + seeds - 1}`;
    process.stderr.write(`${++done} of ${jobs.length}: ${what}: ${(tookMs / 1000).toFixed(1)} s\n`);
  });
  const results = new Results(measured, sizes);
  if (writes) await write(results, args);
  else process.stdout.write(renderMarkdown(results, { args }));
  if (!checks) return EXIT_OK;
  const [broken, missed] = [brokenBounds(results), missedTargets(results)];
  for (const line of broken) process.stderr.write(`beyond its bound: ${line}\n`);
  for (const line of missed) process.stderr.write(`target missed: ${line}\n`);
  return broken.length + missed.length === 0 ? EXIT_OK : EXIT_FAILED;
}

async function write(results: Results, args: readonly string[]): Promise<void> {
  await writeFile(join('docs', DOCUMENT), renderMarkdown(results, { args, plot: PLOT }));
  await writeFile(join('docs', PLOT), renderPlot(results));
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options.help) return measure(args, options);
  process.stdout.write(HELP);
  return EXIT_OK;
}

await runTool(main);
