// What a fresh clone needs before anything runs: packages and a build. Needs nothing installed itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const CLI = join(ROOT, 'dist', 'node', 'cli', 'main.js');
/** Written when a build is complete: one that was interrupted leaves files of dist behind, but not this. */
export const BUILD_STAMP = join(ROOT, 'build', 'dist.stamp');

const NPM = process.env.npm_execpath;

/** Installs what the lock file names, unless it is installed already. */
export function install() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (modifiedMs(installed) >= modifiedMs(join(ROOT, 'package-lock.json'))) return;
  process.stderr.write('installing packages …\n');
  if (NPM?.endsWith('.js')) run(process.execPath, [NPM, 'ci']);
  else run('npm', ['ci']);
}

/** Compiles src, unless dist is newer. */
export function build() {
  const sources = ['src', 'tsconfig.json', 'tsconfig.base.json'].map((name) => newestMs(join(ROOT, name)));
  if (existsSync(CLI) && modifiedMs(BUILD_STAMP) >= Math.max(...sources)) return;
  process.stderr.write('building …\n');
  run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')]);
}

/** Runs a step with its output on standard error; ends this process where the step fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  if (error !== undefined) process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(status || 1);
}

export function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Folders count too: their time changes when a file goes. */
export function newestMs(path) {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return modifiedMs(path);
  return Math.max(modifiedMs(path), ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
