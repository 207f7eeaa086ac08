import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { runTool, UsageError } from '../scripts/lib/usage.js';
import { killAllGroups } from '../scripts/live-wire-compat/cluster/children.js';
import { kindOf, OWN_WORD } from '../scripts/live-wire-compat/cluster/command.js';
import { MEASUREMENTS, measurementsOf } from './catalogue.js';
import { HELP } from './help.js';
import { autocannonGenerator } from './load/autocannon.js';
import type { Generator } from './load/generator.js';
import { isWrkInstalled, wrkGenerator } from './load/wrk.js';
import { type GeneratorName, type Options, parseOptions } from './options.js';
import { renderJson } from './report.js';
import { type MeasurementResult, runMeasurement } from './run.js';
import { renderTable } from './table.js';

const EXIT_OK = 0;

function generatorOf(name: GeneratorName): Generator {
  if (name === 'autocannon') return autocannonGenerator;
  if (isWrkInstalled()) return wrkGenerator;
  if (name === 'wrk') throw new UsageError('--generator wrk: wrk is not on the PATH');
  return autocannonGenerator;
}

async function measure(options: Options): Promise<void> {
  const startedAt = new Date();
  const generator = generatorOf(options.generator);
  const subjects = [OWN_WORD, ...(options.against === undefined ? [] : [options.against])].map(kindOf);
  const conditions = { ...options, generator, evictionTimeoutMs: options.evictionTimeoutSeconds * 1000 };
  const machine = `${cpus().length} cores, Node ${process.versions.node}`;
  process.stdout.write(`${machine}; load from ${generator.name}; medians of ${options.runs}, range in brackets\n`);
  const results: MeasurementResult[] = [];
  for (const measurement of measurementsOf(options.only)) {
    const result = await runMeasurement(measurement, subjects, options.runs, conditions, (text) => {
      process.stderr.write(`${text}\n`);
    });
    results.push(result);
    process.stdout.write(`\n${renderTable(result, subjects)}\n`);
  }
  if (options.json === undefined) return;
  const circumstances = { startedAt, generator: generator.name, subjects, options };
  await writeFile(options.json, renderJson(circumstances, results));
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) process.stdout.write(HELP);
  else if (options.list)
    process.stdout.write(MEASUREMENTS.map(({ id, title }) => `${id.padEnd(10)}${title}\n`).join(''));
  else await measure(options);
  return EXIT_OK;
}

await runTool(main);
killAllGroups();
process.exit();
