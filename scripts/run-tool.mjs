#!/usr/bin/env node
// Compiles a tool where that is due, builds the product where the tool needs one and there is none, and runs the tool:
//   node scripts/run-tool.mjs live-wire-compat|bench|drill|sim|sim-measure|sim-mutants [arguments]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { compile } from './lib/compile.mjs';
import { whenOrphaned } from './lib/orphan.mjs';
import { build, CLI } from './lib/prepare.mjs';

const TOOLS = {
  'live-wire-compat': { project: 'tools', entry: 'scripts/live-wire-compat/main.js', needsProduct: true },
  bench: { project: 'tools', entry: 'bench/main.js', needsProduct: true },
  drill: { project: 'tools', entry: 'scripts/drills/main.js', needsProduct: true },
  sim: { project: 'sim', entry: 'test/sim/cli/main.js', needsProduct: false },
  'sim-measure': { project: 'sim', entry: 'test/sim/measure/main.js', needsProduct: false },
  'sim-mutants': { project: 'sim', entry: 'test/sim/mutations/main.js', needsProduct: false },
};
// Before anything is compiled, which takes seconds.
const parent = process.ppid;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function start(entry, args) {
  const child = spawn(process.execPath, [...process.execArgv, entry, ...args], { stdio: 'inherit' });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  whenOrphaned(() => child.kill('SIGTERM'), parent);
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0));
  });
}

const [name = '', ...args] = process.argv.slice(2);
const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
if (tool === undefined) {
  process.stderr.write(`run-tool ${JSON.stringify(name)}: allowed is ${Object.keys(TOOLS).join(' or ')}\n`);
  process.exit(2);
}
const entry = compile(tool.project, tool.entry);
if (tool.needsProduct && !existsSync(CLI)) build();
start(entry, args);
