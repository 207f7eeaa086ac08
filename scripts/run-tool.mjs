#!/usr/bin/env node
// Compiles the tools where that is due, builds the product where there is none, and runs a tool:
//   node scripts/run-tool.mjs live-wire-compat|bench [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUTPUT = join(ROOT, 'build', 'tools');
const STAMP = join(OUTPUT, '.compiled');
const PRODUCT = join(ROOT, 'dist', 'node', 'cli', 'main.js');
const ENTRIES = {
  'live-wire-compat': 'scripts/live-wire-compat/main.js',
  bench: 'bench/main.js',
};
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Folders count too: their time changes when a file goes. */
function newestSourceMs(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return /\.(ts|json)$/.test(path) ? stats.mtimeMs : 0;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestSourceMs(join(path, name))));
}

function isStale(entry) {
  const compiledMs = statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['scripts', 'bench', 'tsconfig.base.json', 'tsconfig.tools.json'];
  return !existsSync(entry) || sources.some((source) => newestSourceMs(join(ROOT, source)) > compiledMs);
}

/** Prints to stderr: stdout belongs to the tool. Ends this process where the step fails. */
function step(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  if (error !== undefined) process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(1);
}

function compile() {
  const startedAt = new Date();
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  step(process.execPath, [compiler, '-p', 'tsconfig.tools.json']);
  mkdirSync(OUTPUT, { recursive: true });
  // The time compiling began: a source changed meanwhile is newer.
  writeFileSync(STAMP, '');
  utimesSync(STAMP, startedAt, startedAt);
}

function run(entry, args) {
  const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0));
  });
}

const [tool = '', ...args] = process.argv.slice(2);
const target = Object.hasOwn(ENTRIES, tool) ? ENTRIES[tool] : undefined;
if (target === undefined) {
  process.stderr.write(`run-tool ${JSON.stringify(tool)}: allowed is ${Object.keys(ENTRIES).join(' or ')}\n`);
  process.exit(2);
}
const entry = join(OUTPUT, target);
if (isStale(entry)) compile();
if (!existsSync(PRODUCT)) step(process.execPath, [join(ROOT, 'scripts', 'build.mjs')]);
run(entry, args);
