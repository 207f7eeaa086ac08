// Compiles what runs from build/: the tools, and the simulator.
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modifiedMs, newestMs, ROOT, run } from './prepare.mjs';

const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const WAIT_MS = 50;

/** What tsconfig.<name>.json compiles into build/<name>, and from where. */
const PROJECTS = {
  tools: ['scripts', 'bench'],
  sim: ['src', 'test/sim', 'test/support', 'scripts/lib'],
};

/**
 * Compiles a project where that is due. One process at a time: another would read files that are half written.
 * Returns the path of the entry.
 */
export function compile(project, entry) {
  const output = join(ROOT, 'build', project);
  const stamp = join(output, '.compiled');
  const path = join(output, entry);
  const isDue = () => !existsSync(path) || newestSourceMs(project) > modifiedMs(stamp);
  if (!isDue()) return path;
  const lock = join(output, '.compiling');
  try {
    mkdirSync(output, { recursive: true });
    take(lock);
  } catch (error) {
    process.stderr.write(`build/${project} has to be compiled and cannot be written here: ${error.message}\n`);
    process.exit(1);
  }
  // Here and not in a `finally`: a step that fails ends this process.
  process.on('exit', () => rmSync(lock, { force: true }));
  if (isDue()) {
    const startedAt = new Date();
    run(process.execPath, [COMPILER, '-p', join(ROOT, `tsconfig.${project}.json`)]);
    // The time compiling began: a source changed meanwhile is newer.
    writeFileSync(stamp, '');
    utimesSync(stamp, startedAt, startedAt);
  }
  rmSync(lock, { force: true });
  return path;
}

function newestSourceMs(project) {
  const sources = [...PROJECTS[project], 'tsconfig.base.json', `tsconfig.${project}.json`];
  return Math.max(...sources.map((source) => newestMs(join(ROOT, source))));
}

/** Waits while a process that lives holds the lock. */
function take(lock) {
  for (;;) {
    try {
      return writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (holderLives(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    else rmSync(lock, { force: true });
  }
}

function holderLives(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
